"""As of a day: an answer is what it would be if nothing had come out since, but for the mark that later articles differ."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeProject

from bot.answer import Answer
from bot.render.discord import Heading, pages
from bot.wiring import Project
from retrieval.index.scoped import ScopedWords
from retrieval.reading.aliases import Aliases
from retrieval.reading.names import terms
from retrieval.reading.search import Scope, words_in

NEWS = Path(__file__).parent / "corpora" / "news"
DAY = date(2023, 3, 14)
LATER = {
    "copy.txt": "---\ntitle: Strike\ndate: 2023-03-15\n---\n"
    + (NEWS / "01-port-strike.txt").read_text("utf-8").partition("---\n")[2].partition("---\n")[2],
    "second.txt": """---
title: Cranes at rest
date: 2023-03-16
---
Since Tuesday the dockworkers of Varnholm have been on strike over pay for night shifts. By noon, 23 ships were waiting
outside the breakwater, the harbour authority said, and no container had been moved.

Transport minister Wilma Oxenstern offered to mediate between the union and the employers of the container port.
""",
    "undated.txt": "The dockworkers of Varnholm were joined by the pilots of Ostersund. 41 ships were waiting outside.\n",
}
QUESTIONS = [
    "How many ships were waiting outside the breakwater?",
    "Who leads the union's harbour section?",
    "What did Wilma Oxenstern offer?",
    "Which pilots joined the strike, and how much did the employers offer?",
    "Who is the mayor of Quillon?",
    "How much traffic has the port lost?",
]


@pytest.fixture(scope="module")
def then(project: MakeProject, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Only what had come out by the day."""
    folder = tmp_path_factory.mktemp("then")
    for name in ("01-port-strike.txt", "06-mayor-election.txt", "03-vaccine-trial.txt"):
        (folder / name).write_bytes((NEWS / name).read_bytes())
    return project(folder)


@pytest.fixture(scope="module")
def now(then: Project, project: MakeProject, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same and what came later, or at an unknown time."""
    folder = tmp_path_factory.mktemp("now")
    for entry in then.index.catalogue.entries():
        (folder / entry.name).write_bytes(entry.path.read_bytes())
    for path in NEWS.glob("0[57]*.txt"):
        (folder / path.name).write_bytes(path.read_bytes())
    for name, text in LATER.items():
        (folder / name).write_text(text, "utf-8")
    return project(folder)


def shown(answer: Answer) -> dict[str, Any]:
    """All of an answer but its id, which names the whole index, its timings, and the mark."""
    body = answer.to_json()
    del body["run_id"], body["timings_ms"], body["later"]
    body["text"] = "\n".join(line for line in answer.text.splitlines() if "later article" not in line).strip()
    return body


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_later_leaks(then: Project, now: Project, question: str) -> None:
    before = then.answerer.ask(question)
    answer, trace = now.answerer.explain(question, (), Scope(as_of=DAY))
    assert shown(answer) == shown(before)
    assert not {f.evidence.entry.name for part in trace.parts for f in part.findings} & {*LATER}
    assert not any(name in json.dumps(shown(answer)) for name in LATER)


def test_a_name_that_only_later_articles_know_is_missing(now: Project) -> None:
    question = "What did Wilma Oxenstern offer?"
    assert now.answerer.ask(question, (), Scope(as_of=DAY)).missing == ("Wilma", "Oxenstern")
    assert now.answerer.ask(question).missing == ()


def test_later_articles_that_say_otherwise_are_a_mark_and_no_more(now: Project) -> None:
    question = QUESTIONS[0]
    answer = now.answerer.ask(question, (), Scope(as_of=DAY))
    assert [a.to_json() for a in answer.later] == [{"article": "second.txt", "published": "2023-03-16"}]
    assert "1 later article says otherwise: 2023-03-16 (second.txt)." in answer.text
    (page,) = pages(answer, {}, Heading(as_of=DAY))
    assert any("1 later article says otherwise: 16 March 2023 (second.txt)." in block.text for block in page.blocks)
    assert not answer.disagreements
    assert now.answerer.ask(question).later == ()
    # A copy says the same, however late it comes.
    assert now.answerer.ask(question, (), Scope(as_of=date(2023, 3, 16))).later == ()


def test_words_are_counted_in_scope_as_the_index_would_count_them(now: Project) -> None:
    catalogue = now.index.catalogue
    everything = ScopedWords(catalogue, [e.sha256 for e in catalogue.entries()])
    asked = ["ship", "wait", "varnholm", "strike", "union", "nowher"]
    assert everything.document_frequencies(asked) == catalogue.document_frequencies(asked)
    assert everything.count() == catalogue.count()
    ours, theirs = everything.best(asked, 20), catalogue.best_by_words(asked, 20, None)
    assert [i for i, _ in ours] == [i for i, _ in theirs]
    assert [s for _, s in ours] == pytest.approx([s for _, s in theirs])


def test_a_spelling_that_only_later_articles_have_is_no_variant(now: Project) -> None:
    found = terms("What did Oxenstierna offer?", words_in(now.index.catalogue, Scope(as_of=DAY)), Aliases())
    assert found.absent_names == ["Oxenstierna"]
