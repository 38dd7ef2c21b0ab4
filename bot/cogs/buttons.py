"""What the buttons under an answer do. They are told apart by custom id alone, so they outlive every restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands

from bot.cogs import claims, lens, personal, sharing, sources, trouble, views, voting, watches

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

Action = Callable[..., Awaitable[None]]
"""Takes the bot, the interaction, and what stands in the custom id behind the action's name."""

ACTIONS: dict[str, Action] = {
    "context": lens.open_context,
    "lens": lens.move,
    "sources": lens.sources,
    "page": lens.turn,
    "share": sharing.share,
    "thread": sharing.open_thread,
    "good": voting.good,
    "bad": voting.bad,
    "why": voting.why,
    "checked": claims.turn,
    "sourcelist": sources.turn_list,
    "article": sources.turn_article,
    "forget": personal.forget,
    "watch": watches.watch,
    "unwatch": watches.unwatch,
    "watched": watches.show,
    "watchlist": watches.turn,
}


class Buttons(commands.Cog):
    """Every press of a button under an answer, and every form that one of them opened."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[VerbatimBot]) -> None:
        """Do what the custom id says."""
        if interaction.type not in {discord.InteractionType.component, discord.InteractionType.modal_submit}:
            return
        data: Mapping[str, Any] = interaction.data or {}
        prefix, _, rest = str(data.get("custom_id", "")).partition(":")
        name, *arguments = rest.split(":")
        if prefix != views.PREFIX or name not in ACTIONS:
            return
        try:
            with self._bot.underway():
                await ACTIONS[name](self._bot, interaction, *arguments)
        except Exception as error:
            await trouble.tell(interaction, error)
