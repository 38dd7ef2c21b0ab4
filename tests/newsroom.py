"""A server with a bot whose articles can be changed: what goes on behind the scenes then is begun and waited for."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import MakeProject
from discord_fixtures import SETTLE_SECONDS, Server, make_bot, serving

from bot.cogs.asking_again import AskingAgain
from bot.cogs.client import VerbatimBot
from bot.cogs.living import Living
from bot.state.database import Database
from bot.state.watches import WatchRow
from bot.wiring import SEEDS, Project
from retrieval.index.ingest import Report

SEED = "000_7a518c810b0cef30.txt"
AUSTRALIA = "date 2021-12-20 The capital of Australia is Canberra, a city of half a million people.\n"

FLAGS = ("living.edits_per_second=50", "ingest.watch=false")
"""Changes are announced by the tests, one at a time."""


@dataclass
class Newsroom:
    """The server, the articles and the state."""

    server: Server
    project: Project
    articles: Path
    data: Path
    flags: tuple[str, ...]

    def ingest(self) -> Report:
        """Bring the index in line, unseen by the bot."""
        return self.project.ingest([self.articles])

    def edit(self, change: Callable[[str], str], name: str = SEED) -> Report:
        """Change an article's text."""
        path = self.articles / name
        path.write_bytes(change(path.read_bytes().decode()).encode())
        return self.ingest()

    def add(self, text: str = AUSTRALIA, name: str = "australia.txt") -> Report:
        """A new article."""
        (self.articles / name).write_bytes(text.encode())
        return self.ingest()

    def remove(self, name: str = SEED) -> Report:
        """An article less."""
        (self.articles / name).unlink()
        return self.ingest()

    async def tell(self, report: Report) -> None:
        """Announce a change, as the one who ingests does."""
        with self.server.env._bot_scope():
            await self._bot.changes.announce(report)
        await self.settled()

    async def restart(self) -> None:
        """A new process of the bot, with the same state and articles."""
        await self.server.env.restart_bot(make_bot(self.project, self.data, *self.flags))
        await self.settled()

    async def settled(self) -> None:
        """What goes on behind the scenes is begun and done."""
        await self.server.env.settle()
        living = self._bot.get_cog("Living")
        assert isinstance(living, Living)
        for work in (living.work, AskingAgain.of(self._bot).work):
            for _ in range(20 * SETTLE_SECONDS):
                if work.done:
                    break
                await asyncio.sleep(0.05)
            await work.idle()
        await self.server.env.settle()

    def edits(self) -> int:
        """How often Discord was asked to edit a message in a channel so far."""
        requests = self.server.env.http_requests
        return sum(r.method == "PATCH" and "/messages/" in r.path and "/webhooks/" not in r.path for r in requests)

    def watches(self) -> list[WatchRow]:
        """As they are remembered."""
        database = Database("", self.data)
        with database.session() as session:
            found = session.query(WatchRow).all()
        database.close()
        return found

    @property
    def _bot(self) -> VerbatimBot:
        bot = self.server.env.bot
        assert isinstance(bot, VerbatimBot)
        return bot


@asynccontextmanager
async def newsroom(project: MakeProject, folder: Path, *flags: str) -> AsyncIterator[Newsroom]:
    """A newsroom with copies of the shipped articles."""
    articles = folder / "articles"
    shutil.copytree(SEEDS, articles)
    made = project(articles)
    async with serving(make_bot(made, folder, *FLAGS, *flags)) as server:
        yield Newsroom(server, made, articles, folder, (*FLAGS, *flags))
