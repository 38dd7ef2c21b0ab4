"""Forgetting: once a day what is older than the settings allow."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord.ext import commands, tasks

from bot.cogs.memory import write
from bot.logs import event
from bot.state import checks, posts, usages, watches
from retrieval.errors import StorageError

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")


class Keeping(commands.Cog):
    """Keeps the state no longer than wanted."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    async def cog_load(self) -> None:
        """Begin."""
        self.forget.start()

    async def cog_unload(self) -> None:
        """End."""
        self.forget.cancel()

    @tasks.loop(hours=24)
    async def forget(self) -> None:
        """Delete old answers with the votes on them."""
        now = discord.utils.utcnow()
        moment = now - timedelta(days=self._bot.settings.state.keep_days)
        try:
            gone = await write(
                self._bot,
                lambda session: (
                    posts.forget_before(session, moment)
                    + checks.forget_before(session, moment)
                    + watches.forget_expired(session, now)
                    + usages.forget_before(session, moment, now)
                ),
            )
        except StorageError as error:
            event(_log, logging.ERROR, "not_forgotten", why=str(error))
            return
        if gone:
            event(_log, logging.INFO, "forgotten", records=gone)
