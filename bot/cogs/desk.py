"""From a question asked somewhere in Discord to an answer that is remembered. The event loop only waits here."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import discord

from bot.answer import Answer
from bot.answering import Trace
from bot.cogs import trouble
from bot.cogs.gate import Place, Rules, Waiting, check
from bot.followups import Turn
from bot.logs import event
from bot.recording import remember
from bot.render.discord import Heading
from bot.render.links import address
from bot.state import conversations, posts, stale
from bot.state.posts import Post
from retrieval.errors import StorageError, WritingError
from retrieval.reading.search import Scope

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What somebody asks."""

    question: str
    place: Place
    reply_to: int | None = None
    """The message that it replies to."""
    conversation: int | None = None
    """The thread or direct message whose history it goes on from."""
    as_of: date | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that is remembered, and why it is so."""

    post: Post
    trace: Trace


class Desk:
    """Takes inquiries: settles whether one may be answered, waits its turn, answers and remembers it."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    async def answer(self, inquiry: Inquiry, rules: Rules, waiting: Waiting) -> Answered:
        """The answer, remembered.

        Raises:
            NotHere: asking is not allowed there.
            NotNow: over a limit.
            QuestionError: nothing that can be asked.
            TimeoutError: it took too long.

        """
        check(rules, inquiry.place)
        began = time.perf_counter()
        async with self._bot.gate.admission(inquiry.place, waiting):
            admitted = time.perf_counter()
            async with asyncio.timeout(self._bot.settings.discord.timeout_seconds):
                answered = await self._bot.readers.run(self._answer, inquiry, rules, discord.utils.utcnow())
        post = answered.post
        event(
            _log,
            logging.INFO,
            "answered",
            post=post.id,
            run=post.answer.run_id,
            status=post.answer.status.value,
            quotes=len(post.answer.quotes),
            guild=inquiry.place.guild,
            channel=inquiry.place.channel,
            waited_ms=round((admitted - began) * 1e3),
            total_ms=round((time.perf_counter() - began) * 1e3),
            question=inquiry.question if self._bot.settings.discord.log_questions else None,
        )
        return answered

    async def shown(self, answered: Answered, sent: discord.Message, head: Heading) -> None:
        """Remember which message shows an answer and how, and what the answer came from."""
        try:
            await self._bot.state.run(self._shown, answered, sent, head)
        except StorageError as error:
            # The answer stands; only follow-ups by reply will not find it.
            trouble.explain(error, post=answered.post.id)

    def _shown(self, answered: Answered, sent: discord.Message, head: Heading) -> None:
        """In a thread."""
        with self._bot.database.session() as session:
            posts.shown(session, answered.post.id, sent.id, sent.channel.id)
            stale.face(
                session,
                answered.post.id,
                sent.id,
                question=head.question,
                watched_by=head.watched_by,
                editable=not answered.post.private,
            )
        remember(
            self._bot.project,
            answered.post.answer,
            answered.trace,
            lambda warning: event(_log, logging.WARNING, "run_not_kept", run=answered.post.answer.run_id, why=warning),
        )

    def _answer(self, inquiry: Inquiry, rules: Rules, now: datetime) -> Answered:
        """In a thread."""
        bot, place = self._bot, inquiry.place
        with bot.database.session() as session:
            parent = posts.of_message(session, inquiry.reply_to) if inquiry.reply_to else None
            if parent is None and inquiry.conversation:
                parent = conversations.latest(session, inquiry.conversation, place.user)
            history = conversations.history(session, parent, bot.settings.question.history)
        scope = Scope(inquiry.as_of, rules.articles)
        rewritten = self._rewritten(inquiry.question, history)
        answer, trace = bot.project.answerer.explain(inquiry.question, history, scope, rewritten)
        answered = made(bot, inquiry, answer, trace, parent)
        with bot.database.session() as session:
            posts.add(session, answered.post, now)
        return answered

    def _rewritten(self, question: str, history: Sequence[Turn]) -> str | None:
        """A follow-up question as a language model makes it stand alone; None where rules do."""
        composer = self._bot.project.composer
        try:
            return composer.rewrite(question, history) if composer else None
        except WritingError as error:
            event(_log, logging.WARNING, "not_rewritten", why=str(error))
            return None


def made(bot: VerbatimBot, inquiry: Inquiry, answer: Answer, trace: Trace, parent: str | None = None) -> Answered:
    """An answer as it is to be shown and remembered; blocking.

    Args:
        bot: whose articles it came from.
        inquiry: what was asked where.
        answer: what came out.
        trace: and why.
        parent: the post that it goes on from.

    """
    catalogue = bot.project.index.catalogue
    addresses = {q.receipt: address(q, catalogue.text(q.sha256)) for q in (*answer.quotes, *answer.nearest) if q.url}
    post = Post(
        id=posts.new_id(),
        parent=parent,
        guild=inquiry.place.guild,
        channel=inquiry.place.thread or inquiry.place.channel,
        person=inquiry.place.user,
        private=inquiry.private,
        understood=trace.understood,
        answer=answer,
        links={receipt: url for receipt, url in addresses.items() if url},
        as_of=inquiry.as_of,
    )
    return Answered(post, trace)
