"""The real bot in a simulated Discord, answering from the shipped articles with the real engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import simcord

from bot.cogs.client import VerbatimBot
from bot.cogs.gate import Gate, OpenGate
from bot.settings import Settings, load
from bot.state.database import Database
from bot.wiring import Project

SETTLE_SECONDS = 120
"""How long the simulation waits for the bot at the most; the machine may be busy."""


def settings(*flags: str) -> Settings:
    return load(flags=("discord.shards=1", "discord.timeout_seconds=120", *flags))


def make_bot(
    project: Project, data: Path, *flags: str, gate: Gate | None = None, database: Database | None = None
) -> VerbatimBot:
    """A bot as `verbatim discord` makes it. The same `data` remembers what an earlier bot did."""
    chosen = settings(*flags)
    return VerbatimBot(
        settings=chosen,
        project=project,
        database=database or Database(chosen.state.url, data),
        gate=gate or OpenGate(),
    )


@asynccontextmanager
async def running(bot: VerbatimBot, **options: object) -> AsyncIterator[simcord.Env]:
    """The bot logged in to a simulated Discord; errors that nobody looked at fail the test at the end."""
    async with simcord.run(bot, settle_timeout=SETTLE_SECONDS, **options) as env:
        yield env
