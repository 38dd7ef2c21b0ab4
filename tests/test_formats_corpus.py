"""Articles that are taken out of files: stored, quoted exactly, checked later, and extracted only when the file changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import MakeProject
from format_files import FACTS, QUESTION, all_formats, docx, html, jsonl, mhtml, pdf, rss
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answer import Answer, Quote, Status
from bot.commands import sources
from bot.commands.verify import Verdict, verify
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.corpus import receipts
from retrieval.corpus.article import text_digest
from retrieval.index.present import PresentTexts

CITIES = ("Valletta", "Tunis", "Palermo", "Genoa", "Marseille", "Piraeus")
WRITE: dict[str, Callable[[tuple[str, ...]], bytes]] = {
    "page.html": lambda said: html(said).encode(),
    "page.mhtml": lambda said: mhtml(html(said)),
    "paper.pdf": pdf,
    "letter.docx": docx,
    "feed.xml": lambda said: rss([("fish", "Islands talk", "".join(f"<p>{p}</p>" for p in said))]).encode(),
    "export.jsonl": lambda said: jsonl({"id": "fish", "text": "\n\n".join(said)}).encode(),
}
NAMES = [{"feed.xml": "feed.xml#fish-38a8e8c8", "export.jsonl": "export.jsonl#fish"}.get(file, file) for file in WRITE]


def told(city: str) -> tuple[str, ...]:
    """FACTS with another place in every sentence."""
    return tuple(
        p.replace("Valletta", city).replace("trawler", f"{city} trawler").replace("The", f"In {city} the") for p in FACTS
    )


@pytest.fixture(scope="module")
def mixed(project: MakeProject, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path]:
    """One file of each format, each of another city."""
    folder = tmp_path_factory.mktemp("mixed")
    for (file, write), city in zip(WRITE.items(), CITIES, strict=True):
        (folder / file).write_bytes(write(told(city)))
    return project(folder), folder


def shown(answer: Answer) -> Iterator[Quote]:
    yield from (*answer.quotes, *answer.nearest)


def check(opened: Project, answer: Answer) -> None:
    """Every quote is the stored text at its offsets, and its receipt says so."""
    assert (answer.status is Status.REFUSED) == (not answer.quotes)
    catalogue = opened.index.catalogue
    entries = {e.name: e for e in catalogue.entries()}
    for quote in shown(answer):
        text = catalogue.text(entries[quote.article].sha256)
        assert text[quote.start : quote.end] == quote.text
        assert quote.sha256 == text_digest(text)
        found = verify(opened, receipts.parse(quote.receipt))
        assert (found.verdict, found.found) == (Verdict.IDENTICAL, quote.text)


def test_every_format_is_taken_in_under_its_name(mixed: tuple[Project, Path]) -> None:
    opened, _ = mixed
    entries = opened.index.catalogue.entries()
    assert sorted(e.name.partition("-")[0] for e in entries) == sorted(n.partition("-")[0] for n in NAMES)
    for entry, city in zip(entries, ("Piraeus", "Marseille", "Genoa", "Valletta", "Tunis", "Palermo"), strict=True):
        assert opened.index.catalogue.text(entry.sha256) == "\n\n".join(told(city)), entry.name


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(CITIES),
    st.sampled_from(
        ["Where did the envoys meet to talk about the fishing treaty, in {}?", "What did she say of a {} trawler?",
         "How many boats does the treaty cover in {}?", "When is the next round in {}?", "Who is the mayor of {}?"]
    ),
)  # fmt: skip
def test_quotes_from_every_format_are_exact_and_can_be_checked(mixed: tuple[Project, Path], city: str, asked: str) -> None:
    opened, _ = mixed
    check(opened, opened.answerer.ask(asked.format(city)))


@pytest.mark.parametrize("file", WRITE)
def test_a_receipt_is_identical_until_the_file_changes(project: MakeProject, tmp_path: Path, file: str) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    path = folder / file
    path.write_bytes(WRITE[file](FACTS))
    opened = project(folder)
    answer = opened.answerer.ask(QUESTION)
    assert answer.status is Status.ANSWERED
    check(opened, answer)
    [first, *_] = answer.quotes
    receipt = receipts.parse(first.receipt)
    assert "Valletta" in first.text
    # As it is on disk now, without an ingest.
    path.write_bytes(WRITE[file](("Today nobody works.", *FACTS)))
    assert verify(opened, receipt).verdict is Verdict.CHANGED
    path.write_bytes(WRITE[file](tuple(p.replace("Valletta", "Cairo") for p in FACTS)))
    changed = verify(opened, receipt)
    assert changed.verdict is Verdict.CHANGED
    assert "Cairo" in (changed.found or "")
    report = opened.ingest([folder])
    assert len(report.updated) == 1
    assert verify(opened, receipt).verdict is Verdict.CHANGED
    path.write_bytes(b"")
    assert verify(opened, receipt).verdict is Verdict.MISSING
    path.unlink()
    assert verify(opened, receipt).verdict is Verdict.MISSING


def test_an_unchanged_file_is_not_extracted_again_and_a_touched_one_neither(
    mixed: tuple[Project, Path], models: Path, tmp_path: Path
) -> None:
    opened, folder = mixed
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    code = """
import sys
from pathlib import Path
from bot.settings import load
from bot.wiring import Project
from retrieval.corpus import receipts
from bot.commands.verify import verify
data, models, folder, question = sys.argv[1:]
opened = Project(load(), Path(data), Path(models))
answer = opened.answerer.ask(question)
for quote in (*answer.quotes, *answer.nearest):
    print(quote.article, verify(opened, receipts.parse(quote.receipt)).verdict)
print(*{"lxml", "trafilatura", "pypdf", "docx", "feedparser", "tinycss2", "defusedxml"} & sys.modules.keys())
"""
    asked = "What did the minister say about a Palermo trawler?"
    done = subprocess.run(
        [sys.executable, "-c", code, str(opened.data), str(models), str(folder), asked],
        capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    *verdicts, heavy = done.stdout.splitlines()
    assert verdicts
    assert all(line.endswith("identical") for line in verdicts)
    assert heavy == ""


def test_sources_prints_what_offsets_refer_to(mixed: tuple[Project, Path], capsys: pytest.CaptureFixture[str]) -> None:
    opened, _ = mixed
    for entry in opened.index.catalogue.entries():
        assert sources.run(opened, entry.name, as_json=True) == 0
        printed = json.loads(capsys.readouterr().out)
        assert printed["text"] == opened.index.catalogue.text(entry.sha256)
        assert [p["text"] for p in printed["paragraphs"]] == printed["text"].split("\n\n")


def test_what_changes_beside_the_article_changes_no_quote(project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(html(), "utf-8")
    opened = project(tmp_path)
    path.write_text(html(extra="<div class='ad' hidden>Buy a boat today.</div>"), "utf-8")
    answer = opened.answerer.ask(QUESTION)
    assert answer.status is Status.ANSWERED
    check(opened, answer)


def test_an_entry_that_is_gone_is_missing_and_the_others_stay(project: MakeProject, tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    lines = [{"id": "a", "text": FACTS[0]}, {"id": "b", "text": FACTS[1]}]
    path.write_text(jsonl(*lines), "utf-8")
    opened = project(tmp_path)
    [first, *_] = opened.answerer.ask(QUESTION).quotes
    receipt = receipts.parse(first.receipt)
    assert (first.article, verify(opened, receipt).verdict) == ("export.jsonl#a", Verdict.IDENTICAL)
    path.write_text(jsonl({"id": "new", "text": "Ships left."}, *lines), "utf-8")
    assert verify(opened, receipt).verdict is Verdict.IDENTICAL
    path.write_text(jsonl(lines[1]), "utf-8")
    gone = verify(opened, receipt)
    assert (gone.verdict, gone.detail) == (
        Verdict.MISSING,
        "export.jsonl#a: is no longer in export.jsonl. Run verbatim ingest.",
    )


def test_a_file_may_have_the_sign_in_its_own_name(project: MakeProject, tmp_path: Path) -> None:
    (tmp_path / "feed.xml#a.txt").write_text(FACTS[0] + "\n", "utf-8")
    (tmp_path / "export.jsonl").write_text(jsonl({"id": "a.txt", "text": FACTS[1]}), "utf-8")
    opened = project(tmp_path)
    assert [e.name.partition("-")[0] for e in opened.index.catalogue.entries()] == ["export.jsonl#a", "feed.xml#a.txt"]
    answer = opened.answerer.ask(QUESTION)
    assert answer.quotes[0].article == "feed.xml#a.txt"
    check(opened, answer)


def test_files_that_tell_the_same_are_taken_once(project: MakeProject, tmp_path: Path) -> None:
    for file, raw in all_formats().items():
        (tmp_path / file).write_bytes(raw)
    opened = project(tmp_path)
    [entry] = opened.index.catalogue.entries()
    assert entry.name == "export.jsonl#fish"
    assert len(opened.ingest([tmp_path]).duplicates) == 5
    present = PresentTexts(opened.index.catalogue, opened.index.settings.limits)
    for file in ("page.html", "paper.pdf", "letter.docx"):
        assert present.text(file, tmp_path / file) == "\n\n".join(FACTS)
