"""Questions that were refused are asked again when articles come; whoever watches one is told once, and nobody else."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
from conftest import MakeProject
from discord_fixtures import ANSWERED, REFUSED, Server, buttons, make_bot, press, read, serving, settled, source_text

from bot.cogs.asking_again import AskingAgain
from bot.cogs.client import VerbatimBot
from bot.state.database import Database
from bot.state.watches import WatchRow
from bot.wiring import SEEDS, Project
from retrieval.index.ingest import Report

ARTICLE = "date 2021-12-20 The capital of Australia is Canberra, a city of half a million people.\n"


@dataclass
class Newsroom:
    """A server to whose articles others can be added."""

    server: Server
    project: Project
    articles: Path
    data: Path
    flags: tuple[str, ...]

    def add(self, text: str = ARTICLE, name: str = "australia.txt") -> Report:
        """A new article, unseen by the bot."""
        (self.articles / name).write_text(text, "utf-8")
        return self.project.ingest([self.articles])

    async def tell(self, report: Report) -> None:
        """Announce a change, as the one who ingests does."""
        bot = self.server.env.bot
        assert isinstance(bot, VerbatimBot)
        with self.server.env._bot_scope():
            await bot.changes.announce(report)
        await self.settled()

    async def restart(self) -> None:
        """A new process of the bot, with the same state and articles."""
        await self.server.env.restart_bot(make_bot(self.project, self.data, *self.flags))
        await self.settled()

    async def settled(self) -> None:
        """What goes on behind the scenes is done."""
        bot = self.server.env.bot
        assert isinstance(bot, VerbatimBot)
        await settled(self.server, AskingAgain.of(bot))

    def watches(self) -> list[WatchRow]:
        """As they are remembered."""
        database = Database("", self.data)
        with database.session() as session:
            found = session.query(WatchRow).all()
        database.close()
        return found


@pytest.fixture
def newsroom(project: MakeProject, tmp_path: Path) -> Callable[..., Any]:
    articles = tmp_path / "articles"
    shutil.copytree(SEEDS, articles)
    made = project(articles)

    @asynccontextmanager
    async def opened(*flags: str) -> AsyncIterator[Newsroom]:
        async with serving(make_bot(made, tmp_path, *flags)) as server:
            yield Newsroom(server, made, articles, tmp_path, flags)

    return opened


def watch_button(message: Any) -> str:
    return next(name for name in buttons(message) if name == "watch" or name.startswith("watch "))


async def test_a_watched_question_is_answered_in_its_place_and_mentions_only_who_watches(newsroom: Any) -> None:
    async with newsroom() as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        answered = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert not [name for name in buttons(answered.response) if name.startswith("watch")]
        told = await press(server.bob, refused.response, watch_button(refused.response))
        assert told.ephemeral
        assert "whenever articles come" in told.response.content
        again = await press(server.bob, refused.response, watch_button(refused.response))
        assert "whenever articles come" in again.response.content
        assert len(room.watches()) == 1, "the same once"
        assert len(server.channel.history()) == 2, "not answered yet"
        report = room.add()
        await room.tell(report)
        await room.tell(report)
        assert len(server.channel.history()) == 3, "once"
        message = server.channel.last_message
        assert "Canberra" in read(message)
        assert f"🔔 {server.bob.mention}, an article answers this now." in source_text(message)
        assert message.reference is not None
        assert message.reference.message_id == refused.response.message.id
        assert [person.id for person in message.mentions] == [server.bob.id]
        sent = [r.json for r in server.env.http_requests if r.method == "POST" and r.path.endswith("/messages")]
        allowed = sent[-1]["allowed_mentions"]
        assert [int(person) for person in allowed["users"]] == [server.bob.id]
        assert allowed["parse"] == []
        assert not allowed["replied_user"]
        assert room.watches() == []
        opened = await press(server.alice, message, "context q1")
        assert "Canberra" in read(opened.response)


async def test_watches_outlive_a_restart_and_articles_that_came_meanwhile(newsroom: Any) -> None:
    async with newsroom() as room:
        server = room.server
        await server.alice.send(server.channel, f"{server.me} {REFUSED}")
        await press(server.alice, server.channel.last_message, watch_button(server.channel.last_message))
        await room.restart()
        assert len(server.channel.history()) == 2
        room.add()
        await room.restart()
        assert "Canberra" in read(server.channel.last_message)
        assert len(server.channel.history()) == 3


async def test_a_refusal_that_is_deleted_is_answered_in_its_channel(newsroom: Any) -> None:
    async with newsroom() as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        await press(server.alice, refused.response, watch_button(refused.response))
        server.env.backend.delete_message(server.channel.id, refused.response.message.id)
        await room.tell(room.add())
        (message,) = server.channel.history()
        assert "Canberra" in read(message)


async def test_a_private_refusal_is_answered_directly(newsroom: Any) -> None:
    async with newsroom() as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED, private=True)
        await press(server.alice, refused.response, watch_button(refused.response))
        await room.tell(room.add())
        assert server.channel.history() == []
        assert "Canberra" in read(server.alice.user.dm_channel.last_message)


async def test_where_nothing_is_open_the_answer_waits_in_the_list(newsroom: Any) -> None:
    async with newsroom() as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED, private=True)
        await press(server.alice, refused.response, watch_button(refused.response))
        server.env.inject_error("POST", "/channels/*/messages", status=403, code=50007, times=None)
        await room.tell(room.add())
        server.env.backend.faults.clear()
        listed = await server.alice.slash(server.channel, "watches")
        assert "An article answers this now" in read(listed.response)
        name = next(name for name in buttons(listed.response) if name.startswith("watched"))
        shown = await press(server.alice, listed.response, name)
        assert shown.ephemeral
        assert "Canberra" in read(shown.response)
        assert room.watches() == []


async def test_after_a_crash_while_telling_nobody_is_told_twice(newsroom: Any) -> None:
    async with newsroom() as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        await press(server.alice, refused.response, watch_button(refused.response))
        # Discord takes the message, and the answer to that is lost.
        sent = server.env.bot.http.send_message

        async def send(*args: object, **kwargs: object) -> object:
            await sent(*args, **kwargs)
            raise ConnectionResetError

        server.env.bot.http.send_message = send
        await room.tell(room.add())
        await room.restart()
        await server.env.advance_time(3600)
        await room.settled()
        assert len(server.channel.history()) == 2
        assert "An article answers this now" in read((await server.alice.slash(server.channel, "watches")).response)


async def test_watches_are_listed_and_deleted_by_their_owner_alone(newsroom: Any) -> None:
    async with newsroom("watches.per_person=2") as room:
        server = room.server
        for question in (REFUSED, "Who won the football world cup in 2018?", "What does a kilo of tomatoes cost in Peru?"):
            refused = await server.alice.slash(server.channel, "ask", question=question)
            pressed = await press(server.alice, refused.response, watch_button(refused.response))
        assert "as many as one person may" in pressed.response.content
        listed = await server.alice.slash(server.channel, "watches")
        assert listed.ephemeral
        assert "You watch 2 questions" in read(listed.response)
        assert "You watch 0 questions" in read((await server.bob.slash(server.channel, "watches")).response)
        first = next(b["custom_id"] for name, b in buttons(listed.response).items() if name.startswith("unwatch"))
        # Somebody else with the id of the button, as a client that was tampered with may send it.
        channel = server.env.bot.get_channel(server.channel.id)
        forged = discord.ui.View()
        forged.add_item(discord.ui.Button(label="Delete", custom_id=first))
        tried = await server.bob.click(await channel.send("x", view=forged), custom_id=first)
        assert "not among the questions that you watch" in tried.followups[0].content
        assert len(room.watches()) == 2
        await server.alice.click(listed.response, custom_id=first)
        assert "You watch 1 question" in read(listed.response)
        assert len(room.watches()) == 1
        assert server.env.errors == []


async def test_watches_end_when_their_time_is_over_and_when_a_person_wants_to_be_forgotten(newsroom: Any) -> None:
    async with newsroom("watches.days=2") as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        for who in (server.alice, server.bob):
            await press(who, refused.response, watch_button(refused.response))
        asked = await server.alice.slash(server.channel, "forget-me")
        done = await server.alice.click(asked.response, custom_id="verbatim:forget")
        assert "2 watched questions" in read(done.response), "bob's is on her words"
        refused = await server.bob.slash(server.channel, "ask", question=REFUSED)
        await press(server.bob, refused.response, watch_button(refused.response))
        await server.env.advance_time(3 * 24 * 3600)
        assert room.watches() == []
        await room.tell(room.add())
        assert len(server.channel.history()) == 2


async def test_a_day_as_of_which_was_asked_and_the_parts_that_were_refused_still_count(newsroom: Any) -> None:
    async with newsroom() as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED, as_of="2021-12-18")
        await press(server.alice, refused.response, watch_button(refused.response))
        await room.tell(room.add())
        assert len(server.channel.history()) == 1, "it came out later"
        await room.tell(room.add(ARTICLE.replace("12-20", "12-10"), "earlier.txt"))
        assert "From articles published by 18 December 2021" in read(server.channel.last_message)
        assert len(server.channel.history()) == 2
