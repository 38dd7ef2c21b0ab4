"""A language model's sentences in Discord: added with one edit to an answer that stands already, and living with it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest
from conftest import MakeProject
from discord_fixtures import (
    ANSWERED,
    REFUSED,
    FixedGate,
    ask_unsettled,
    buttons,
    clicks_at_once,
    make_bot,
    read,
    serving,
    source_text,
)
from newsroom import Newsroom, newsroom
from scripted import BAD, GOOD, MODEL, Forbidding, Hanging, Parrot, scripted

from bot.cogs.client import VerbatimBot
from bot.cogs.gate import Rules
from bot.compose.prose import Sentence
from bot.state import posts
from bot.state.database import Database
from bot.state.stale import FaceRow
from bot.wiring import Project
from retrieval.errors import WritingError


async def until(there: Callable[[], object]) -> None:
    for _ in range(2400):
        if there():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it does not come")


def told(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, object]]:
    return [vars(record)["verbatim_fields"] for record in caplog.records if record.getMessage() == name]


@asynccontextmanager
async def composing_newsroom(project: MakeProject, folder: Path, writer: Parrot) -> AsyncIterator[Newsroom]:
    def make(articles: Path, flags: tuple[str, ...] = (), data: Path | None = None) -> Project:
        return scripted(project(articles, flags, data), folder, writer)

    async with newsroom(make, folder) as room:
        yield room


async def test_the_quotes_come_first_and_the_sentences_with_one_edit(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    hanging = Hanging()
    writer = Parrot([Sentence(GOOD, (1,)), Sentence(BAD, (1,))], meanwhile=hanging)
    async with serving(make_bot(scripted(seeds, tmp_path, writer), tmp_path)) as server:
        before = len(server.env.http_requests)
        result = ask_unsettled(server, server.alice, ANSWERED)
        await asyncio.to_thread(hanging.begun.wait, 120)
        await until(lambda: server.channel.history())
        first = source_text(result.response)
        assert "**Geneva**" in first
        assert "language model" not in first
        hanging.go.set()
        await server.env.settle()
        after = read(result.response)
        assert f"Written by {MODEL} (a language model)" in after
        assert f"{GOOD} [1]" in after
        assert "Vienna" not in after
        assert after.index(GOOD) < after.index("He also suggested")
        edits = [r.method for r in server.env.http_requests[before:] if r.method == "PATCH"]
        assert len(edits) == 2, "the answer itself, and one more"
    [line] = told(caplog, "composed")
    assert (line["sentences"], line["dropped"], line["faults"], line["tokens"]) == (1, 1, ["name"], 120)


async def test_nothing_is_written_about_a_refusal(seeds: Project, tmp_path: Path) -> None:
    writer = Parrot()
    async with serving(make_bot(scripted(seeds, tmp_path, writer), tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question=REFUSED)
        assert "The articles do not answer this" in read(result.response)
        assert GOOD not in read(result.response)
    assert writer.asked == []


async def test_words_of_a_model_ping_nobody_and_format_nothing(seeds: Project, tmp_path: Path) -> None:
    nasty = "**Geneva** @everyone <@1> [here](https://example.org) `x` # \u202eSee"
    writer = Parrot([Sentence(nasty, (1,)), Sentence(f"# {nasty}", (1,))])
    async with serving(make_bot(scripted(seeds, tmp_path, writer), tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert nasty.replace("\u202e", "�") in read(result.response)
        assert "@everyone" not in source_text(result.response).replace("\\@everyone", "")
        assert "\\[here\\](https\\:" in source_text(result.response)


async def test_a_dead_model_changes_nothing_and_the_operator_is_told(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise WritingError("The model is away", "Wait.")

    async with serving(make_bot(seeds, tmp_path / "without")) as server:
        without = source_text((await server.alice.slash(server.channel, "ask", question=ANSWERED)).response)
    bot = make_bot(scripted(seeds, tmp_path, Parrot(meanwhile=fails)), tmp_path / "with")
    async with serving(bot) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert source_text(result.response) == without
        assert sum(r.method == "PATCH" for r in server.env.http_requests) == 1
    [line] = told(caplog, "not_composed")
    assert line["why"] == "The model is away. Wait."


async def test_a_model_that_hangs_leaves_the_answer_after_a_persons_time(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hanging = Hanging()
    made = scripted(seeds, tmp_path, Parrot(meanwhile=hanging), flags=("compose.timeout_seconds=4",))
    async with serving(make_bot(made, tmp_path, "discord.timeout_seconds=2")) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert "**Geneva**" in source_text(result.response)
        assert "language model" not in read(result.response)
        hanging.go.set()
    assert len(told(caplog, "not_composed")) == 1


async def test_a_sentence_goes_with_the_quote_it_rests_on(project: MakeProject, tmp_path: Path) -> None:
    writer = Parrot([Sentence(GOOD, (1,)), Sentence("Russia issued a proposal.", (2,))])
    both = f"{ANSWERED.rstrip('?')}, and how many people have been killed in the conflict?"
    async with composing_newsroom(project, tmp_path, writer) as room:
        server = room.server
        await server.alice.slash(server.channel, "ask", question=both)
        await room.settled()
        assert room.edits() == 0, "the sentences came through the interaction"
        assert GOOD in read(server.channel.history()[0])
        original = (room.articles / "000_7a518c810b0cef30.txt").read_bytes().decode()
        await room.tell(room.edit(lambda text: text.replace("Geneva", "Vienna")))
        changed = read(server.channel.history()[0])
        assert "The article has changed" in changed
        assert GOOD not in changed
        assert "Russia issued a proposal. [2]" in changed
        await room.tell(room.edit(lambda _: original))
        assert GOOD in read(server.channel.history()[0]), "its words are back"


async def test_what_is_shared_while_the_model_writes_shows_its_sentences_later(seeds: Project, tmp_path: Path) -> None:
    database = Database("", tmp_path)
    asked = threading.Event()

    def until_shared() -> None:
        asked.set()
        for _ in range(2400):
            with database.session() as session:
                if session.query(FaceRow).filter(FaceRow.shared_by.is_not(None)).count():
                    return
            time.sleep(0.05)

    made, gate = scripted(seeds, tmp_path, Parrot(meanwhile=until_shared)), FixedGate(Rules(private=True))
    bot = make_bot(made, tmp_path, "living.edits_per_second=50", gate=gate, database=database)
    async with serving(bot) as server:
        result = ask_unsettled(server, server.alice, ANSWERED)
        await asyncio.to_thread(asked.wait, 120)
        await until(lambda: result.response is not None and result.response.components)
        [share] = [button["custom_id"] for name, button in buttons(result.response).items() if name.startswith("share")]
        await clicks_at_once([(server.alice, result.response, share)])
        await server.env.settle()
        assert GOOD in read(result.response), "only its asker sees it, and it is edited all the same"
        [shared] = server.channel.history()
        assert "Shared by" in read(shared)
        assert GOOD in read(shared)


async def test_an_edit_that_discord_refuses_is_made_later_after_a_restart_too(project: MakeProject, tmp_path: Path) -> None:
    hanging = Hanging()
    async with composing_newsroom(project, tmp_path, Parrot(meanwhile=hanging)) as room:
        server = room.server
        ask_unsettled(server, server.bob, ANSWERED)
        await asyncio.to_thread(hanging.begun.wait, 120)
        await until(lambda: server.channel.history())
        for path in ("/channels/*/messages/*", "/webhooks/*"):
            server.env.inject_error("PATCH", path, status=503, times=None)
        hanging.go.set()
        await room.settled()
        assert GOOD not in read(server.channel.history()[-1])
        server.env.backend.faults.clear()
        await room.restart()
        await server.env.advance_time(11 * 60)
        await room.settled()
        assert GOOD in read(server.channel.history()[-1])


@pytest.mark.parametrize("how", ["deleted", "forgotten"])
async def test_an_answer_that_is_gone_when_the_model_is_done(
    project: MakeProject, tmp_path: Path, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    hanging = Hanging()
    async with composing_newsroom(project, tmp_path, Parrot(meanwhile=hanging)) as room:
        server = room.server
        ask_unsettled(server, server.bob, ANSWERED)
        await asyncio.to_thread(hanging.begun.wait, 120)
        await until(lambda: server.channel.history())
        message = server.channel.history()[-1]
        if how == "deleted":
            server.env.backend.delete_message(server.channel.id, message.id)
        else:
            bot = server.env.bot
            assert isinstance(bot, VerbatimBot)
            with bot.database.session() as session:
                posts.forget_person(session, server.bob.id)
        hanging.go.set()
        await room.settled()
        assert all(GOOD not in read(one) for one in server.channel.history())
    assert not [
        record for record in caplog.records if record.levelno > logging.WARNING and record.name == "verbatim.discord"
    ]


async def test_a_stop_does_not_wait_for_the_model_and_the_next_start_shows_what_it_wrote(
    project: MakeProject, tmp_path: Path
) -> None:
    hanging = Hanging()
    async with composing_newsroom(project, tmp_path, Parrot(meanwhile=hanging)) as room:
        server = room.server
        ask_unsettled(server, server.bob, ANSWERED)
        await asyncio.to_thread(hanging.begun.wait, 120)
        bot = server.env.bot
        assert isinstance(bot, VerbatimBot)
        await until(lambda: not bot.busy)
        bot.stopping = True
        hanging.go.set()
        await server.env.settle()
        assert GOOD not in read(server.channel.history()[-1])
        await room.restart()
        assert GOOD in read(server.channel.history()[-1])


async def test_a_follow_up_is_searched_for_as_the_model_rewrote_it(seeds: Project, tmp_path: Path) -> None:
    rewritten = "Where did Moscow propose to hold talks?"
    writer = Parrot(rewritten=rewritten)
    async with serving(make_bot(scripted(seeds, tmp_path, writer), tmp_path)) as server:
        await server.bob.send(server.channel, f"{server.me} {ANSWERED}")
        await server.bob.send(server.channel, f"{server.me} and the talks?", reply_to=server.channel.history()[-1])
        said = read(server.channel.history()[-1])
    assert f"Understood as: {rewritten}" in said
    assert writer.earlier == [[ANSWERED]]


async def test_status_shows_the_month_and_that_the_budget_is_spent(
    seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    flags = ("compose.monthly_budget=0.25", "compose.input_price=1")
    writer = Parrot()
    made = scripted(seeds, tmp_path, writer, Forbidding(()), flags)
    async with serving(make_bot(made, tmp_path)) as server:
        role = server.guild.create_role("mods", permissions=discord.Permissions(manage_guild=True))
        moderator = server.guild.add_member(server.env.create_user("mona"), roles=[role])
        before = read((await moderator.slash(server.channel, "status")).response)
        assert f"Language model: {MODEL}" in before
        assert "0 calls" in before
        await server.alice.slash(server.channel, "ask", question=ANSWERED)
        after = read((await moderator.slash(server.channel, "status")).response)
        assert "1 call, 120 tokens, 0.25 of 0.25" in after
        assert "The budget of this month is spent" in after
        made.composer._memory.clear()  # type: ignore[union-attr]
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert GOOD not in read(result.response)
    assert len(writer.asked) == 1
    assert "budget of this month is spent" in str(told(caplog, "not_composed")[-1]["why"])
