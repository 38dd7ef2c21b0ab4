"""The client: what it is made of, what it starts with, how it stops."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import trouble
from bot.cogs.assembly import cogs
from bot.cogs.changes import Changes
from bot.cogs.gate import Gate
from bot.cogs.workers import Workers
from bot.logs import event
from bot.settings import Settings
from bot.state.database import Database
from bot.wiring import Project
from retrieval.errors import VerbatimError

_log = logging.getLogger("verbatim.discord")

STATE_THREADS = 4
WRITER_THREADS = 8
"""They wait for a language model nearly all of the time."""


class Stopping(VerbatimError):
    """The bot is about to stop."""


class Tree(app_commands.CommandTree["VerbatimBot"]):
    """The commands; their errors become words."""

    async def on_error(self, interaction: discord.Interaction[VerbatimBot], error: app_commands.AppCommandError, /) -> None:
        """Tell the person."""
        await trouble.tell(interaction, error)


class VerbatimBot(commands.AutoShardedBot):
    """The bot. Collaborators are handed in; nothing is looked up."""

    def __init__(self, *, settings: Settings, project: Project, database: Database, gate: Gate) -> None:
        """Make the bot; nothing is connected yet.

        Args:
            settings: those in force.
            project: with an index in line with its articles.
            database: the state.
            gate: who may ask where and when.

        """
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(settings),
            # Nothing that is quoted can ping, whatever stands in it.
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=settings.discord.shards or None,
            max_messages=None,
        )
        self.settings = settings
        self.project = project
        self.database = database
        self.gate = gate
        self.changes = Changes(self)
        self.readers = Workers("answer", settings.discord.workers)
        self.writers = Workers("compose", WRITER_THREADS)
        self.state = Workers("state", STATE_THREADS)
        self._underway = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.stopping = False

    async def setup_hook(self) -> None:
        """Add every cog, then tell Discord the commands."""
        for cog in cogs(self):
            await self.add_cog(cog)
        try:
            await self.tree.sync()
        except discord.HTTPException as error:
            # Those of the last start are still there, and mentions need none.
            trouble.explain(error, step="telling Discord the commands")

    async def on_ready(self) -> None:
        """Say that it is there."""
        event(_log, logging.INFO, "ready", servers=len(self.guilds), shards=self.shard_count or 1)

    async def on_shard_disconnect(self, shard: int) -> None:
        """Say that the gateway closed; discord.py connects again by itself."""
        event(_log, logging.INFO, "disconnected", shard=shard)

    async def on_shard_resumed(self, shard: int) -> None:
        """Say that nothing was missed."""
        event(_log, logging.INFO, "resumed", shard=shard)

    @property
    def busy(self) -> bool:
        """Whether somebody is being served."""
        return self._underway > 0

    @contextmanager
    def underway(self) -> Iterator[None]:
        """Work that a stop waits for.

        Raises:
            Stopping: no more is begun.

        """
        if self.stopping:
            raise Stopping("I am about to restart", "Please ask again in a minute.")
        self._underway += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._underway -= 1
            if not self._underway:
                self._idle.set()

    async def stop(self) -> None:
        """Begin nothing new, finish what is under way within the time set for it, then disconnect."""
        self.stopping = True
        event(_log, logging.INFO, "stopping", underway=self._underway)
        try:
            await asyncio.wait_for(self._idle.wait(), self.settings.discord.shutdown_seconds)
        except TimeoutError:
            event(_log, logging.WARNING, "unfinished", underway=self._underway)
        await self.close()

    async def close(self) -> None:
        """Disconnect and release the threads."""
        self.stopping = True
        await super().close()
        self.readers.close()
        self.writers.close()
        self.state.close()
        self.gate.close()

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing: there are no prefix commands; the cog that answers listens itself."""

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """Log what a listener let through."""
        del args, kwargs
        if (error := sys.exc_info()[1]) is not None:
            trouble.explain(error, listener=event_method)


def intents(settings: Settings) -> discord.Intents:
    """What the bot hears of: servers and messages; their words only where the privileged intent is switched on."""
    wanted = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    wanted.message_content = settings.discord.message_content
    return wanted
