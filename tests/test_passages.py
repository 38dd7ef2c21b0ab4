from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.wiring import SEEDS
from retrieval.corpus.article import Article, Metadata, is_blank
from retrieval.corpus.files import Source, read_text
from retrieval.corpus.passages import Passage, paragraph_spans, passages
from retrieval.corpus.sentences import sentence_spans

PIECES = (
    "Talks may start. ", "He said: “It is over. We go home.” ", "On Friday at 5 p.m. Friday ", "Mr. Putin ", "U.S. ", "no",
    "\n", "\r\n", "\r", "\n\n", "\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\u00a0", "\u3000", "\t", " ",
    "# Heading\n", "- item\n", "> quoted ", "12. ", "…", "?!", ".", "”", "’s ", "🙂", "👩‍👩‍👧‍👦", "🇷🇺", "e\u0301",
    "\u202e", "\u200f", "\u2066", "\u2069", "\ufeff", "\u200b", "\u0000", "\x1c",
    "中文句子。", "هل هذا صحيح؟ ", "ẞ", "ﬁ", "\U0010ffff",
)  # fmt: skip
nasty = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=40).map("".join)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("articles")


def article(text: str, body: int = 0) -> Article:
    return Article("a.txt", text, body, Metadata("A"))


def visible(text: str, start: int = 0) -> set[int]:
    return {at for at, c in enumerate(text[start:], start) if not c.isspace()}


def whole(text: str, spans: list[tuple[int, int]], start: int = 0) -> None:
    """Spans in order, none empty, none overlapping, none with white space at its ends, all that is visible in one."""
    assert all(start <= a < b <= len(text) for a, b in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
    assert visible(text, start) <= {at for a, b in spans for at in range(a, b)}


@settings(max_examples=300, deadline=None)
@given(nasty, st.integers(8, 60))
@example("\ufeffdate 2021-12-17 Talks.\r\n\r\n“No. Never,” he said 🙂. \u2028 Then", 8)
@example("word " * 400, 8)
@example("a" * 3000, 8)
def test_any_text_is_covered_by_slices_that_do_not_overlap(text: str, max_words: int) -> None:
    whole(text, paragraph_spans(text))
    made = list(passages(article(text), max_words))
    whole(text, [(p.start, p.end) for p in made])
    whole(text, [s for p in made for s in p.sentences])
    for p in made:
        assert (p.start, p.end) == (p.sentences[0][0], p.sentences[-1][1])
    assert [p.paragraph for p in made] == sorted(p.paragraph for p in made)


@settings(max_examples=200, deadline=None)
@given(nasty, nasty)
def test_nothing_before_the_body_is_taken(head: str, body: str) -> None:
    made = list(passages(article(head + body, len(head)), 32))
    whole(head + body, [s for p in made for s in p.sentences], len(head))
    moved = list(passages(article(body), 32))
    assert [(head + body)[p.start : p.end] for p in made] == [body[p.start : p.end] for p in moved]


@settings(max_examples=200, deadline=None)
@given(nasty)
def test_sentences_of_any_stretch_are_whole(text: str) -> None:
    start, end = len(text) // 4, len(text) - len(text) // 5
    spans = sentence_spans(text, start, end)
    whole(text[:end], spans, start)


@settings(max_examples=100, deadline=None)
@given(nasty)
def test_reading_a_file_gives_its_text_to_the_letter(folder: Path, text: str) -> None:
    assume("\0" not in text and not is_blank(text))
    path = folder / "a.txt"
    path.write_bytes(text.encode("utf-8"))
    with path.open(encoding="utf-8", newline="") as stream:
        assert read_text(Source("a.txt", path), 10**6) == text == stream.read()


@settings(max_examples=100, deadline=None)
@given(nasty)
def test_passages_stay_below_their_size_unless_one_sentence_is_larger(text: str) -> None:
    for p in passages(article(text), 8):
        assert len(p.sentences) == 1 or len(text[p.start : p.end].split()) <= 8


def test_line_ends_and_astral_characters_count_as_they_are() -> None:
    text = "\ufeffOne 🙂 two.\r\n\r\nThree\u202e four.\u2028Five."
    found = [text[a:b] for a, b in paragraph_spans(text)]
    assert found == ["\ufeffOne 🙂 two.", "Three\u202e four.", "Five."]
    assert text.index("Three") == paragraph_spans(text)[1][0] == 15


def test_a_line_broken_by_an_editor_stays_one_paragraph() -> None:
    text = (
        "The ministers had not agreed on anything by the end of the first\n"
        "day of talks in Geneva. They met again.\n- one point\n- another point\n\nThe end."
    )
    found = [text[a:b] for a, b in paragraph_spans(text)]
    assert [p.split("\n")[0][:12] for p in found] == ["The minister", "- one point", "- another po", "The end."]
    assert "first\nday" in found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“It is over. We go home,” he said. Then he left.", ["“It is over. We go home,” he said.", "Then he left."]),
        ("They meet at 5 p.m. Friday. It rains.", ["They meet at 5 p.m. Friday.", "It rains."]),
        ("Mr. Ryabkov spoke. The U.S. answered.", ["Mr. Ryabkov spoke.", "The U.S. answered."]),
        ("He asked: “Why?” Nobody knew.", ["He asked: “Why?”", "Nobody knew."]),
    ],
)
def test_sentences_end_where_a_reader_expects(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in sentence_spans(text, 0, len(text))] == expected


def headings(text: str) -> list[str]:
    return [text[p.start : p.end] for p in passages(article(text), 64) if p.heading]


def test_headings_of_both_kinds_are_known_and_sentences_are_not_headings() -> None:
    text = "# The talks\n\nThey met in Geneva.\n\nWhat Moscow wants\n\nIt wants a treaty.\n\nNo.\n\nGeneva\n\nis a city"
    assert headings(text) == ["# The talks", "What Moscow wants"]


def test_the_shipped_articles() -> None:
    for path in sorted(SEEDS.iterdir()):
        text = read_text(Source(path.name, path), 10**6)
        assert text.encode("utf-8") == path.read_bytes()
        made: list[Passage] = list(passages(article(text), 64))
        whole(text, [s for p in made for s in p.sentences])
        assert sum(p.heading for p in made) < len(made) / 3


def test_a_megabyte_in_one_line_is_divided() -> None:
    text = "Ministers met in Geneva, and Mr. Ryabkov spoke for an hour. " * 16_000
    made = list(passages(article(text), 64))
    whole(text, [(p.start, p.end) for p in made])
    assert len(made) > 2_000
