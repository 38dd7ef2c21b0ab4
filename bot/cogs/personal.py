"""/forget-me: a person's words are theirs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import views
from bot.cogs.memory import write
from bot.cogs.views import RED, button
from bot.logs import event
from bot.state import forgetting

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]

_log = logging.getLogger("verbatim.discord")


class Personal(commands.Cog):
    """What everybody may do about their own words."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    @app_commands.command(name="forget-me")
    async def forget_me(self, interaction: discord.Interaction[VerbatimBot]) -> None:
        """Delete everything you asked, had checked and voted on."""
        days = self._bot.settings.state.keep_days
        message = views.text(
            "**Delete everything you said to me?**",
            "Your questions with their answers, those you watch, your votes, and the messages you had checked are deleted "
            "for good. Answers that stand in channels stay there, but their buttons stop working. Without this, I forget "
            f"them after {days} days.",
            accent=RED,
            buttons=[button("forget", label="Delete", style=discord.ButtonStyle.danger)],
        )
        await interaction.response.send_message(view=message.view, ephemeral=True)


async def forget(bot: VerbatimBot, press: Press) -> None:
    """Delete what the one who presses said."""
    await press.response.defer()
    gone = await write(bot, lambda session: forgetting.person(session, press.user.id))
    event(_log, logging.INFO, "forgot_person", questions=gone.questions, votes=gone.votes, checks=gone.checks)
    said = (
        f"Deleted: {gone.questions} questions, {gone.votes} votes, {gone.checks} checked messages, "
        f"{gone.watches} watched questions."
    )
    await press.edit_original_response(view=views.text(said).view)
