"""What fails in Discord or in the engine: nobody is left waiting, and what they are told stands in the log."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import discord
import pytest
import simcord
from discord_fixtures import ANSWERED, REFUSED, BusyGate, make_bot, press, read, serving
from sqlalchemy.orm import Session

from bot.answer import Answer
from bot.answering import Trace
from bot.cogs.client import VerbatimBot
from bot.cogs.desk import Desk, Inquiry
from bot.cogs.gate import Place, Rules
from bot.followups import Turn
from bot.logs import JsonLines
from bot.settings import load
from bot.state.database import Database
from bot.wiring import Project
from retrieval.errors import StorageError
from retrieval.reading.search import EVERYTHING, Scope

SECRET = "words that nobody else may read"


class FailingAnswerer:
    """Fails as it is told."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def explain(
        self, text: str, history: Sequence[Turn] = (), scope: Scope = EVERYTHING, rewritten: str | None = None
    ) -> tuple[Answer, Trace]:
        del text, history, scope, rewritten
        raise self._error


class SlowAnswerer(FailingAnswerer):
    """Takes until it is released."""

    def __init__(self) -> None:
        super().__init__(RuntimeError("nobody waits for this"))
        self.released = threading.Event()

    def explain(
        self, text: str, history: Sequence[Turn] = (), scope: Scope = EVERYTHING, rewritten: str | None = None
    ) -> tuple[Answer, Trace]:
        self.released.wait()
        return super().explain(text, history, scope, rewritten)


def failing(answerer: FailingAnswerer, data: Path, *flags: str) -> VerbatimBot:
    project = Project(load(), data)
    project.answerer = answerer  # type: ignore[assignment]
    return make_bot(project, data, *flags)


def references(caplog: pytest.LogCaptureFixture) -> list[str]:
    fields = [getattr(record, "verbatim_fields", {}) for record in caplog.records]
    return [f["reference"] for f in fields if "reference" in f]


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "verbatim.discord"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RuntimeError(SECRET), "Something went wrong on my side"),
        (StorageError(f"The state at /home/me/{SECRET} failed", "See to it."), "Whoever runs me finds more in the log"),
        (TimeoutError(), "This took too long"),
    ],
)
async def test_the_reference_that_a_person_is_told_stands_in_the_log(
    error: Exception, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(failing(FailingAnswerer(error), tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        told = [result.response.content, server.channel.last_message.content]
    assert len(references(caplog)) == 2
    for words, code in zip(told, references(caplog), strict=True):
        assert said in words
        assert f"(Reference {code}.)" in words
        assert SECRET not in words
    lines = [JsonLines().format(record) for record in caplog.records]
    assert all(isinstance(json.loads(line), dict) for line in lines)
    if isinstance(error, RuntimeError):
        assert SECRET not in "".join(lines)
        assert "explain" in "".join(lines), "where it happened"


@pytest.mark.parametrize("switched_on", [False, True])
async def test_logs_hold_questions_only_when_that_is_switched_on(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture, switched_on: bool
) -> None:
    caplog.set_level(logging.INFO)
    async with serving(make_bot(seeds, tmp_path, f"discord.log_questions={switched_on}")) as server:
        await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
    lines = [JsonLines().format(record) for record in caplog.records]
    assert (ANSWERED in "".join(lines)) is switched_on
    answered = [json.loads(line) for line in lines if '"event": "answered"' in line]
    assert [a["status"] for a in answered] == ["answered", "answered"]


@pytest.mark.parametrize(
    ("status", "said"), [(500, "Discord has trouble"), (503, "Discord has trouble"), (429, "slow down")]
)
async def test_an_answer_that_discord_refuses_becomes_words(
    seeds: Project, tmp_path: Path, status: int, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        server.env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=status)
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert said in result.response.content
        assert references(caplog)[0] in result.response.content
        server.env.inject_error("POST", "/channels/*/messages", status=status)
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        assert said in server.channel.last_message.content


async def test_nobody_hears_it_when_discord_is_down_but_the_log(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        server.env.inject_error("*", "*", status=503, times=None)
        await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
    assert events(caplog).count("unheard") == 2
    assert events(caplog).count("failed") == 2


async def test_a_command_that_discord_gave_up_is_answered_in_its_channel(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        server.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062)
        await server.alice.slash(server.channel, "ask", question=ANSWERED)
        (message,) = server.channel.history()
        assert "Geneva" in read(message)


async def test_a_private_answer_never_goes_into_the_channel(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        server.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062)
        await server.alice.slash(server.channel, "ask", question=ANSWERED, private=True)
        server.env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=404, code=10015, times=None)
        await server.alice.slash(server.channel, "ask", question=ANSWERED, private=True)
        assert server.channel.history() == []
    assert events(caplog).count("failed") == 2


async def test_an_answer_that_took_longer_than_the_interaction_lives_still_comes(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        server.env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=401, code=50027)
        await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert [m for m in server.channel.history() if "Geneva" in read(m)]


async def test_a_question_that_was_deleted_meanwhile_is_answered_all_the_same(seeds: Project, tmp_path: Path) -> None:
    def delete() -> None:
        last = server.channel.history()[-1]
        server.env.backend.delete_message(server.channel.id, last.id)

    async with serving(make_bot(seeds, tmp_path, gate=BusyGate(delete))) as server:
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        (message,) = server.channel.history()
        assert "Geneva" in read(message)


async def test_a_typing_sign_that_fails_costs_no_answer(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        server.env.inject_error("POST", "/channels/*/typing", status=500)
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        assert "Geneva" in read(server.channel.last_message)


async def test_where_the_bot_may_not_write_the_person_learns_it_directly(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        assert server.env.bot.user is not None
        mute = {server.env.bot.user: discord.PermissionOverwrite(send_messages=False)}
        closed = server.guild.create_text_channel("closed", overwrites=mute)
        await server.alice.send(closed, f"{server.me} {ANSWERED}")
        assert len(closed.history()) == 1
        told = server.alice.user.dm_channel.last_message
        assert "does not let me do this here" in told.content
        assert "Send Messages" in told.content


async def test_a_thread_that_may_not_be_opened(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        server.env.inject_error("POST", "/channels/*/messages/*/threads", status=403, code=50013)
        tried = await press(server.alice, result.response, "thread")
    assert tried.ephemeral
    assert "does not let me do this here" in tried.response.content


async def test_a_question_may_take_only_so_long(tmp_path: Path) -> None:
    # Without the simulation, whose clock stands still while a thread works.
    slow = SlowAnswerer()
    bot = failing(slow, tmp_path, "discord.timeout_seconds=0.05")

    async def waiting(place: int) -> None:
        del place

    with pytest.raises(TimeoutError):
        await Desk(bot).answer(Inquiry(ANSWERED, Place(user=1, channel=2)), Rules(), waiting)
    slow.released.set()
    bot.readers.close()
    bot.database.close()


async def test_commands_that_cannot_be_told_to_discord_do_not_keep_it_from_serving(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = simcord.run(make_bot(seeds, tmp_path), settle_timeout=120)
    run._env.inject_error("PUT", "/applications/*/commands", status=500)
    async with run as env:
        channel = env.create_guild().create_text_channel("general")
        alice = env.guild.add_member(env.create_user("alice"))
        await alice.send(channel, f"{env.bot.user.mention} {REFUSED}")
        assert "do not answer" in read(channel.last_message)
    assert len(references(caplog)) == 1


class ForgetfulDatabase(Database):
    """Fails as it is told, like a full disk."""

    failing = False

    @contextmanager
    def session(self) -> Iterator[Session]:
        if self.failing:
            raise StorageError("The disk is full", "Free some space.")
        with super().session() as session:
            yield session


async def test_a_state_that_fails_after_the_answer_costs_no_answer(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = ForgetfulDatabase("", tmp_path)
    bot = make_bot(seeds, tmp_path, database=database)
    async with serving(bot) as server:
        sent = server.env.bot.http.send_message

        async def send(*args: object, **kwargs: object) -> object:
            database.failing = True
            return await sent(*args, **kwargs)

        server.env.bot.http.send_message = send
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        assert "Geneva" in read(server.channel.last_message)
        assert len(server.channel.history()) == 2
        # Nor is anybody told of it who did not ask.
        await server.bob.send(server.channel, "Nice.", reply_to=server.channel.history()[0])
        assert len(server.channel.history()) == 3
        result = await server.bob.slash(server.channel, "ask", question=ANSWERED)
        assert "Whoever runs me finds more in the log" in result.response.content
    assert len(references(caplog)) == 3
