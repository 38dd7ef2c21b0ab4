"""Asking: the slash command, a mention, a reply, a direct message, a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot


class Ask(commands.Cog):
    """Everything that asks a question."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    @app_commands.command()
    @app_commands.describe(question="What you want to know")
    async def ask(self, interaction: discord.Interaction[VerbatimBot], question: str) -> None:
        """Ask the articles: exact quotes, or a refusal that says what is missing."""
        await interaction.response.defer(thinking=True)
        answer = await self._bot.readers.run(self._bot.project.answerer.ask, question)
        await interaction.edit_original_response(content=answer.text[:2000])
