"""The bot from a project: what `bot.wiring` is for everything else."""

from __future__ import annotations

from bot.cogs.client import VerbatimBot
from bot.cogs.gate import OpenGate
from bot.settings import Settings
from bot.state.database import Database
from bot.wiring import Project


def make(project: Project, settings: Settings | None = None, database: Database | None = None) -> VerbatimBot:
    """A bot that is ready to be started.

    Args:
        project: with an index in line with its articles; its models are loaded now, since the first question must not
            wait for them.
        settings: others than the project's.
        database: another state than the project's.

    """
    project.answerer.ask("Are you there?")
    return VerbatimBot(
        settings=settings or project.settings,
        project=project,
        database=database or project.database,
        gate=OpenGate(),
    )
