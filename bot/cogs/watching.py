"""Watching the articles while the bot runs: they are taken in off the event loop, and whoever subscribed is told."""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.logs import event
from retrieval.errors import StorageError, VerbatimError
from retrieval.index.watching import Untold, Watch

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")

PATIENCE_SECONDS = 30
"""For the article that is being taken in when the bot stops."""


class Watching(commands.Cog):
    """Keeps the index in line with the articles."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot
        wanted = bot.settings.ingest
        self._watch = Watch(bot.project.index, bot.project.paths, wanted.watch_every_seconds) if wanted.watch else None
        # A thread of its own and not a worker: it works as long as the bot runs. Whatever ends the program ends it too,
        # which an ingest stands at any moment.
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._failed: str | None = None

    async def cog_load(self) -> None:
        """Begin. What was changed before the start is announced in any case."""
        self._thread.start()

    async def cog_unload(self) -> None:
        """End, when the article at hand is done."""
        if self._watch:
            self._watch.stop()
        self._bot.changes.close()
        await asyncio.to_thread(self._thread.join, PATIENCE_SECONDS)

    def _run(self) -> None:
        if self._watch:
            self._watch.run(self._after)
        else:
            self._after(None)

    def _after(self, wrong: VerbatimError | None) -> None:
        """After a round, in the thread."""
        if wrong is None:
            try:
                self._bot.changes.notice()
            except (StorageError, RuntimeError) as error:
                # RuntimeError: the event loop is closed.
                wrong = error if isinstance(error, VerbatimError) else None
        if isinstance(wrong, Untold):
            event(_log, logging.WARNING, "changes_untold", why=str(wrong))
            return
        failed = str(wrong) if wrong else None
        if failed != self._failed:
            # What goes on is logged once.
            if failed:
                event(_log, logging.ERROR, "not_in_line", why=failed, trace=wrong)
            else:
                event(_log, logging.INFO, "in_line_again")
            self._failed = failed
