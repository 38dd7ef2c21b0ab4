"""The bot from a project: what `bot.wiring` is for everything else."""

from __future__ import annotations

import logging

from bot.cogs.client import VerbatimBot
from bot.cogs.doorkeeper import Doorkeeper
from bot.logs import event
from bot.settings import Settings
from bot.state.database import Database
from bot.wiring import Project
from retrieval.errors import VerbatimError

_log = logging.getLogger("verbatim.discord")


def make(project: Project, settings: Settings | None = None, database: Database | None = None) -> VerbatimBot:
    """A bot that is ready to be started.

    Args:
        project: with an index in line with its articles; its models are loaded now, since the first question must not
            wait for them.
        settings: others than the project's.
        database: another state than the project's.

    """
    project.answerer.ask("Are you there?")
    project.checker.check("Somebody is there.")
    if project.composer is not None:
        try:
            project.composer.prepare()
        except VerbatimError as error:
            # Then the quotes stand alone; it is tried again for every answer.
            event(_log, logging.WARNING, "not_composed", why=str(error))
    chosen, state = settings or project.settings, database or project.database
    door = Doorkeeper(state, chosen.limits, chosen.discord)
    return VerbatimBot(settings=chosen, project=project, database=state, gate=door)
