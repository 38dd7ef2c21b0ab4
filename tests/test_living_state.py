"""What is still to be edited and what is still watched, on both kinds of database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from discord_fixtures import ANSWERED
from sqlalchemy import delete
from test_state import post

from bot.answer import Answer
from bot.answering import Answerer
from bot.fates import Fate, Mark
from bot.state import citations, posts, stale, watches
from bot.state.citations import CitationRow
from bot.state.database import Database
from bot.state.watches import State, Watch

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
MARKS = {"q1": Mark(Fate.CHANGED, "They talk in Vienna.")}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = request.getfixturevalue("postgres").database() if request.param == "postgres" else ""
    opened = Database(url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def answer(answerer: Answerer) -> Answer:
    return answerer.ask(ANSWERED)


def test_posts_are_checked_again_only_against_articles_that_changed(database: Database, answer: Answer) -> None:
    quote = answer.quotes[0]
    same = {shown.article: shown.sha256 for shown in (*answer.quotes, *answer.nearest)}
    other = dict.fromkeys(same, "other")
    with database.session() as session:
        for name in ("a", "b"):
            posts.add(session, post(name, answer))
        assert citations.outdated(session, same, 10) == []
        assert sorted(citations.outdated(session, other, 10)) == ["a", "b"]
        assert len(citations.outdated(session, {}, 1)) == 1
        citations.checked(session, ["a"], other)
        assert citations.outdated(session, other, 10) == ["b"]
        assert citations.outdated(session, same, 10) == ["a"], "back again is a change as well"
        assert citations.by_receipt(session, quote.receipt) in {("a", "q1"), ("b", "q1")}
        session.execute(delete(CitationRow).where(CitationRow.post == "b"))
        assert citations.outdated(session, {}, 10) == ["a"]
        stale.adopt(session)
        assert sorted(citations.outdated(session, {}, 10)) == ["a", "b"]


def test_a_message_is_edited_once_for_each_change_by_one_process(database: Database, answer: Answer) -> None:
    with database.session() as session:
        posts.add(session, post("a", answer))
        for message in (1, 2, 3):
            posts.shown(session, "a", message, 100)
        stale.face(session, "a", 1, question=False)
        stale.face(session, "a", 3, question=True, editable=False)
        assert stale.put(session, "a", MARKS)
        assert not stale.put(session, "a", MARKS)
    with database.session() as one:
        first = stale.claim(one, LATER, NOW)
    with database.session() as other:
        second = stale.claim(other, LATER, NOW)
        assert stale.claim(other, LATER, NOW) is None, "one cannot be edited, two are claimed"
    assert first is not None
    assert second is not None
    assert (first.message, first.question) == (2, True)
    assert (second.message, second.question) == (1, False)
    with database.session() as session:
        assert stale.next_due(session) == LATER
        stale.shows(session, 1, MARKS)
        again = stale.claim(session, LATER + timedelta(minutes=2), LATER + timedelta(seconds=1))
        assert again == first, "nothing was heard of it"
        stale.shows(session, 2, MARKS)
        assert stale.next_due(session) is None
        assert stale.claim(session, LATER, NOW) is None
        assert stale.put(session, "a", {})
        assert stale.get(session, "a") == {}
        assert stale.claim(session, LATER, NOW) == first, "the words are back"
        stale.end(session, 2)
        stale.forget_message(session, 1)
        assert stale.claim(session, LATER, NOW) is None
        posts.forget_person(session, 1)


WATCH = Watch("w", 1, 2, None, 10, 10, 100, "Where?", None, NOW + timedelta(days=2))


def test_watches_go_through_their_states_once(database: Database) -> None:
    with database.session() as session:
        assert watches.add(session, WATCH, 2, NOW)
        assert watches.add(session, replace(WATCH, id="same"), 2, NOW)
        assert watches.of(session, 1, NOW) == [WATCH]
        assert watches.add(session, replace(WATCH, id="x", question="When?"), 2, NOW)
        assert not watches.add(session, replace(WATCH, id="y", question="Why?"), 2, NOW)
        assert watches.get(session, "w", 2) is None, "another's"
        watches.saw(session, "w", "digest")
        assert {one.id: one.seen for one in watches.open_ones(session, NOW)} == {"w": "digest", "x": ""}
    with database.session() as session:
        assert watches.begin_telling(session, "w", "post")
    with database.session() as session:
        assert not watches.begin_telling(session, "w", "post")
        watches.not_told(session, "w")
        assert watches.begin_telling(session, "w", "post")
        assert watches.interrupted(session) == 1
        watches.not_told(session, "w")
    with database.session() as session:
        assert [(one.id, one.state) for one in watches.of(session, 1, NOW)] == [("w", State.WAITING), ("x", State.OPEN)]
        assert watches.open_ones(session, NOW + timedelta(days=3)) == []
        assert watches.of(session, 1, NOW + timedelta(days=3)) == []
        assert watches.forget_expired(session, NOW) == 0
        assert watches.remove(session, "w")
        assert not watches.remove(session, "w")
        assert watches.forget_person(session, 2) == 1, "the words are theirs"
        assert watches.add(session, WATCH, 2, NOW)
        assert watches.forget_expired(session, NOW + timedelta(days=2)) == 1
