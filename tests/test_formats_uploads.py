"""Files of every format that are sent to the bot."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeProject
from discord_fixtures import read, serving
from format_files import FACTS, QUESTION, docx, html, jsonl, pdf, rss
from test_discord_admin import guarded, moderator

from bot.uploads import Upload, Uploads
from bot.wiring import Project


@pytest.fixture
def own(project: MakeProject, tmp_path: Path) -> Project:
    """A project with one article."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "ants.txt").write_text("Ants moved into the town hall of Lund in the winter of 2023.\n", "utf-8")
    return project(folder)


def test_files_of_every_format_are_taken_and_each_fault_is_told(own: Project) -> None:
    uploads = Uploads(own, 100_000)
    sent = {
        "page.html": html(("A whale was seen off Skagen on Monday.", *FACTS[:1])).encode(),
        "paper.pdf": pdf(("A seal was seen off Skagen on Tuesday.", FACTS[1])),
        "letter.docx": docx(("A shark was seen off Skagen on Friday.",)),
        "feed.xml": rss([("a", "A", "<p>Ships left.</p>"), ("b", "B", "<p>Boats left.</p>"), ("c", "C", " ")]).encode(),
        "export.jsonl": jsonl({"id": "x", "text": "Planes left."}, "{").encode(),
        "locked.pdf": pdf(password="secret"),
        "broken.docx": docx()[:500],
        "wrong.txt": pdf(),
        "all-wrong.jsonl": b"{\n[\n",
        "large.pdf": b"%PDF-" + b"0" * 100_000,
        "picture.png": b"\x89PNG",
    }
    outcomes = {o.name: o for o in uploads.take([Upload(name, content) for name, content in sent.items()])}
    assert {n for n, o in outcomes.items() if o.taken} == {
        "page.html",
        "paper.pdf",
        "letter.docx",
        "feed.xml",
        "export.jsonl",
    }
    said = {n: o.said for n, o in outcomes.items()}
    assert said["page.html"] == "added"
    assert said["feed.xml"].startswith("2 articles added; 1 left out: feed.xml#c-")
    assert said["export.jsonl"].startswith("added; 1 left out: export.jsonl#line 2: is not JSON (")
    assert said["locked.pdf"] == "has a password. Save it without one."
    assert said["broken.docx"] == "is broken (BadZipFile). Save it again as DOCX."
    assert said["wrong.txt"] == "is a PDF, although its name ends in .txt. Rename it to end in .pdf."
    assert said["all-wrong.jsonl"].startswith("all-wrong.jsonl#line 1: is not JSON (")
    assert said["large.pdf"] == "is 100,005 bytes, more than the 100,000 allowed. Split it."
    assert ".pdf" in said["picture.png"]
    stored = {path.name for path in uploads.folder.iterdir()}
    assert stored == {name for name, outcome in outcomes.items() if outcome.taken}
    [again] = uploads.take([Upload("feed.xml", sent["feed.xml"])])
    assert again.said.startswith("2 articles unchanged; 1 left out")
    [copy] = uploads.take([Upload("saved.html", sent["page.html"])])
    assert (copy.taken, copy.said) == (False, "has the text of page.html, which is here already.")
    assert not (uploads.folder / "saved.html").exists()


async def test_a_page_that_is_sent_is_answered_from_at_once(own: Project, tmp_path: Path) -> None:
    async with serving(guarded(own, tmp_path)) as server:
        mona = moderator(server)
        result = await mona.slash(
            server.channel, "ingest", file=("page.html", html().encode()), second=("a.pdf", pdf(password="x"))
        )
        said = read(result.response)
        assert "1 of 2 files are in the index" in said
        assert "page.html added" in said
        assert "a.pdf has a password. Save it without one." in said
        answered = read((await server.alice.slash(server.channel, "ask", question=QUESTION)).response)
        assert "Valletta" in answered
        assert "Islands talk about fish" in answered
