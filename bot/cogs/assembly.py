"""Which cogs there are. A new one is added here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.ext import commands

from bot.cogs.admin import Admin
from bot.cogs.ask import Ask
from bot.cogs.asking_again import AskingAgain
from bot.cogs.buttons import Buttons
from bot.cogs.claims import Claims
from bot.cogs.configuring import Configuring
from bot.cogs.doorkeeper import Doorkeeper
from bot.cogs.helping import Helping
from bot.cogs.keeping import Keeping
from bot.cogs.living import Living
from bot.cogs.personal import Personal
from bot.cogs.sources import Sources
from bot.cogs.watches import Watches
from bot.cogs.watching import Watching

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot


def cogs(bot: VerbatimBot) -> list[commands.Cog]:
    """Every cog, in the order in which `/help` lists them."""
    return [
        Ask(bot),
        Claims(bot),
        Sources(bot),
        Helping(bot),
        Watches(bot),
        Personal(bot),
        Admin(bot),
        # Without a doorkeeper there is nothing to set.
        *([Configuring(bot, bot.gate)] if isinstance(bot.gate, Doorkeeper) else []),
        Buttons(bot),
        Keeping(bot),
        Living(bot),
        AskingAgain(bot),
        # After those who want to know of changes.
        Watching(bot),
    ]
