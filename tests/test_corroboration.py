"""Copies of articles: recognised, counted once, named beside the quote, and checked before an answer is shown."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeProject
from support import make_index

from benchmarks import planting
from bot import gate
from bot.answer import Answer
from bot.render.discord import Heading, pages
from bot.state import stored_answer
from bot.verifier import Reason
from bot.wiring import Project
from retrieval.index.copies import Copies
from retrieval.index.index import Index
from retrieval.index.ingest import ingest
from retrieval.reading.sameness import same_sentence

ARTICLE = "01-port-strike.txt"
TEXT = planting.body((planting.NEWS / ARTICLE).read_text("utf-8"))
SHIPS = "How many ships were waiting outside the breakwater?"
CHANGES = {
    "headline.txt": "Port at a standstill\n\n" + TEXT,
    "cut.txt": "VARNHOLM (Wire) – " + "\n\n".join(TEXT.split("\n\n")[:3]),
    "longer.txt": TEXT
    + "\n\nIn other news, a circus came to the town of Kesten, and three hundred children saw its elephant.",
    "edited.txt": TEXT.replace("said that", "stated that")
    .replace("walked out", "went out")
    .replace("called the", "named the"),
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = make_index(tmp_path / "data")
    yield index
    index.close()


@pytest.fixture(scope="module")
def copied(project: MakeProject, tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("copied")
    for path in planting.NEWS.glob("*.txt"):
        shutil.copy(path, folder)
    (folder / "wire.txt").write_text(CHANGES["cut.txt"].replace("19 ships were", "19 ships still were"), "utf-8")
    return project(folder)


def copies(index: Index, name: str) -> set[str]:
    names = {entry.sha256: entry.name for entry in index.catalogue.entries()}
    digests = {name: digest for digest, name in names.items()}
    return {names[digest] for digest in Copies(index.catalogue).of(digests[name])}


def test_copies_are_recognised_and_second_reports_are_not(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    shutil.copytree(planting.NEWS, folder)
    for name, text in (CHANGES | {f"again-{name}": text for name, text in planting.retold().items()}).items():
        (folder / name).write_text(text, "utf-8")
    report = ingest(index, [folder])
    assert report.copies[ARTICLE] == sorted(CHANGES)
    assert copies(index, ARTICLE) == set(CHANGES)
    assert copies(index, f"again-{ARTICLE}") == set()
    assert copies(index, "05-river-flood.txt") == set()


def test_copies_follow_the_articles_that_change_and_go(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, "utf-8")
    (folder / "b.txt").write_text(CHANGES["cut.txt"], "utf-8")
    ingest(index, [folder])
    assert copies(index, "a.txt") == {"b.txt"}
    (folder / "b.txt").write_text(planting.body((planting.NEWS / "05-river-flood.txt").read_text("utf-8")), "utf-8")
    ingest(index, [folder])
    assert copies(index, "a.txt") == set()
    (folder / "c.txt").write_text(CHANGES["longer.txt"], "utf-8")
    (folder / "b.txt").unlink()
    ingest(index, [folder])
    assert copies(index, "a.txt") == {"c.txt"}
    kept = index.catalogue.rows("SELECT * FROM shingles ORDER BY 1, 2")
    ingest(index, [folder], rebuild=True)
    assert [tuple(r) for r in index.catalogue.rows("SELECT * FROM shingles ORDER BY 1, 2")] == [tuple(r) for r in kept]


@pytest.mark.parametrize("seed", range(12))
def test_what_editors_do_leaves_a_copy_a_copy(index: Index, tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, "utf-8")
    others = [planting.body(path.read_text("utf-8")) for path in planting.NEWS.glob("0[2-8]*.txt")]
    (folder / "b.txt").write_text(planting.copied(TEXT, others, random.Random(seed)), "utf-8")
    ingest(index, [folder])
    assert copies(index, "a.txt") == {"b.txt"}


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("The union wants a supplement of 35 percent for night work.", True),
        ("The union demands a supplement of 45 percent for night work.", False),
        ("The union does not demand a supplement of 35 percent for night work.", False),
        ("Night work is what the union wants 35 percent more for.", False),
    ],
)
def test_a_touched_up_sentence_is_the_same_and_another_number_is_not(other: str, same: bool) -> None:
    assert same_sentence("The union demands a supplement of 35 percent for night work.", other) is same


def test_an_answer_counts_copies_once_and_names_them(copied: Project) -> None:
    answer = copied.answerer.ask(SHIPS)
    assert answer.sources.to_json() == {"articles": 2, "independent": 1}
    holding = [q for q in answer.quotes if "19 ships" in q.text]
    assert len(holding) == 1, "one of two copies is shown"
    assert {holding[0].article, *holding[0].copies} == {ARTICLE, "wire.txt"}
    assert "2 articles, 1 independent source." in answer.text
    assert f"also in {holding[0].copies[0]}" in answer.text
    (page,) = pages(answer, {}, Heading())
    assert any("2 articles, 1 independent source" in block.text for block in page.blocks)
    assert any(f"also in {holding[0].copies[0]}" in block.source for block in page.blocks)
    assert stored_answer.answer(answer.to_json()) == replace(
        answer, timings=stored_answer.answer(answer.to_json()).timings, confidence=round(answer.confidence, 4),
        quotes=tuple(replace(q, score=round(q.score, 4)) for q in answer.quotes),
    )  # fmt: skip


def test_answers_of_earlier_versions_are_still_read(copied: Project) -> None:
    body = copied.answerer.ask(SHIPS).to_json()
    for name in ("sources", "disagreements", "later"):
        del body[name]
    for quote in body["quotes"]:
        del quote["copies"]
    old = stored_answer.answer(body)
    assert old.sources.articles == 0
    assert not old.disagreements
    assert not old.quotes[0].copies


def test_a_refusal_has_no_sources(copied: Project) -> None:
    answer = copied.answerer.ask("What is the capital of Australia?")
    assert answer.sources.to_json() == {"articles": 0, "independent": 0}


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda a: a["quotes"][0].update(copies=["05-river-flood.txt"]), Reason.COPY),
        (lambda a: a["quotes"][0].update(copies=["nowhere.txt"]), Reason.COPY),
        (lambda a: a["quotes"][0].update(copies=[]), Reason.COPY),
        (lambda a: a.update(sources={"articles": 2, "independent": 2}), Reason.COPY),
        (lambda a: a.update(disagreements=[{"quotes": [1, 9], "kind": "date", "values": ["a", "b"]}]), Reason.DISAGREEMENT),
        (lambda a: a.update(later=[{"article": "wire.txt", "published": "2030-01-01"}]), Reason.LATER),
    ],
)
def test_the_gate_stops_what_is_not_so(copied: Project, forge: Any, reason: Reason) -> None:
    answer: Answer = copied.answerer.ask(SHIPS)
    shelf = gate.shelf(copied.index.catalogue, copied.index.settings.limits)
    body = answer.to_json()
    assert gate.violations(body, shelf) == ()
    forge(body)
    assert reason in {v.reason for v in gate.violations(body, shelf)}
