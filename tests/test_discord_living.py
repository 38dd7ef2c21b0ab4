"""Messages say so when the articles change under what they quote, and say it no longer when the words come back."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import MakeProject
from discord_fixtures import ANSWERED, Server, make_bot, press, read, serving, settled, source_text

from bot.cogs.client import VerbatimBot
from bot.cogs.living import Living
from bot.wiring import SEEDS, Project

ARTICLE = "000_7a518c810b0cef30.txt"
FAST = "living.edits_per_second=50"


@dataclass
class Newsroom:
    """A server whose articles can be edited."""

    server: Server
    project: Project
    articles: Path
    data: Path

    def edit(self, change: Callable[[str], str], name: str = ARTICLE) -> None:
        """Change an article's text on disk and bring the index in line, unseen by the bot."""
        path = self.articles / name
        path.write_bytes(change(path.read_bytes().decode()).encode())
        self.ingest()

    def ingest(self) -> Any:
        return self.project.ingest([self.articles])

    async def tell(self) -> None:
        """Announce a change, as the one who ingests does."""
        bot = self.server.env.bot
        assert isinstance(bot, VerbatimBot)
        report = self.ingest()
        report.updated.append(ARTICLE)
        with self.server.env._bot_scope():
            await bot.changes.announce(report)
        await self.settled()

    async def restart(self) -> None:
        """A new process of the bot, with the same state and articles."""
        await self.server.env.restart_bot(make_bot(self.project, self.data, FAST))
        await self.settled()

    async def settled(self) -> None:
        """What goes on behind the scenes is done."""
        living = self.server.env.bot.get_cog("Living")
        assert isinstance(living, Living)
        await settled(self.server, living)

    def edits(self) -> int:
        """How many messages were edited in channels so far."""
        requests = self.server.env.http_requests
        return sum(r.method == "PATCH" and "/messages/" in r.path and "/webhooks/" not in r.path for r in requests)


@pytest.fixture
def newsroom(project: MakeProject, tmp_path: Path) -> Callable[..., Any]:
    articles = tmp_path / "articles"
    shutil.copytree(SEEDS, articles)
    made = project(articles)

    @asynccontextmanager
    async def opened(**options: Any) -> AsyncIterator[Newsroom]:
        async with serving(make_bot(made, tmp_path, FAST), **options) as server:
            yield Newsroom(server, made, articles, tmp_path)

    return opened


def geneva(text: str) -> str:
    return text.replace("Geneva", "Vienna")


async def test_an_edited_article_is_told_in_the_old_message_until_its_words_are_back(newsroom: Any) -> None:
    async with newsroom() as room:
        original = (room.articles / ARTICLE).read_bytes().decode()
        result = await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        before = source_text(result.response)
        assert "Geneva" in before
        room.edit(geneva)
        await room.tell()
        (message,) = room.server.channel.history()
        after = source_text(message)
        assert "**The article has changed** since this was quoted" in after
        assert "~~Geneva" in after
        assert "**Vienna" in after
        assert room.edits() == 1
        await room.tell()
        assert room.edits() == 1, "once for each change"
        await press(room.server.bob, message, "good")
        shown = await press(room.server.bob, message, "context q1")
        assert "~~Geneva" in source_text(shown.response)
        assert "Vienna" in source_text(shown.response)
        room.edit(lambda _: original)
        await room.tell()
        assert source_text(room.server.channel.history()[0]) == before
        assert room.edits() == 2


async def test_words_that_only_move_are_not_marked(newsroom: Any) -> None:
    async with newsroom() as room:
        result = await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        before = source_text(result.response)
        room.edit(lambda text: text.replace("\n", "\nA correction was made to this article.\n", 1))
        await room.tell()
        assert room.edits() == 0
        assert source_text(room.server.channel.history()[0]) == before
        shown = await press(room.server.bob, result.response, "context q1")
        assert "these words have not" in read(shown.response)
        assert "> **He also suggested" in source_text(shown.response)


async def test_an_article_that_is_gone_is_said_to_be(newsroom: Any) -> None:
    async with newsroom() as room:
        await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        text = (room.articles / ARTICLE).read_bytes()
        (room.articles / ARTICLE).unlink()
        await room.tell()
        (message,) = room.server.channel.history()
        assert "The article is gone since this was quoted" in read(message)
        assert "Geneva" in read(message)
        shown = await press(room.server.bob, message, "context q1")
        assert "The article is gone" in read(shown.response)
        (room.articles / ARTICLE).write_bytes(text)
        await room.tell()
        assert "gone" not in read(room.server.channel.history()[0])


async def test_a_change_while_the_bot_was_down_is_told_at_the_start(newsroom: Any) -> None:
    async with newsroom() as room:
        await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        room.edit(geneva)
        await room.restart()
        assert "~~Geneva" in source_text(room.server.channel.history()[0])
        await room.restart()
        assert room.edits() == 1


async def test_what_discord_refuses_for_the_moment_is_edited_later_after_a_restart_too(newsroom: Any) -> None:
    async with newsroom() as room:
        await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        room.edit(geneva)
        room.server.env.inject_error("PATCH", "/channels/*/messages/*", status=503, times=None)
        await room.tell()
        assert "Vienna" not in source_text(room.server.channel.history()[0])
        room.server.env.backend.faults.clear()
        await room.restart()
        await room.server.env.advance_time(11 * 60)
        await room.settled()
        assert "**Vienna" in source_text(room.server.channel.history()[0])
