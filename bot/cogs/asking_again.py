"""Watched questions, asked again when articles come, behind everybody who waits for an answer."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot import dependencies
from bot.answer import Status
from bot.cogs import trouble
from bot.cogs.background import Background
from bot.cogs.desk import Answered, Desk, Inquiry, made
from bot.cogs.gate import NotHere, Place, check
from bot.cogs.memory import write
from bot.cogs.telling import Telling
from bot.cogs.workers import Workers
from bot.logs import event
from bot.state import watches
from bot.state.watches import Watch
from retrieval.index.catalogue import Entry
from retrieval.index.ingest import Report
from retrieval.reading.search import Scope

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")

QUIET_SECONDS = 0.2
PATIENCE = 150
"""So many times it is looked whether somebody waits for an answer; then a watched question is asked all the same."""

RETRY_SECONDS = 600.0
"""After so long it is tried again where something failed: Discord, the state, or an article that was changing."""

NICENESS = 15
"""Of the thread that asks again, on Linux, where a thread has one of its own: people who wait come first."""


class AskingAgain(commands.Cog):
    """Asks what is watched."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot
        self._telling = Telling(bot, Desk(bot))
        self._threads = Workers("watched", 1)
        self.work = Background("watched questions", self._all, RETRY_SECONDS)
        self._begun = False

    @staticmethod
    def of(bot: VerbatimBot) -> AskingAgain:
        """The one of a bot."""
        found = bot.get_cog(AskingAgain.__name__)
        assert isinstance(found, AskingAgain)
        return found

    async def cog_load(self) -> None:
        """Begin."""
        self._bot.changes.subscribe(self.changed)

    async def cog_unload(self) -> None:
        """End; whom a stop keeps from being told finds the answer in their list."""
        self.work.cancel()
        self._threads.close()

    async def changed(self, report: Report) -> None:
        """Ask what is watched, now that articles have come."""
        if report.added or report.updated:
            self.work.ask()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Ask at the start, for the articles that came before it."""
        self.work.ask()

    async def _all(self) -> None:
        if not self._begun:
            if left := await write(self._bot, watches.interrupted):
                event(_log, logging.WARNING, "telling_interrupted", watches=left)
            self._begun = True
        now = discord.utils.utcnow()
        watched = await write(self._bot, lambda session: watches.open_ones(session, now))
        if not watched:
            return
        entries = await self._bot.state.run(self._bot.project.index.catalogue.entries)
        digests: dict[Scope, str] = {}
        for watch in watched:
            if self._bot.stopping:
                return
            try:
                scope = await self._scope(watch)
                if scope is None:
                    continue
                if scope not in digests:
                    digests[scope] = await self._bot.state.run(_digest, entries, scope)
                done = digests[scope] == watch.seen or await self._ask(watch, scope, digests[scope])
            except Exception as error:
                # Neither an article that changes at this moment nor one question may keep the others from being asked.
                trouble.explain(error, watch=watch.id)
                done = False
            if not done:
                self.work.ask_after()

    async def _ask(self, watch: Watch, scope: Scope, articles: str) -> bool:
        """Ask one; whether nothing remains to be done about it until articles come."""
        for _ in range(PATIENCE):
            if not self._bot.busy:
                break
            await asyncio.sleep(QUIET_SECONDS)
        answered = await self._threads.run(self._answer, watch, scope)
        status = answered.post.answer.status
        event(_log, logging.INFO, "asked_again", watch=watch.id, status=status.value)
        if status is Status.ANSWERED:
            return await self._telling.tell(watch, answered)
        await write(self._bot, lambda session: watches.saw(session, watch.id, articles))
        return True

    def _answer(self, watch: Watch, scope: Scope) -> Answered:
        """In a thread."""
        if sys.platform == "linux":
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        thread = watch.channel if watch.channel != watch.parent else None
        place = Place(watch.person, watch.parent, watch.guild, thread)
        answer, trace = self._bot.project.answerer.explain(watch.question, (), scope)
        return made(self._bot, Inquiry(watch.question, place, as_of=watch.as_of), answer, trace)

    async def _scope(self, watch: Watch) -> Scope | None:
        """The articles to answer from there; None if the one who watches may not ask there now."""
        place = Place(watch.person, watch.parent, watch.guild)
        rules = await self._bot.gate.rules(place)
        try:
            check(rules, await self._member(place) if rules.roles else place)
        except NotHere:
            return None
        return Scope(watch.as_of, rules.articles)

    async def _member(self, place: Place) -> Place:
        """The same place with the roles that the one who watches has now."""
        guild = self._bot.get_guild(place.guild or 0)
        try:
            member = await guild.fetch_member(place.user) if guild else None
        except discord.HTTPException:
            member = None
        if member is None:
            return place
        roles = frozenset(role.id for role in member.roles)
        return Place(place.user, place.channel, place.guild, None, roles, member.guild_permissions.manage_guild)


def _digest(entries: list[Entry], scope: Scope) -> str:
    """What the articles in scope are now; in a thread."""
    return dependencies.digest(dependencies.articles([entry for entry in entries if scope.admits(entry)]))
