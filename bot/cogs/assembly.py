"""Which cogs there are. A new one is added here and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord.ext import commands

from bot.cogs.ask import Ask
from bot.cogs.buttons import Buttons
from bot.cogs.keeping import Keeping

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot


def cogs(bot: VerbatimBot) -> list[commands.Cog]:
    """Every cog, in the order in which `/help` lists them."""
    return [
        Ask(bot),
        Buttons(bot),
        Keeping(bot),
    ]
