"""The state: the same on SQLite and on Postgres, read back by another process's connection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from discord_fixtures import ANSWERED, REFUSED
from servers import PostgresServer

from bot.answer import Answer
from bot.answering import Answerer
from bot.fates import Fate, Mark
from bot.recording import record
from bot.state import (
    announced,
    channels,
    checks,
    citations,
    complaints,
    conversations,
    feedback,
    forgetting,
    posts,
    runs,
    stale,
    statistics,
    watches,
)  # fmt: skip
from bot.state.channels import Channel
from bot.state.database import Database
from bot.state.feedback import Reason, Vote
from bot.state.posts import Post
from bot.state.runs import Runs
from bot.state.watches import State, Watch
from retrieval.index.report import Report

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def pair(url: str, tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """The same state, opened twice."""
    one, other = Database(url, tmp_path), Database(url, tmp_path)
    yield one, other
    one.close()
    other.close()


def post(id_: str, answer: Answer, person: int = 10, parent: str | None = None, private: bool = False) -> Post:
    link = {answer.quotes[0].receipt: "https://example.org/#:~:text=Geneva"} if answer.quotes else {}
    return Post(id_, parent, 1, 2**60, person, private, f"{answer.question} 🙂", answer, link, date(2021, 12, 20))


def test_posts_and_conversations(pair: tuple[Database, Database], answerer: Answerer) -> None:
    one, other = pair
    answered, refused = answerer.ask(ANSWERED), answerer.ask(REFUSED)
    with one.session() as session:
        posts.add(session, post("a", answered), NOW)
        posts.add(session, post("b", refused, parent="a", private=True), NOW)
        session.flush()
        posts.shown(session, "a", 2**61, 5)
        posts.shown(session, "b", 2**61 + 1, 5)
        posts.shown(session, "gone", 2**61 + 2, 5)
    with other.session() as session:
        found, given = posts.get(session, "a"), post("a", answered)
        assert found is not None
        assert found.answer.to_json() == answered.to_json()
        assert replace(found, answer=answered) == given
        assert posts.get(session, "gone") is None
        assert posts.of_message(session, 2**61) == "a"
        assert conversations.latest(session, 5, 10) == "b"
        assert conversations.latest(session, 5, 11) == "a"
        turns = conversations.history(session, "b", 6)
        assert [turn.answer.to_json() for turn in turns] == [answered.to_json(), refused.to_json()]
    claimed = []
    for database in (one, other):
        with database.session() as session:
            claimed.append(posts.claim_share(session, "a"))
    assert claimed == [True, False]
    with other.session() as session:
        assert posts.forget_before(session, NOW) == 0
        assert posts.forget_before(session, NOW + timedelta(seconds=1)) == 2
        assert posts.of_message(session, 2**61) is None


def test_votes_and_what_is_counted(pair: tuple[Database, Database], answerer: Answerer) -> None:
    one, other = pair
    with one.session() as session:
        posts.add(session, post("a", answerer.ask(ANSWERED)), NOW)
    with other.session() as session:
        assert feedback.cast(session, "a", 10, Vote(True), NOW)
        assert feedback.cast(session, "a", 10, Vote(False, Reason.WRONG_QUOTE, "“no” 🙂" + "x" * 2000), NOW)
        assert feedback.cast(session, "a", 2**60, Vote(True), NOW)
        assert not feedback.cast(session, "gone", 10, Vote(True), NOW)
    with one.session() as session:
        assert feedback.count(session, "a") == (1, 1)
        found = feedback.of(session, "a", 10)
        assert found is not None
        assert (found.reason, len(found.comment)) == (Reason.WRONG_QUOTE, feedback.COMMENT_CHARACTERS)
        (complaint,) = complaints.read(session)
        assert complaint.reasons == (Reason.WRONG_QUOTE,)
        counted = statistics.read(session)
        assert (counted.by_status, counted.good, counted.bad, counted.people) == ({"answered": 1}, 1, 1, 1)
        assert counted.since is not None
        assert counted.since.replace(tzinfo=UTC) == NOW


def test_runs(pair: tuple[Database, Database], answerer: Answerer) -> None:
    run = record(*answerer.explain(ANSWERED))
    here, there = (Runs(database, keep=2, keep_days=30) for database in pair)
    assert here.put(run, NOW)
    assert there.get(run.run_id) == run
    assert there.put(run, NOW)
    assert not there.put(replace(run, answer="{}"), NOW)
    for number in (1, 2):
        there.put(replace(run, run_id=str(number)), NOW + timedelta(seconds=number))
    assert here.ids() == ["2", "1"]
    with pair[0].session() as session:
        runs.forget(session, ["1"])
    assert there.ids() == ["2"]
    there.put(replace(run, run_id="late"), NOW + timedelta(days=40))
    assert here.ids() == ["late"]


def test_channels(pair: tuple[Database, Database]) -> None:
    one, other = pair
    wanted = Channel(mention_needed=False, private=True, roles=frozenset({2**60}), articles=frozenset({"a.txt", "ü.txt"}))
    with one.session() as session:
        channels.put(session, 1, 2**60, replace(wanted, articles=None))
        channels.put(session, 1, 2**60, wanted)
    with other.session() as session:
        assert channels.get(session, 2**60) == wanted
        channels.put(session, 1, 2**60, channels.DEFAULT)
    with one.session() as session:
        assert channels.get(session, 2**60) == channels.DEFAULT


def test_a_person_is_forgotten_everywhere(pair: tuple[Database, Database], answerer: Answerer) -> None:
    one, other = pair
    answered, refused = answerer.explain(ANSWERED), answerer.ask(REFUSED)
    Runs(one, 10, 30).put(record(*answered))
    with one.session() as session:
        posts.add(session, post("a", answered[0]))
        posts.add(session, post("b", refused, person=20))
        session.flush()
        posts.shown(session, "a", 7, 5)
        for person in (10, 20):
            feedback.cast(session, "a", person, Vote(True))
            feedback.cast(session, "b", person, Vote(True))
        checks.add(session, "k", 10, [["one", "two"], ["three"]], NOW)
        checks.add(session, "old", 20, [["one"]], NOW - timedelta(days=10))
    with other.session() as session:
        assert checks.get(session, "k") == [["one", "two"], ["three"]]
        gone = forgetting.person(session, 10)
        assert (gone.questions, gone.votes, gone.checks) == (1, 2, 1)
    assert Runs(one, 10, 30).ids() == []
    with one.session() as session:
        assert posts.get(session, "a") is None
        assert posts.of_message(session, 7) is None
        assert feedback.count(session, "b") == (1, 0)
        assert checks.forget_before(session, NOW - timedelta(days=5)) == 1


def test_watches(pair: tuple[Database, Database]) -> None:
    one, other = pair
    watch = Watch("w", 10, 20, None, 2**60, 2**60, None, "Who spoke? 🙂", date(2021, 12, 20), NOW + timedelta(days=1))
    with one.session() as session:
        assert watches.add(session, watch, 1, NOW)
        assert watches.add(session, replace(watch, id="same"), 1, NOW)
        assert not watches.add(session, replace(watch, id="more", question="Who else?"), 1, NOW)
    with other.session() as session:
        assert watches.of(session, 10, NOW) == watches.open_ones(session, NOW) == [watch]
        assert watches.of(session, 10, NOW + timedelta(days=2)) == []
        watches.saw(session, "w", "0123456789abcdef")
    telling = []
    for database in pair:
        with database.session() as session:
            telling.append(watches.begin_telling(session, "w", "post"))
    assert telling == [True, False]
    with one.session() as session:
        assert watches.interrupted(session) == 1
        found = watches.get(session, "w", 10)
        assert found == replace(watch, seen="0123456789abcdef", state=State.WAITING, post="post")
        assert watches.forget_expired(session, NOW) == 0
        assert watches.forget_person(session, 20) == 1


def test_messages_that_are_to_be_edited(pair: tuple[Database, Database], answerer: Answerer) -> None:
    one, other = pair
    answer = answerer.ask(ANSWERED)
    quote, later = answer.quotes[0], NOW + timedelta(minutes=5)
    marks = {"q1": Mark(Fate.CHANGED, "They met in Vienna. 🙂")}
    with one.session() as session:
        posts.add(session, post("a", answer))
        session.flush()
        for message in (2**60, 2**60 + 1):
            posts.shown(session, "a", message, 5)
        stale.face(session, "a", 2**60, question=False)
    with other.session() as session:
        assert citations.by_receipt(session, quote.receipt) == ("a", "q1")
        digests = {q.article: q.sha256 for q in answer.quotes}
        assert citations.outdated(session, digests, 10) == []
        assert citations.outdated(session, {}, 10) == ["a"]
        citations.checked(session, ["a"], {})
        assert citations.outdated(session, {}, 10) == []
        assert stale.claim(session, later, NOW) is None
        assert stale.put(session, "a", marks)
        assert not stale.put(session, "a", marks)
    for database, message in ((one, 2**60 + 1), (other, 2**60)):
        with database.session() as session:
            edit = stale.claim(session, later, NOW)
            assert edit is not None
            assert edit.message == message
    with one.session() as session:
        assert stale.claim(session, later, NOW) is None
        assert stale.next_due(session) == later
        assert stale.claim(session, later, later + timedelta(seconds=1)) is not None
        stale.shows(session, 2**60, marks)
        stale.end(session, 2**60 + 1)
        assert stale.next_due(session) is None
        assert stale.get(session, "a") == marks


def test_what_was_announced(pair: tuple[Database, Database]) -> None:
    one, other = pair
    with one.session() as session:
        assert announced.held(session, 2**60) is None
        announced.begin(session, 2**60, {})
        assert announced.held(session, 2**60) == {}
        announced.begin(session, 2**60, {"a.txt": "1" * 64, "ü.txt": "2" * 64})
        announced.told(session, 2**60, Report(added=["b.txt"], removed=["a.txt"]), {"b.txt": "3" * 64})
    with other.session() as session:
        assert announced.held(session, 2**60) == {"ü.txt": "2" * 64, "b.txt": "3" * 64}
        assert announced.held(session, 1) is None
