"""Files from which nothing can be taken: each is named with what to do, and the others are taken in."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest
from format_files import FACTS, atom, docx, html, jsonl, pages, pdf, repacked, rss, scan
from support import make_index
from test_formats_pages import only, refusal

from retrieval.corpus.articles import articles
from retrieval.corpus.formats import registry
from retrieval.corpus.formats.part import Limits
from retrieval.errors import ArticleError
from retrieval.index.ingest import ingest

ENTITIES = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


def bomb() -> bytes:
    """A Word document whose text unpacks to 60 MB, from 60 kB."""
    return repacked(docx(), word_document=b"<a>" + b" " * 60_000_000 + b"</a>")


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


BROKEN = {
    "password.pdf": (pdf(password="secret"), "has a password. Save it without one."),
    "scan.pdf": (scan(), "holds no text on its 1 page: a scan, or empty. Run text recognition over it, "),
    "cut.pdf": (pdf()[:700], "is broken ("),
    "torn.pdf": (b"%PDF-1.7\n" + bytes(range(256)) * 40, "is broken ("),
    "empty.pdf": (b"", "does not begin as a PDF does. "),
    "password.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "has a password, or is in the format of Word before 2007. ",
    ),
    "cut.docx": (docx()[:-900], "is broken (BadZipFile). Save it again as DOCX."),
    "torn.docx": (repacked(docx(), word_document=b"<w:document"), "is broken (ParseError). Save it again as DOCX."),
    "other.docx": (archive(a=b"b"), "is a ZIP archive and no Word document. Save it as DOCX."),
    "empty.docx": (docx([], ""), "holds no text. "),
    "bomb.docx": (bomb(), "would unpack to 60,"),
    "entities.docx": (
        repacked(docx(), word_document=(ENTITIES + "<a>&c;</a>").encode()),
        "declares entities, which no Word document does. Save it again as DOCX.",
    ),
    "entities.xml": (
        rss(head=ENTITIES).encode(),
        "declares entities, which could grow without end. Fetch the feed again, or leave it out.",
    ),
    "cut.xml": (rss().encode()[:-40], "is not well-formed XML (line 1). Fetch the feed again."),
    "map.xml": (b"<urlset><url/></urlset>", "is XML, but no RSS or Atom feed. Give a feed, or leave it out."),
    "none.rss": (rss([]).encode(), "is a feed without entries. Fetch it again, or leave it out."),
    "none.jsonl": (b"\n \n", "holds no article. Fill it or remove it."),
    "page.pdf": (html().encode(), "is an HTML page, although its name ends in .pdf. Rename it to end in .html."),
    "paper.txt": (pdf(), "is a PDF, although its name ends in .txt. Rename it to end in .pdf."),
    "paper.html": (pdf(), "is a PDF, although its name ends in .html. Rename it to end in .pdf."),
    "letter.md": (docx(), "is a Word document, although its name ends in .md. Rename it to end in .docx."),
    "page.txt": (b"\xef\xbb\xbf\n <!DOCTYPE HTML>\n" + html().encode(), "is an HTML page, although its name ends in .txt. "),
    "feed.html": (atom("<p>x</p>").encode(), "is a feed, although its name ends in .html. Rename it to end in .xml."),
    "feed.txt": (
        b"<?xml version='1.0'?>\n<!-- c -->\n" + rss().encode()[38:],
        "is a feed, although its name ends in .txt. ",
    ),
    "picture.pdf": (
        b"\x89PNG\r\n\x1a\n" + b"\0" * 99,
        "is a picture, although its name ends in .pdf. Save its text, as text, ",
    ),
    "menu.html": (b"<nav><a href=/>Home</a></nav>", "holds no article: no main text was found. "),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_taken_is_named_with_what_to_do(name: str, tmp_path: Path) -> None:
    raw, said = BROKEN[name]
    (tmp_path / name).write_bytes(raw)
    (tmp_path / "good.txt").write_text("A good article stands beside it.\n", "utf-8")
    index = make_index(tmp_path / "data")
    report = ingest(index, [tmp_path / name, tmp_path / "good.txt"])
    assert report.added == ["good.txt"]
    assert list(report.rejected) == [name]
    assert report.rejected[name].startswith(f"{name}: {said}")
    assert report.rejected[name].endswith(".")
    # What is wrong in a file stays so: the next look has nothing to do.
    again = ingest(index, [tmp_path / name, tmp_path / "good.txt"])
    assert (again.rejected, again.unchanged) == (report.rejected, ["good.txt"])
    index.close()


def test_a_bomb_is_not_unpacked() -> None:
    began = time.process_time()
    refusal("bomb.docx", bomb_of_a_gigabyte())
    # Unpacking a gigabyte takes seconds; looking at its size takes none. (Processor time, not the clock's.)
    assert time.process_time() - began < 2


def bomb_of_a_gigabyte() -> bytes:
    """A file that says of itself that it holds a gigabyte; what lies in it is not even that."""
    raw = bytearray(repacked(docx(), word_document=b"x" * 64))
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (10**9).to_bytes(4, "little")
    return bytes(raw)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(pages=1), "has 3 pages, more than the 1 allowed. Split it, or raise ingest.pages."),
        (Limits(max_bytes=400), "bytes of text, more than the 400 allowed. Split it, or raise ingest.max_bytes."),
    ],
)
def test_limits_on_what_comes_out(limits: Limits, said: str) -> None:
    raw = pages(3) if limits.pages == 1 else pdf()
    try:
        [error] = registry.extract("a.pdf", raw, limits)
        assert isinstance(error, ArticleError)
    except ArticleError as raised:
        error = raised
    assert str(error).endswith(said)


def test_limits_on_the_file_and_what_it_unpacks_to(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(docx())
    (tmp_path / "b.txt").write_text("x" * 2000, "utf-8")
    small = make_index(tmp_path / "data", document_bytes=1000, max_bytes=1000)
    rejected = ingest(small, [tmp_path / "a.docx", tmp_path / "b.txt"]).rejected
    assert rejected["a.docx"].endswith("more than the 1,000 allowed. Split it, or raise ingest.document_bytes.")
    assert rejected["b.txt"].endswith("more than the 1,000 allowed. Split it, or raise ingest.max_bytes.")
    packed = make_index(tmp_path / "other", expanded_bytes=1000)
    assert "raise ingest.expanded_bytes" in ingest(packed, [tmp_path / "a.docx"]).rejected["a.docx"]
    small.close()
    packed.close()


def test_a_thousand_pages_are_an_article() -> None:
    part = only("long.pdf", pages(1000))
    assert "Ship number 1 left the harbour with 3 sailors on board." in part.text
    assert "Ship number 1000 left the harbour with 3000 sailors on board." in part.text
    assert part.text.count("left the harbour") == 1000


def test_a_pdf_that_may_be_opened_but_not_changed_is_read() -> None:
    assert only("locked.pdf", pdf(owner="boss")).text == "\n\n".join(FACTS)


LARGE = {
    "white.html": html(extra=f"<p>Ships left.<br>{' ' * 2_000_000}Boats</p>").encode(),
    "comments.html": b"<!-- a -->" * 3000 + b"<p>x</p>",
    "declared.xml": b"<?xml-stylesheet ?>" * 3000 + b"<x>",
    "spaces.txt": b" " * 2_000_000 + b"x",
    "styles.html": html(head="<style>" + "{" * 300_000 + "</style>").encode(),
    "broken.jsonl": b"{" * 2_000_000,
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", LARGE)
def test_no_expression_takes_time_by_the_square_or_worse(name: str) -> None:
    # By the square these take an hour.
    said = said_of(name, LARGE[name])
    assert all(line.startswith(name) for line in said)


@pytest.mark.parametrize("name", ["a.html", "a.pdf", "a.docx", "a.xml", "a.jsonl", "a.mhtml"])
def test_whatever_is_in_a_file_it_is_taken_or_named(name: str) -> None:
    whole = {
        "a.html": html().encode(), "a.pdf": pdf(), "a.docx": docx(), "a.xml": rss().encode(), "a.jsonl": jsonl().encode(),
        "a.mhtml": b"Content-Type: text/html\r\n\r\n" + html().encode(),
    }[name]  # fmt: skip
    step = max(1, len(whole) // 40)
    for at in range(0, len(whole), step):
        for raw in (
            whole[:at],
            whole[at:],
            whole[:at] + b"\xff\x00<&]]>" + whole[at + 3 :],
            whole[:at] + whole[at + step :],
        ):
            for said in said_of(name, raw):
                assert said.startswith(f"{name}: ") or said.startswith(f"{name}#")
                assert said.endswith(".")


def said_of(name: str, raw: bytes) -> list[str]:
    """The messages about a file; empty where it is taken in whole."""
    try:
        return [str(part) for part in articles(name, raw, {}, Limits()) if isinstance(part, ArticleError)]
    except ArticleError as error:
        return [str(error)]
