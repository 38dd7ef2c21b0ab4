"""Answers that were voted down, as a question file; and everything of a person deleted."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from bot.answer import Answer
from bot.evaluation import questions
from bot.evaluation.export import question_file
from bot.recording import record
from bot.state import checks, complaints, feedback, forgetting, posts
from bot.state.database import Database
from bot.state.feedback import Reason, Vote
from bot.state.posts import Post
from bot.state.runs import Runs
from bot.wiring import Project

WHERE = "Where did Moscow propose to hold the negotiations?"
CAPITAL = "What is the capital of Australia?"


def post(id_: str, answer: Answer, person: int, parent: str | None = None) -> Post:
    return Post(id_, parent, 1, 2, person, False, answer.question, answer, {}, None)


def filled(seeds: Project, data: Path) -> Database:
    """Two people, three answers, four votes."""
    where, capital = seeds.answerer.ask(WHERE), seeds.answerer.ask(CAPITAL)
    database = Database("", data)
    with database.session() as session:
        posts.add(session, post("a", where, 10))
        posts.add(session, post("b", capital, 10, parent="a"))
        posts.add(session, post("c", where, 20))
        session.flush()
        feedback.cast(session, "a", 10, Vote(False, Reason.WRONG_QUOTE, 'it says "Geneva"\u2028: no'))
        feedback.cast(session, "a", 20, Vote(False, Reason.WRONG_SOURCE))
        feedback.cast(session, "b", 20, Vote(False, Reason.SHOULD_HAVE_REFUSED, "not in there"))
        feedback.cast(session, "c", 20, Vote(True))
        checks.add(session, "k", 10, [["one"]])
    return database


def test_what_should_have_been_refused_is_a_case_and_the_rest_waits_for_a_person(seeds: Project, tmp_path: Path) -> None:
    database = filled(seeds, tmp_path)
    with database.session() as session:
        text, whole, waiting = question_file(complaints.read(session))
    database.close()
    assert (whole, waiting) == (1, 1)
    file = tmp_path / "cases.yaml"
    file.write_text(text, "utf-8")
    (case,) = questions.load(file).questions
    assert (case.question, case.evidence, case.history) == (CAPITAL, (), (WHERE,))
    assert "voted down: wrong quote" in text
    assert "voted down: wrong source" in text
    # The comment becomes a case when its # is taken away and evidence is put in.
    opened = "\n".join(row.removeprefix("#") for row in text.splitlines() if not row.startswith(("# A", "# W")))
    file.write_text(opened.replace('["…"]', '["Geneva is for the Americans"]'), "utf-8")
    assert [q.evidence for q in questions.load(file).questions] == [(), ("Geneva is for the Americans",)]
    assert len(yaml.safe_load(opened)["questions"]) == 2


def test_the_command_writes_the_file(seeds: Project, tmp_path: Path) -> None:
    filled(seeds, tmp_path).close()
    target = tmp_path / "cases.yaml"
    command = [sys.executable, "-m", "bot", "feedback", "export", str(target), "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert "1 cases are ready" in done.stderr
    assert questions.load(target).questions[0].question == CAPITAL
    command[5] = str(tmp_path / "no" / "such" / "folder.yaml")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 2
    assert "folder.yaml" in done.stderr


def test_a_person_is_forgotten_everywhere_and_nobody_else_is(seeds: Project, tmp_path: Path) -> None:
    database = filled(seeds, tmp_path)
    capital, trace = seeds.answerer.explain(CAPITAL)
    runs = Runs(database, 100, 100)
    runs.put(record(capital, trace))
    assert runs.ids() == [capital.run_id]
    with database.session() as session:
        gone = forgetting.person(session, 10)
    assert (gone.questions, gone.votes, gone.checks) == (2, 1, 1)
    assert runs.ids() == []
    with database.session() as session:
        assert [posts.get(session, id_) is not None for id_ in "abc"] == [False, False, True]
        assert checks.get(session, "k") is None
        assert feedback.count(session, "c") == (1, 0)
    database.close()


def test_checked_messages_are_kept_no_longer_than_wanted(tmp_path: Path) -> None:
    database, now = Database("", tmp_path), datetime.now(UTC)
    with database.session() as session:
        checks.add(session, "old", 1, [["one"]], now - timedelta(days=10))
        checks.add(session, "new", 1, [["two"]], now)
    with database.session() as session:
        assert checks.forget_before(session, now - timedelta(days=5)) == 1
        assert checks.get(session, "old") is None
        assert checks.get(session, "new") == [["two"]]
    database.close()
