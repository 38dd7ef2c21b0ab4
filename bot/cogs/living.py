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
from discord.ext import commands

from bot.cogs import trouble, views
from bot.cogs.background import Background
from bot.cogs.memory import write
from bot.cogs.place import audience
from bot.fates import Fates
from bot.logs import event
from bot.state import citations, posts, stale
from bot.state.stale import Edit
from retrieval.errors import StorageError
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
        self.work = Background("living citations", self._all, bot.settings.living.retry_minutes * 60)
        self._adopted = False

    @staticmethod
    def of(bot: VerbatimBot) -> Living:
        """The one of a bot."""
        found = bot.get_cog(Living.__name__)
        assert isinstance(found, Living)
        return found

    async def cog_load(self) -> None:
        """Begin."""
        self._bot.changes.subscribe(self.changed)

    async def cog_unload(self) -> None:
        """End."""
        self.work.cancel()

    async def changed(self, report: Report) -> None:
        """Look at what was posted, now that articles have changed."""
        if report.updated or report.removed or report.added:
            self.work.ask()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Look for changes of the time before the start, and for edits that were not done by the last stop."""
        self.work.ask()

    async def _all(self) -> None:
        if not self._adopted:
            await write(self._bot, stale.adopt)
            self._adopted = True
        while checked := await self._bot.state.run(self._check):
            event(_log, logging.INFO, "citations_checked", posts=checked)
        while not self._bot.stopping and await self._edit_next():
            await asyncio.sleep(1 / self._bot.settings.living.edits_per_second)
        now = discord.utils.utcnow()
        if (due := await write(self._bot, stale.next_due)) is not None:
            self.work.ask_after(max(0.0, (due - now).total_seconds()) + 1)

    def _check(self) -> int:
        """Check some posts against the articles as they are now, in a thread; how many."""
        with self._bot.database.session() as session:
            if not citations.some(session):
                return 0
            fates = Fates(self._bot.project.index.catalogue)
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
            await self._postpone(edit)
            # Old messages may be edited only so often, each for itself; any other failure is Discord's as a whole.
            return status == 429
        except StorageError:
            raise
        except Exception as error:
            # One message that cannot be made must not keep the others from being edited.
            trouble.explain(error, post=edit.post)
            await self._postpone(edit)
        return True

    async def _postpone(self, edit: Edit) -> None:
        later = discord.utils.utcnow() + timedelta(minutes=self._bot.settings.living.retry_minutes)
        await write(self._bot, lambda session: stale.postpone(session, edit.message, later))

    async def _edit(self, edit: Edit) -> None:
        found, marks = await write(self._bot, lambda s: (posts.get(s, edit.post), stale.get(s, edit.post)))
        if found is None:
            return
        channel = self._bot.get_channel(edit.channel) or await self._bot.fetch_channel(edit.channel)
        head = views.heading(found, edit.question, edit.shared_by, edit.watched_by)
        message = views.answer(found, audience(channel, private=False), head, None, marks)
        shown = self._bot.get_partial_messageable(edit.channel).get_partial_message(edit.message)
        await shown.edit(view=message.view, attachments=list(message.files))
        await write(self._bot, lambda session: stale.shows(session, edit.message, marks, found.answer))
        event(_log, logging.INFO, "edited", post=edit.post, marks=len(marks), channel=edit.channel)
