"""The command “Check against the articles” on any message, and turning its pages."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.claims import Check
from bot.cogs import views
from bot.cogs.delivery import queue_words
from bot.cogs.gate import Rules, check
from bot.cogs.memory import write
from bot.cogs.place import place
from bot.cogs.trouble import TooLate
from bot.cogs.views import Message, button
from bot.logs import event
from bot.render import claims as rendering
from bot.render.links import address
from bot.state import checks
from bot.state.posts import new_id
from retrieval.errors import QuestionError
from retrieval.reading.search import Scope

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]

NAME = "Check against the articles"
_ADDRESS = re.compile(r"^\W*(?:@[\u200b\w.-]+[\s,:]+)+")
_log = logging.getLogger("verbatim.discord")


class Claims(commands.Cog):
    """Checks what somebody wrote."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot
        self._menu = app_commands.ContextMenu(name=NAME, callback=self.check)

    async def cog_load(self) -> None:
        """Put the command into the menu of messages."""
        self._bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it out again."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)

    async def check(self, interaction: discord.Interaction[VerbatimBot], message: discord.Message) -> None:
        """Show what the articles say of each sentence, to the one who wants to know."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        here = place(interaction)
        rules = await self._bot.gate.rules(here)
        check(rules, here)
        text = words(message)
        if not text:
            raise QuestionError("There is no text in that message", "Choose one that says something.")

        async def waiting(at: int) -> None:
            await interaction.edit_original_response(content=queue_words(at))

        with self._bot.underway():
            began = time.perf_counter()
            async with (
                self._bot.gate.admission(here, waiting),
                asyncio.timeout(self._bot.settings.discord.timeout_seconds),
            ):
                found, links = await self._bot.readers.run(self._check, text, rules)
            pages, id_ = rendering.pages(found, links), new_id()
            if len(pages) > 1:
                await write(self._bot, lambda session: checks.add(session, id_, here.user, pages))
            await interaction.edit_original_response(content=None, view=_page(id_, pages, 0).view)
        took = round((time.perf_counter() - began) * 1e3)
        event(_log, logging.INFO, "checked", sentences=len(found), guild=here.guild, channel=here.channel, total_ms=took)

    def _check(self, text: str, rules: Rules) -> tuple[list[Check], dict[str, str]]:
        """In a thread."""
        project = self._bot.project
        found = project.checker.check(text, Scope(None, rules.articles))
        shown = [q for c in found for q in (c.quote, c.nearest) if q and q.url]
        addresses = {q.receipt: address(q, project.index.catalogue.text(q.sha256)) for q in shown}
        return found, {receipt: url for receipt, url in addresses.items() if url}


def words(message: discord.Message) -> str:
    """The text of a message as people read it: names instead of mentions, no Markdown, embeds too."""
    parts = [message.clean_content]
    for embed in message.embeds:
        parts += [part for part in (embed.title, embed.description) if part]
    # Whom a message is addressed to is no part of what it claims.
    lines = [_ADDRESS.sub("", line) for part in parts for line in part.splitlines()]
    return discord.utils.remove_markdown("\n".join(lines)).strip()


async def turn(bot: VerbatimBot, press: Press, id_: str, at: str) -> None:
    """Turn to another page of a checked message."""
    await press.response.defer()
    pages = await write(bot, lambda session: checks.get(session, id_))
    if pages is None:
        raise TooLate("This check is no longer remembered", "Check the message again.")
    await press.edit_original_response(view=_page(id_, pages, int(at)).view)


def _page(id_: str, pages: checks.Pages, at: int) -> Message:
    at = max(0, min(at, len(pages) - 1))
    if len(pages) == 1:
        return views.text(*pages[0])
    return views.text(
        *pages[at],
        f"-# Page {at + 1} of {len(pages)}",
        buttons=[
            button("checked", id_, at - 1, emoji="◀️", disabled=at == 0),
            button("checked", id_, at + 1, emoji="▶️", disabled=at == len(pages) - 1),
        ],
    )
