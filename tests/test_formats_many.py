"""Files that hold many articles: names that last, faults that are named one by one, and what changes is what changed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from format_files import FACTS, atom, jsonl, rss
from support import HashEmbedder, make_index, snapshot
from test_formats_pages import refusal

from retrieval.corpus.article import Article
from retrieval.corpus.articles import articles
from retrieval.corpus.formats.part import Limits
from retrieval.corpus.stamps import COARSEST_NS
from retrieval.index.embeddings import Matrix
from retrieval.index.index import Index
from retrieval.index.ingest import ingest, is_current


def read(file: str, content: str) -> tuple[list[Article], list[str]]:
    """The articles of a file, and what is said of the others."""
    found = list(articles(file, content.encode(), {}, Limits()))
    return [a for a in found if isinstance(a, Article)], [str(a) for a in found if not isinstance(a, Article)]


def body(number: int) -> str:
    return f"<p>Ship number {number} left the harbour on Friday.</p><p>Its captain would not say where it was bound.</p>"


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = make_index(tmp_path / "data")
    yield opened
    opened.close()


def test_every_entry_of_a_feed_is_an_article() -> None:
    [first, second], faults = read(
        "news.rss", rss([("https://p.example/a/ships?x=1", "Ships &amp; <i>sailors</i>", body(1)), ("b", "B", body(2))])
    )
    assert faults == []
    assert first.text == "Ship number 1 left the harbour on Friday.\n\nIts captain would not say where it was bound."
    assert first.name.startswith("news.rss#ships-")
    assert second.name.startswith("news.rss#b-")
    known = first.metadata
    assert (known.title, known.publisher, str(known.published)) == ("Ships & sailors", "The Harbour Post", "2024-05-03")
    assert second.metadata.url == "https://harbourpost.example/b"


def test_an_atom_feed_gives_the_day_of_publication_and_the_whole_content() -> None:
    [one], _ = read(
        "news.atom", atom("<h2>Ships</h2><p>They left.</p><p style='display:none'>They sank.</p><script>x</script>")
    )
    assert one.text == "## Ships\n\nThey left."
    assert str(one.metadata.published) == "2024-05-02"


def test_hidden_text_of_a_feed_is_not_taken() -> None:
    planted = body(1) + "<div hidden>They sank.</div><p style='display:none'>They sank.</p><!-- They sank. -->"
    [one], _ = read("news.xml", rss([("a", "A", planted)]))
    assert "sank" not in one.text


def test_an_entry_without_text_or_with_an_id_that_is_taken_is_named_and_the_others_are_taken() -> None:
    empty = rss([("a", "A", body(1)), ("a", "Again", body(2)), ("c", "C", "<script>x</script>"), ("d", "D", body(4))])
    taken, faults = read("news.xml", empty)
    assert [a.metadata.title for a in taken] == ["A", "D"]
    assert faults[0] == "news.xml#entry 2: has the id of an earlier entry. Give every entry an id of its own."
    assert faults[1].startswith("news.xml#c-")
    assert faults[1].endswith(": holds no text. Save the page that it leads to.")


LINES: dict[str, tuple[dict[str, Any] | str, str]] = {
    "no JSON": ("{'id': 1}", "is not JSON ("),
    "half a line": ('{"id": "x", "text": "They le', "is not JSON ("),
    "a list": ("[1, 2]", "is no object. "),
    "no text": ({"id": "x"}, "has no text. "),
    "blank text": ({"id": "x", "text": " \n"}, "has no text. "),
    "text that is none": ({"id": "x", "text": 5}, "has a text that is no text. "),
    "a title that is none": ({"id": "x", "text": "a", "title": ["a"]}, "has a title that is no text. "),
    "an url that is none": (
        {"id": "x", "text": "a", "url": "javascript:alert(1)"},
        "has a url that is none: 'javascript:alert(1)'. ",
    ),
    "half a character": ('{"id": "x", "text": "\\ud83d"}', "has half of a character in its text. "),
    "the same id": ({"id": "first", "text": "b"}, "has the id of line 1. Give every line an id of its own."),
    "deep": ('{"id": "x", "text": ' + "[" * 100_000, "is not JSON ("),
}


@pytest.mark.parametrize("kind", LINES)
def test_a_malformed_line_is_named_and_the_others_are_taken(kind: str) -> None:
    line, said = LINES[kind]
    taken, [fault] = read("e.jsonl", jsonl({"id": "first", "text": "One."}, line, "", {"id": 3, "text": "Three."}))
    assert [(a.name, a.text) for a in taken] == [("e.jsonl#first", "One."), ("e.jsonl#3", "Three.")]
    assert fault.startswith(f"e.jsonl#line 2: {said}")
    assert fault.endswith(".")


def test_a_date_that_is_none_is_named() -> None:
    taken, [fault] = read("e.jsonl", jsonl({"id": "a", "text": "A.", "published": "soon"}, {"id": "b", "text": "B."}))
    assert [a.name for a in taken] == ["e.jsonl#b"]
    assert fault == "e.jsonl#a: has a date that is none: 'soon'. Write it as YYYY-MM-DD."


def test_a_line_that_is_not_utf_8_is_named() -> None:
    raw = b'{"id": "a", "text": "caf\xe9"}\n' + jsonl({"id": "b", "text": "B."}).encode()
    found = list(articles("e.jsonl", raw, {}, Limits()))
    assert str(found[0]) == "e.jsonl#line 1: is not UTF-8. Save it as UTF-8."
    assert isinstance(found[1], Article)


def test_the_text_of_a_line_is_taken_to_the_letter() -> None:
    text = "---\ntitle: no front matter\n---\ndate 2021-12-17 No date.\r\n\r\n\u2028 Ends.  "
    [one], _ = read("e.jsonl", jsonl({"text": text, "published": "2024-05-03T10:00:00Z", "publisher": " P\n Q "}))
    assert (one.text, one.body) == (text, 0)
    assert (str(one.metadata.published), one.metadata.publisher) == ("2024-05-03", "P Q")


def test_names_last_when_entries_are_added_before_and_behind() -> None:
    old = [("https://p.example/x", "X", body(1)), ("tag:p.example,2024:y", "Y", body(2))]
    before, _ = read("f.xml", rss(old))
    after, _ = read("f.xml", rss([("new", "N", body(3)), *old, ("last", "L", body(4))]))
    assert [a.name for a in after][1:3] == [a.name for a in before]
    lines = [{"url": "https://p.example/x", "text": "A."}, {"text": "B."}, {"id": "c", "text": "C."}]
    first, _ = read("e.jsonl", jsonl(*lines))
    second, _ = read("e.jsonl", jsonl({"id": "new", "text": "N."}, *lines))
    assert [a.name for a in second][1:] == [a.name for a in first]


def test_only_the_entry_that_changed_is_taken_anew(index: Index, tmp_path: Path) -> None:
    path = tmp_path / "f.xml"
    path.write_text(rss([("a", "A", body(1)), ("b", "B", body(2))]), "utf-8")
    assert len(ingest(index, [path]).added) == 2
    index.embedder.embedded.clear()  # type: ignore[attr-defined]
    path.write_text(rss([("n", "N", body(3)), ("b", "B", body(4)), ("a", "A", body(1))]), "utf-8")
    report = ingest(index, [path])
    assert [len(g) for g in (report.added, report.updated, report.unchanged, report.removed)] == [1, 1, 1, 0]
    assert all("number 1" not in text for text in index.embedder.embedded)  # type: ignore[attr-defined]
    assert is_current(index, [path])
    path.write_text(rss([("b", "B", body(4))]), "utf-8")
    assert not is_current(index, [path])
    assert len(ingest(index, [path]).removed) == 2


def test_the_index_after_changes_is_that_which_is_built_afresh(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    (folder / "page_files").mkdir(parents=True)
    (folder / "page.html").write_text(
        "<html><body><main>" + "".join(f"<p>{p}</p>" for p in FACTS) + "</main></body></html>", "utf-8"
    )
    (folder / "page_files" / "frame.html").write_text("<html><body><p>Buy this. It is cheap.</p></body></html>", "utf-8")
    states = [
        {"f.xml": rss([("a", "A", body(1)), ("b", "B", body(2))]), "e.jsonl": jsonl({"id": "x", "text": "X is here."}, "{")},
        {
            "f.xml": rss([("b", "B", body(2)), ("a", "A", body(5)), ("b", "B", body(9))]),
            "e.jsonl": jsonl({"id": "x", "text": "Y."}),
        },
        {"f.xml": "<rss", "e.jsonl": jsonl({"id": "x", "text": "Y."}, {"id": "z", "text": "Ship number 2 left."})},
        {"f.xml": rss([("b", "B2", body(2))])},
    ]
    for state in states:
        for name, content in state.items():
            (folder / name).write_text(content, "utf-8")
        report = ingest(index, [folder])
        assert not [name for name in (*report.added, *report.rejected) if "frame" in name]
    fresh = make_index(tmp_path / "fresh")
    ingest(fresh, [folder])
    assert snapshot(index) == snapshot(fresh)
    fresh.close()


class Failing(HashEmbedder):
    """Goes on strike when it comes to some words."""

    words = "number 3 left"

    def embed(self, texts: Sequence[str]) -> Matrix:
        if any(self.words in text for text in texts):
            raise RuntimeError("strike")
        return super().embed(texts)


def test_an_ingest_that_ends_in_the_middle_of_a_file_is_finished_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "first.txt").write_text("It was there before.\n", "utf-8")
    index = make_index(tmp_path / "data", embedder=Failing())
    ingest(index, [folder])
    path = folder / "f.xml"
    long = "".join(f"<p>The ship with the number {n}00 left the harbour of Skagen on Friday.</p>" for n in range(4, 150))
    path.write_text(rss([("a", "A", long), ("b", "B", body(3)), ("c", "C", body(2))]), "utf-8")
    os.utime(path, (1, 1))
    time.sleep(COARSEST_NS / 1e9 + 0.1)  # from then on the file's stamp proves that it is the same
    with pytest.raises(RuntimeError, match="strike"):
        ingest(index, [folder])
    assert len(index.catalogue.entries()) == 2
    index.close()
    index = make_index(tmp_path / "data")
    assert not is_current(index, [folder])
    assert len(ingest(index, [folder]).added) == 2
    fresh = make_index(tmp_path / "fresh")
    ingest(fresh, [folder])
    assert snapshot(index) == snapshot(fresh)
    index.close()
    fresh.close()


def test_what_the_table_says_of_a_file_holds_for_all_in_it_and_of_an_entry_for_it(tmp_path: Path) -> None:
    table = {"e.jsonl": {"publisher": "The Quay"}, "e.jsonl#b": {"title": "Bee"}}
    raw = jsonl({"id": "a", "text": "A."}, {"id": "b", "text": "B.", "publisher": "P"}).encode()
    known = [a.metadata for a in articles("e.jsonl", raw, table, Limits()) if isinstance(a, Article)]
    assert [(m.title, m.publisher) for m in known] == [("A.", "The Quay"), ("Bee", "The Quay")]


def test_a_feed_that_is_cut_off_is_refused_whole() -> None:
    assert "is not well-formed XML" in refusal("f.xml", rss([("a", "A", body(1)), ("b", "B", body(2))]).encode()[:-30])
