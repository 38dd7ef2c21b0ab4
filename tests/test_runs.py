"""Runs are kept as they were, the newest ones, and forgotten when they are to be."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import MakeProject

from bot.commands import ask, batch
from bot.commands.conversation import Conversation
from bot.evaluation.replay import replay
from bot.recording import Run, record, remember
from bot.state.database import Database
from bot.state.runs import Runs, forget
from bot.wiring import Project
from retrieval.reading.search import Scope

ANSWERED = "Where did Moscow propose to hold the negotiations?"
REFUSED = "What is the capital of Australia?"
COMPOUND = "Where did Moscow propose to hold the negotiations, and what is the capital of Australia?"
FIRST = "000_7a518c810b0cef30.txt"


def of(project: Project, question: str = ANSWERED, scope: Scope | None = None) -> Run:
    return record(*project.answerer.explain(question, scope=scope or Scope()))


@pytest.fixture(scope="module")
def run(seeds: Project) -> Run:
    return of(seeds)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(Database("", tmp_path), keep=3, keep_days=30)


def test_a_run_comes_back_as_it_was_kept(runs: Runs, run: Run, seeds: Project) -> None:
    scoped = of(seeds, scope=Scope(date(2021, 12, 17), frozenset({FIRST})))
    for one in (run, scoped):
        assert runs.put(one)
        found = runs.get(one.run_id)
        assert found is not None
        assert json.loads(json.dumps([found.depends, found.retrieved])) == json.loads(
            json.dumps([one.depends, one.retrieved])
        )
        assert (found.answer, found.scope, found.environment) == (one.answer, one.scope, one.environment)
        assert replay(found, seeds.answerer).same
    assert runs.get("unknown") is None


def test_the_newest_are_kept_and_the_old_forgotten(runs: Runs, run: Run) -> None:
    now = datetime.now(UTC)
    for number in range(5):
        runs.put(replace(run, run_id=f"{number}"), now + timedelta(seconds=number))
    assert runs.ids() == ["4", "3", "2"]
    # Asked again it is the newest.
    runs.put(replace(run, run_id="2"), now + timedelta(seconds=9))
    assert runs.ids() == ["2", "4", "3"]
    runs.put(replace(run, run_id="5"), now + timedelta(days=31))
    assert runs.ids() == ["5"]


def test_no_runs_are_kept_where_none_are_wanted(tmp_path: Path, run: Run) -> None:
    database = Database("", tmp_path)
    kept = Runs(database, keep=2, keep_days=30)
    kept.put(run)
    none = Runs(database, keep=0, keep_days=30)
    assert none.put(replace(run, run_id="other"))
    assert none.ids() == kept.ids() == []
    with database.session() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM dependencies").scalar() == 0


def test_forgetting_takes_along_what_goes_on_from_it(runs: Runs, tmp_path: Path, seeds: Project) -> None:
    conversation = Conversation(seeds.answerer)
    first = record(*conversation.ask(ANSWERED))
    second = record(*conversation.ask("Who said that?"))
    other = of(seeds, REFUSED)
    for one in (first, second, other):
        runs.put(one)
    with Database("", tmp_path).session() as session:
        forget(session, [first.run_id, "unknown"])
    assert runs.ids() == [other.run_id]


def test_the_same_run_with_other_bytes_is_told(runs: Runs, run: Run) -> None:
    assert runs.put(run)
    wrong = replace(run, answer=run.answer.replace("Geneva", "Vienna"))
    assert not runs.put(wrong)
    found = runs.get(run.run_id)
    assert found is not None
    assert found.answer == run.answer
    # After an upgrade it is a new state of things.
    assert runs.put(replace(wrong, environment={**run.environment, "source": "other"}))


def test_what_cannot_be_kept_is_a_warning(project: MakeProject, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = project(flags=("state.url=sqlite:////nowhere/at/all.sqlite3",))
    assert ask.run(made, ANSWERED, as_of=None, explain=False, as_json=True) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["status"] == "answered"
    assert "cannot be replayed later" in shown.err
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"question": ANSWERED}) + "\n" + json.dumps({"question": REFUSED}) + "\n", "utf-8")
    assert batch.run(made, lines, as_of=None) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_an_unknown_driver_is_a_warning_too(project: MakeProject) -> None:
    made = project(flags=("state.url=nothing://host/name",))
    warnings: list[str] = []
    remember(made, *made.answerer.explain(ANSWERED), warnings.append)
    assert len(warnings) == 1
    assert "state.url" in warnings[0]
