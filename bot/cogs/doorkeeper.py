"""The gate of a real server: each channel's rules, limits per person and server, and a queue."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.cogs.gate import NotNow, Place, Rules, Waiting
from bot.cogs.workers import Workers
from bot.limits import Allowance, Limiter, Queue, QueueFull
from bot.settings import DiscordSettings, LimitSettings
from bot.state import channels
from bot.state.channels import Channel
from bot.state.database import Database

FRESH_SECONDS = 30.0
"""How long a channel's rules are taken from memory; a change in this process counts at once, one in another by then."""

Clock = Callable[[], float]


class Doorkeeper:
    """Settles who may ask, where and when."""

    def __init__(
        self,
        database: Database,
        limits: LimitSettings,
        discord: DiscordSettings,
        clock: Clock = time.monotonic,
        wall: Clock = time.time,
    ) -> None:
        """Open.

        Args:
            database: where channels are remembered.
            limits: how often one may ask.
            discord: how many questions are answered at a time.
            clock: seconds, only ever forward.
            wall: seconds since 1970, for the times that people are told.

        """
        self._database = database
        self._clock = clock
        self._wall = wall
        self._limits = limits
        self._people = Limiter(Allowance(limits.person_questions, limits.person_seconds))
        self._servers = Limiter(Allowance(limits.server_questions, limits.server_seconds))
        self._queue = Queue(discord.workers, limits.queue, clock)
        self._known: dict[int, tuple[float, Channel]] = {}
        self._threads = Workers("rules", 1)

    async def rules(self, place: Place) -> Rules:
        """What holds there; in direct messages, what holds everywhere."""
        if place.guild is None:
            return Rules(mention_needed=False)
        channel = await self.channel(place.channel)
        return Rules(channel.enabled, channel.mention_needed, channel.private, channel.roles, channel.articles)

    async def channel(self, channel: int) -> Channel:
        """A channel's settings."""
        known = self._known.get(channel)
        if known is not None and self._clock() - known[0] < FRESH_SECONDS:
            return known[1]
        found = await self._threads.run(self._read, channel)
        self._known[channel] = (self._clock(), found)
        return found

    async def set(self, guild: int, channel: int, settings: Channel) -> None:
        """Change a channel's settings, at once."""
        await self._threads.run(self._write, guild, channel, settings)
        self._known[channel] = (self._clock(), settings)

    @asynccontextmanager
    async def admission(self, place: Place, waiting: Waiting) -> AsyncIterator[None]:
        now = self._clock()
        self._refuse_until(self._people.free_at(place.user, now), now, "You have asked a lot in a short time")
        if place.guild is not None:
            self._refuse_until(self._servers.free_at(place.guild, now), now, "This server has asked a lot in a short time")
        turn = self._queue.turn(waiting)
        self._people.count(place.user, now)
        if place.guild is not None:
            self._servers.count(place.guild, now)
        try:
            async with turn:
                yield
        except QueueFull as error:
            raise NotNow("Too many questions are waiting already", self._again(error.seconds)) from None

    def close(self) -> None:
        """Release the thread."""
        self._threads.close()

    def _refuse_until(self, free: float, now: float, why: str) -> None:
        if free > now:
            raise NotNow(why, self._again(free - now))

    def _again(self, seconds: float) -> str:
        # Discord shows this in the reader's own words and time: "in 20 seconds".
        return f"Please ask again <t:{int(self._wall() + seconds) + 1}:R>."

    def _read(self, channel: int) -> Channel:
        with self._database.session() as session:
            return channels.get(session, channel)

    def _write(self, guild: int, channel: int, settings: Channel) -> None:
        with self._database.session() as session:
            channels.put(session, guild, channel, settings)
