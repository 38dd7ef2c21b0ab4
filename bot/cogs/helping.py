"""/help: what the bot does, from the commands themselves, so that it cannot drift."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import views
from bot.cogs.place import place

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

HOW = (
    "I answer questions about a set of articles with their own words: exact quotes, each with its source and a code to "
    "check it by. What the articles do not say, I do not answer."
)

READS = "In a thread that I opened, and in direct messages, just write."
HIDDEN = (
    "Discord shows me only messages that name me: leave the ping on when you reply, and mention me by name when you reply "
    "to an answer to `/ask` or write in a thread that I opened. In direct messages, just write."
)

MENU = "in the menu of any message: right-click it, or press and hold, then Apps"


class Helping(commands.Cog):
    """Explains."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    @app_commands.command()
    async def help(self, interaction: discord.Interaction[VerbatimBot]) -> None:
        """How to ask, and every command."""
        admin = place(interaction).admin
        commands_ = sorted(self._bot.tree.get_commands(type=discord.AppCommandType.chat_input), key=lambda c: c.name)
        everybody = [c for c in commands_ if c.default_permissions is None]
        admins = [c for c in commands_ if c.default_permissions is not None]
        menus = self._bot.tree.get_commands(type=discord.AppCommandType.message)
        me = self._bot.user.mention if self._bot.user else "me"
        more = READS if self._bot.intents.message_content else HIDDEN
        blocks = [
            f"### Ask the articles\n{HOW}",
            f"Use `/ask`, mention {me} with your question, write to me directly, or reply to one of my answers to ask on; I "
            f"understand a reply in the light of the answer. {more}",
            "",
            "\n".join([*(_line(c) for c in everybody), *(f"**{m.name}** — {MENU}" for m in menus)]),
        ]
        if admin:
            blocks += ["", "**For moderators**\n" + "\n".join(_line(c) for c in admins)]
        await interaction.response.send_message(view=views.text(*blocks).view, ephemeral=True)


def _line(command: app_commands.Command[commands.Cog, ..., object] | app_commands.Group) -> str:
    parameters = command.parameters if isinstance(command, app_commands.Command) else []
    options = "".join(f" `{p.display_name}:`" for p in parameters)
    return f"`/{command.name}`{options} — {command.description}"
