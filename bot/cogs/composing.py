"""A language model's sentences, added to an answer that stands already: one edit when they are checked, or nothing.

The quotes are posted first, for they take milliseconds and the model takes seconds. What was written goes into the state
before the message is edited; should that edit fail, or the bot stop, living citations make it later.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord

from bot.answer import Answer, Status
from bot.cogs import trouble, views
from bot.cogs.desk import Answered
from bot.cogs.living import CLAIM, Living
from bot.cogs.memory import write
from bot.cogs.sending import contents, files, persistently
from bot.cogs.views import Audience
from bot.logs import event
from bot.recording import remember
from bot.render.discord import Heading
from bot.state import stale
from bot.state.posts import Post
from retrieval.stopping import Abandoned

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")


class Composing:
    """Has the answers of one bot written about."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    async def add(self, answered: Answered, sent: discord.Message, head: Heading, audience: Audience) -> None:
        """Write, check, and edit the message. Whatever fails on the way leaves it as it is, and is logged.

        Args:
            answered: an answer that is remembered and shown.
            sent: the message that shows it.
            head: what stands above it.
            audience: where it stands.

        """
        composer = self._bot.project.composer
        if composer is None or answered.post.answer.status is Status.REFUSED or self._bot.stopping:
            return
        try:
            async with asyncio.timeout(self._bot.settings.discord.timeout_seconds):
                answer = await self._bot.writers.run(composer.compose, answered.post.answer, answered.trace.understood)
            if self._told(answered, answer):
                await self._show(replace(answered, post=replace(answered.post, answer=answer)), sent, head, audience)
        except (TimeoutError, Abandoned):
            why = "nobody waits as long as it took (discord.timeout_seconds)"
            event(_log, logging.WARNING, "not_composed", post=answered.post.id, why=why)
        except Exception as error:
            # At a stop its threads are gone.
            if not self._bot.stopping:
                trouble.explain(error, post=answered.post.id, step="composing")

    def _told(self, answered: Answered, answer: Answer) -> bool:
        """Say in the log what came of it; whether there is anything to show."""
        composed = answer.composed
        if composed is None:
            return False
        facts: dict[str, Any] = {
            "post": answered.post.id,
            "run": answer.run_id,
            "model": composed.model,
            "cost": composed.usage.cost,
        }
        facts |= {"tokens": composed.usage.prompt_tokens + composed.usage.completion_tokens}
        if composed.failure is not None:
            event(_log, logging.WARNING, "not_composed", why=composed.failure, **facts)
            return False
        faults = sorted({fault.value for checked in composed.dropped for fault, _ in checked.faults})
        shown, dropped = len(composed.sentences), len(composed.dropped)
        event(_log, logging.INFO, "composed", sentences=shown, dropped=dropped, faults=faults or None, **facts)
        return True

    async def _show(self, answered: Answered, sent: discord.Message, head: Heading, audience: Audience) -> None:
        post = answered.post
        if not await write(self._bot, lambda session: stale.compose(session, post.id, post.answer)):
            # Its asker had it forgotten.
            return
        await self._bot.state.run(self._keep, answered)
        if self._bot.stopping:
            return
        with self._bot.underway():
            until = discord.utils.utcnow() + CLAIM
            if post.private or await write(self._bot, lambda session: stale.claim_message(session, sent.id, until)):
                await self._edit(post, sent, head, audience)
        # For what could not be edited, and for messages that it was shared in meanwhile.
        Living.of(self._bot).work.ask()

    async def _edit(self, post: Post, sent: discord.Message, head: Heading, audience: Audience) -> None:
        marks = await write(self._bot, lambda session: stale.get(session, post.id))
        message = views.answer(post, audience, head, marks=marks)
        attached = contents(message)
        try:
            await persistently(lambda: sent.edit(view=message.view, attachments=files(attached)))
        except discord.NotFound:
            await write(self._bot, lambda session: stale.forget_message(session, sent.id))
        except trouble.UNHEARD as error:
            event(_log, logging.WARNING, "edit_failed", post=post.id, error=type(error).__name__)
            now = discord.utils.utcnow()
            await write(self._bot, lambda session: stale.postpone(session, sent.id, now))
        else:
            await write(self._bot, lambda session: stale.shows(session, sent.id, marks, post.answer))
            event(_log, logging.INFO, "edited", post=post.id, marks=len(marks), channel=sent.channel.id)

    def _keep(self, answered: Answered) -> None:
        """In a thread."""
        remember(
            self._bot.project,
            answered.post.answer,
            answered.trace,
            lambda warning: event(_log, logging.WARNING, "run_not_kept", run=answered.post.answer.run_id, why=warning),
        )
