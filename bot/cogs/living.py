"""Living citations: messages say so when the articles no longer have the words that they quote.

After every change of the articles, and once at the start, the posts whose articles are others than those they were
checked against are checked again. What they are to say is written to the state; every message that does not say it yet
is edited, one at a time. A crash between an edit and its note in the state repeats that edit, which changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import discord
from discord.ext import commands, tasks

from bot.cogs import views
from bot.cogs.background import Background
from bot.cogs.memory import write
from bot.cogs.place import audience
from bot.fates import Fates
from bot.logs import event
from bot.state import citations, posts, stale
from bot.state.stale import Edit
from retrieval.index.ingest import Report

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")

CLAIM = timedelta(minutes=2)
"""After so long without a word another process takes an edit over."""

BATCH = 50
"""Posts checked in one piece of work, so that the state is never held for long."""


class Living(commands.Cog):
    """Keeps what was posted true to the articles."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot
        self.work = Background("living citations", self._all)
        self._adopted = False

    async def cog_load(self) -> None:
        """Begin."""
        self._bot.changes.subscribe(self.changed)
        self.again.change_interval(minutes=self._bot.settings.living.retry_minutes)
        self.again.start()

    async def cog_unload(self) -> None:
        """End."""
        self.again.cancel()
        self.work.cancel()

    async def changed(self, report: Report) -> None:
        """Look at what was posted, now that articles have changed."""
        if report.updated or report.removed or report.added:
            self.work.ask()

    @tasks.loop(minutes=10)
    async def again(self) -> None:
        """Look at the start, for changes of the time before it, and later for what Discord refused for the moment."""
        self.work.ask()

    @again.before_loop
    async def _ready(self) -> None:
        await self._bot.wait_until_ready()

    async def _all(self) -> None:
        if not self._adopted:
            await write(self._bot, stale.adopt)
            self._adopted = True
        while checked := await self._bot.state.run(self._check):
            event(_log, logging.INFO, "citations_checked", posts=checked)
        while not self._bot.stopping and await self._edit_next():
            await asyncio.sleep(1 / self._bot.settings.living.edits_per_second)

    def _check(self) -> int:
        """Check some posts against the articles as they are now, in a thread; how many."""
        fates = Fates(self._bot.project.index.catalogue)
        with self._bot.database.session() as session:
            ids = citations.outdated(session, fates.digests, BATCH)
            for post in ids:
                if (found := posts.get(session, post)) is not None:
                    stale.put(session, post, fates.marks(found.answer))
            citations.checked(session, ids, fates.digests)
        return len(ids)

    async def _edit_next(self) -> bool:
        """Edit one message of the queue; False when there is none, or Discord is not to be asked for now."""
        now = discord.utils.utcnow()
        edit = await write(self._bot, lambda session: stale.claim(session, now + CLAIM, now))
        if edit is None:
            return False
        try:
            with self._bot.underway():
                await self._edit(edit)
        except (discord.NotFound, discord.Forbidden) as error:
            # The message or the right to edit it is gone; that is nobody's concern.
            gone = isinstance(error, discord.NotFound)
            await write(self._bot, lambda s: (stale.forget_message if gone else stale.end)(s, edit.message))
            event(_log, logging.INFO, "edit_ended", post=edit.post, status=error.status, code=error.code)
        except (discord.RateLimited, discord.HTTPException, aiohttp.ClientError, OSError) as error:
            status = error.status if isinstance(error, discord.HTTPException) else None
            event(_log, logging.WARNING, "edit_failed", post=edit.post, error=type(error).__name__, status=status)
            if status is not None and status < 500 and status != 429:
                # It will not be let through the next time either.
                await write(self._bot, lambda session: stale.end(session, edit.message))
                return True
            # Not quite as long as the pause between two looks, so that the next one finds it.
            later = discord.utils.utcnow() + timedelta(minutes=self._bot.settings.living.retry_minutes / 2)
            await write(self._bot, lambda session: stale.postpone(session, edit.message, later))
            # Old messages may be edited only so often, each for itself; any other failure is Discord's as a whole.
            return status == 429
        return True

    async def _edit(self, edit: Edit) -> None:
        found, marks = await write(self._bot, lambda s: (posts.get(s, edit.post), stale.get(s, edit.post)))
        if found is None:
            return
        channel = self._bot.get_channel(edit.channel) or await self._bot.fetch_channel(edit.channel)
        assert isinstance(channel, discord.TextChannel | discord.Thread | discord.DMChannel | discord.VoiceChannel)
        head = views.heading(found, edit.question, edit.shared_by, edit.watched_by)
        message = views.answer(found, audience(channel, private=False), head, None, marks)
        await channel.get_partial_message(edit.message).edit(view=message.view, attachments=list(message.files))
        await write(self._bot, lambda session: stale.shows(session, edit.message, marks))
        event(_log, logging.INFO, "edited", post=edit.post, marks=len(marks), channel=edit.channel)
