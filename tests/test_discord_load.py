"""Many people at once: nothing is lost, nothing comes twice, and the event loop goes on turning."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sqlalchemy
from discord_fixtures import ANSWERED, ask_unsettled, buttons, clicks_at_once, make_bot, raw, read, serving

from bot.answer import Answer
from bot.answering import Answerer, Trace
from bot.followups import Turn
from bot.settings import load
from bot.state import feedback
from bot.state.database import Database
from bot.wiring import Project
from retrieval.reading.search import EVERYTHING, Scope

PEOPLE = 50
PLACES = ("Geneva", "Moscow", "Washington", "Kiev", "Crimea")


class WatchingAnswerer:
    """The real answerer; notes in which threads it works and how often the event loop turned meanwhile."""

    def __init__(self, answerer: Answerer) -> None:
        self._answerer = answerer
        self.beats = 0
        self.threads: set[int] = set()
        self.beats_meanwhile = 0

    def explain(
        self, text: str, history: Sequence[Turn] = (), scope: Scope = EVERYTHING, rewritten: str | None = None
    ) -> tuple[Answer, Trace]:
        self.threads.add(threading.get_ident())
        before = self.beats
        answered = self._answerer.explain(text, history, scope, rewritten)
        self.beats_meanwhile += self.beats - before
        return answered

    async def beat(self) -> None:
        while True:
            self.beats += 1
            await asyncio.sleep(0.001)


@pytest.fixture
def statements() -> Iterator[Counter[int]]:
    """How many SQL statements on the state ran, by thread."""
    counted: Counter[int] = Counter()

    def note(*_: object) -> None:
        counted[threading.get_ident()] += 1

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
    yield counted
    sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)


async def test_fifty_people_at_once(seeds: Project, tmp_path: Path, statements: Counter[int]) -> None:
    # One passage is read for each question instead of several: this is about the crowd, not about the answers.
    project = Project(load(flags=("reader.passages=1",)), tmp_path, seeds.models)
    project.index = seeds.index
    watching = WatchingAnswerer(project.answerer)
    project.answerer = watching  # type: ignore[assignment]
    bot = make_bot(project, tmp_path)
    statements.clear()
    async with serving(bot) as server:
        people = [server.guild.add_member(server.env.create_user(f"person{n}")) for n in range(PEOPLE)]
        asked = [f"What is said of {PLACES[n % len(PLACES)]} by speaker {n}?" for n in range(PEOPLE)]
        beating = asyncio.create_task(watching.beat())
        # Half of them by command, half by mention.
        for who, question in list(zip(people, asked, strict=True))[1::2]:
            server.env.backend.create_message(server.channel.id, who.id, f"{server.me} {question}")
        results = [ask_unsettled(server, who, question) for who, question in list(zip(people, asked, strict=True))[::2]]
        await server.env.settle()
        beating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await beating
        for question, result in zip(asked[::2], results, strict=True):
            assert question in read(result.response)
        history = server.channel.history()
        questions = {m.id: m for m in history if m.author.id != server.env.bot.user.id}
        answers = [m for m in history if m.author.id == server.env.bot.user.id]
        assert len(answers) == PEOPLE
        replied = Counter(m.reference.message_id for m in answers if m.reference)
        assert replied == Counter(questions.keys())
        ids = Counter(component["custom_id"] for m in answers for component in raw(m) if component["type"] == 2)
        assert set(ids.values()) == {1}, "every answer has its own buttons"
    assert threading.get_ident() not in watching.threads
    assert len(watching.threads) <= bot.settings.discord.workers
    assert watching.beats_meanwhile > PEOPLE, "the event loop stood still while answers were worked out"
    assert statements[threading.get_ident()] == 0, "the state was read or written on the event loop"
    assert sum(statements.values()) > PEOPLE


async def test_double_clicks_count_once(seeds: Project, tmp_path: Path) -> None:
    database = Database("", tmp_path)
    async with serving(make_bot(seeds, tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED, private=True)
        message = result.response
        ids = {name: button["custom_id"] for name, button in buttons(message).items()}
        await clicks_at_once([(server.alice, message, ids["good"])] * 8)
        shares = await clicks_at_once([(server.alice, message, ids["share"])] * 4)
        with database.session() as session:
            assert feedback.count(session, ids["good"].split(":")[2]) == (1, 0)
        assert [share.ephemeral for share in shares].count(False) == 1
        assert len(server.channel.history()) == 1
    database.close()
