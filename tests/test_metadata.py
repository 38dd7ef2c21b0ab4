from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import PROJECT
from retrieval.corpus.article import Article
from retrieval.corpus.metadata import article, load_table
from retrieval.errors import ArticleError, SettingsError

FRONT = "---\ntitle: The talks\npublisher: Le Soir\nurl: https://example.org/a\ndate: 2021-12-17\ntags: [a, b]\n---\n"


def made(text: str, name: str = "a.md", table: dict[str, dict[str, Any]] | None = None) -> Article:
    return article(name, text, table or {})


def body(text: str, name: str = "a.md") -> str:
    one = made(text, name)
    assert one.text == text
    return one.text[one.body :]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_is_metadata_and_never_quoted(newline: str, mark: str) -> None:
    text = mark + (FRONT + "They met.\n").replace("\n", newline)
    one = made(text)
    known = one.metadata
    assert (known.title, known.publisher, known.url) == ("The talks", "Le Soir", "https://example.org/a")
    assert known.published == date(2021, 12, 17)
    assert body(text) == f"They met.{newline}"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("date 2021-12-17 They met.", "They met."),
        ("\ufeffdate 2021-12-17\n\nThey met.", "They met."),
        ("They met on the date 2021-12-17 again.", "They met on the date 2021-12-17 again."),
        ("---\n---\nThey met.", "They met."),
        ("---\ntitle: A\n---\ndate 2021-12-17 They met.", "They met."),
        ("----\nThey met.", "----\nThey met."),
    ],
)
def test_where_the_quotable_text_begins(text: str, rest: str) -> None:
    assert body(text) == rest
    assert (made(text).metadata.published == date(2021, 12, 17)) == ("date 2021-12-17" in text.removesuffix(rest))


def test_a_leading_date_that_is_no_day_is_named() -> None:
    with pytest.raises(ArticleError, match=r"a\.txt: has a date that is none: '2021-13-45'.*YYYY-MM-DD"):
        made("date 2021-13-45 They met.", "a.txt")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The talks #\n\nThey met.", "The talks"),
        ("date 2021-12-17 They met in Geneva.\nMore.", "They met in Geneva."),
        ("one two three four five six seven eight nine ten eleven twelve thirteen", None),
        ("\ufeff  \n## Small\nThey met.", "Small"),
        ("---\ntitle: 2021\n---\nThey met.", "2021"),
    ],
)
def test_title_from_heading_or_first_words(text: str, title: str | None) -> None:
    assert made(text).metadata.title == (title or " ".join(text.split()[:12]) + "…")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("---\ntitle: [unclosed\n---\nThey met.", r"broken front matter \(line [23]\)"),
        ("---\ntitle: A\n\tbad: tab\n---\nThey met.", r"broken front matter \(line 3\)"),
        ("---\njust words\n---\nThey met.", "front matter without keys"),
        ("---\n- a\n- b\n---\nThey met.", "front matter without keys"),
        ("---\ntitle: never closed\nThey met.", "never closed"),
        ("---\ndate: next week\n---\nThey met.", "a date that is none: 'next week'"),
        ("---\nurl: example.org\n---\nThey met.", "a url that is none"),
        ("---\nurl: javascript:alert(1)\n---\nThey met.", "a url that is none"),
        ("---\ntitle: {a: b}\n---\nThey met.", "a title that is a list"),
        ("---\ntitle: !!python/object/apply:os.system ['true']\n---\nThey met.", "a title that is a list"),
        ("---\ndate: [2021-12-17]\n---\nThey met.", "a published that is a list"),
        ("---\n? {a: b}\n: c\n---\nThey met.", "broken front matter"),
        ("---\ndate: 2021-02-30\n---\nThey met.", "a date that is none"),
        ("---\na: &a [*a]\ntitle: *a\n---\nThey met.", "broken front matter"),
        ("---\n" + "[" * 5000 + "\n---\nThey met.", "broken front matter"),
        ("---\ntitle: A\n---\n \n", "metadata but no text"),
        ("date 2021-12-17 \n\n", "metadata but no text"),
    ],
)
def test_broken_metadata_rejects_its_file_by_name(text: str, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        made(text)
    assert str(caught.value).startswith("a.md: ")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("title", "12:30", "12:30"),
        ("title", "1_000", "1_000"),
        ("title", "2021-12-17", "2021-12-17"),
        ("title", "|\n  Two\n  lines", "Two lines"),
        ("title", '"A: \\u263A"', "A: ☺"),
        ("publisher", "No", "No"),
        ("publisher", "", None),
        ("publisher", "~", None),
        ("url", "null", None),
        ("url", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("date", "2021-12-17T23:30:00Z", date(2021, 12, 17)),
        ("date", "2021-12-17 23:30:00 +01:00", date(2021, 12, 17)),
        ("date", "'2021-12-17'", date(2021, 12, 17)),
        ("date", "", None),
        ("published", "2021-12-17", date(2021, 12, 17)),
    ],
)
def test_front_matter_means_what_stands_there(key: str, value: str, expected: object) -> None:
    known = made(f"---\n{key}: {value}\n---\nThey met.").metadata
    assert getattr(known, "published" if key == "date" else key) == expected


def test_references_that_multiply_do_no_harm() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    assert made(f"---\n{bomb}title: A\n---\nThey met.").metadata.title == "A"
    for key in ("title", "date", "url"):
        with pytest.raises(ArticleError, match="that is a list"):
            made(f"---\n{bomb}{key}: *a59\n---\nThey met.")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.text(max_size=60))
def test_any_front_matter_is_taken_or_refused_and_the_text_is_never_touched(block: str, rest: str) -> None:
    text = f"---\n{block}\n---\n{rest}"
    try:
        one = made(text)
    except ArticleError as error:
        named = str(error)
    else:
        named = "a.md: "
        assert one.text == text
        assert 0 <= one.body <= len(text)
    assert named.startswith("a.md: ")


def test_the_table_names_what_the_file_does_not_and_wins(tmp_path: Path) -> None:
    file = tmp_path / "articles.toml"
    file.write_text('["sub/a.md"]\ntitle = "From the table"\npublished = 2022-01-02\n', "utf-8")
    known = article("sub/a.md", FRONT + "They met.", load_table(file)).metadata
    assert (known.title, known.published, known.publisher) == ("From the table", date(2022, 1, 2), "Le Soir")
    assert article("a.md", FRONT + "They met.", load_table(file)).metadata.title == "The talks"
    assert load_table(tmp_path / "missing.toml") == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'["a.txt"]\ntitel = "A"\n', "a.txt.*titel.*Use published, publisher, title, url"),
        (b'"a.txt" = 3\n', "a.txt"),
        (b'["a.txt"\n', "is not TOML"),
        (b"\xff\xfe", "is not TOML"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "articles.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=reason):
        load_table(file)


def test_a_wrong_value_in_the_table_rejects_only_its_article(tmp_path: Path) -> None:
    file = tmp_path / "articles.toml"
    file.write_text('["a.txt"]\nurl = "ftp://example.org"\n["b.txt"]\ntitle = "B"\n', "utf-8")
    table = load_table(file)
    with pytest.raises(ArticleError, match="a url that is none"):
        article("a.txt", "They met.", table)
    assert article("b.txt", "They met.", table).metadata.title == "B"


def test_the_shipped_table_is_in_use(tmp_path: Path) -> None:
    table = load_table(PROJECT / "config" / "articles.toml")
    assert set(table) == {p.name for p in (PROJECT / "seeds").iterdir()}
