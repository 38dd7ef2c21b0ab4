"""/sources, /source and /verify: what the bot answers from, and whether a quote still stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import views
from bot.cogs.gate import check
from bot.cogs.place import place
from bot.cogs.trouble import TooLate
from bot.cogs.views import GREEN, RED, Message, button
from bot.commands.sources import find
from bot.commands.verify import UNKNOWN, Check, Verdict, verify
from bot.render import difference
from bot.render import sources as rendering
from bot.render.discord import PAGE, TITLE_CHARACTERS, quoted
from bot.render.neutral import inline, units
from retrieval.corpus import receipts
from retrieval.index.catalogue import Entry

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]

CHOICES = 25
"""Discord shows no more."""

CHOICE_CHARACTERS = 100
KEY = 16
"""Characters of a digest that stand for an article in a button."""


class Sources(commands.Cog):
    """Shows the articles."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    @app_commands.command()
    async def sources(self, interaction: discord.Interaction[VerbatimBot]) -> None:
        """List the articles that answers come from here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        entries = await applying(self._bot, interaction)
        await interaction.edit_original_response(view=_listing(entries, 0).view)

    @app_commands.command()
    @app_commands.describe(name="Title or file name of an article")
    async def source(self, interaction: discord.Interaction[VerbatimBot], name: str) -> None:
        """Read one article, page by page."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        entries = await applying(self._bot, interaction)
        keyed = [e for e in entries if e.sha256[:KEY] == name]
        titled = [e for e in entries if e.metadata.title.casefold() == name.strip().casefold()]
        entry = keyed[0] if keyed else titled[0] if len(titled) == 1 else find(entries, name.strip())
        await interaction.edit_original_response(view=(await self._bot.state.run(_article, self._bot, entry, 0)).view)

    @source.autocomplete("name")
    async def _names(self, interaction: discord.Interaction[VerbatimBot], current: str) -> list[app_commands.Choice[str]]:
        return choices(await applying(self._bot, interaction), current)

    @app_commands.command()
    @app_commands.describe(receipt="The code that stands behind a quote")
    async def verify(self, interaction: discord.Interaction[VerbatimBot], receipt: str) -> None:
        """Check a quote against its article as it is now."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self._bot.state.run(lambda: verify(self._bot.project, receipts.parse(receipt)))
        await interaction.edit_original_response(view=_verdict(found).view)


async def applying(bot: VerbatimBot, interaction: discord.Interaction[VerbatimBot]) -> list[Entry]:
    """The articles that answers come from where this is asked.

    Raises:
        NotHere: the bot does not answer there.

    """
    here = place(interaction)
    rules = await bot.gate.rules(here)
    check(rules, here)
    entries = await bot.state.run(bot.project.index.catalogue.entries)
    return [e for e in entries if rules.articles is None or e.name in rules.articles]


def choices(entries: list[Entry], current: str) -> list[app_commands.Choice[str]]:
    """Suggestions whose title or name holds what was typed."""
    typed = current.strip().casefold()
    fitting = [e for e in entries if typed in e.metadata.title.casefold() or typed in e.name.casefold()]
    return [
        app_commands.Choice(name=_short(f"{e.metadata.title} ({e.name})"), value=e.sha256[:KEY]) for e in fitting[:CHOICES]
    ]


async def turn_list(bot: VerbatimBot, press: Press, at: str) -> None:
    """Turn to another page of the list."""
    await press.response.defer()
    await press.edit_original_response(view=_listing(await applying(bot, press), int(at)).view)


async def turn_article(bot: VerbatimBot, press: Press, key: str, at: str) -> None:
    """Turn to another page of an article."""
    await press.response.defer()
    entry = next((e for e in await applying(bot, press) if e.sha256[:KEY] == key), None)
    if entry is None:
        raise TooLate("This article has changed or is no longer here", "/sources lists the articles.")
    await press.edit_original_response(view=(await bot.state.run(_article, bot, entry, int(at))).view)


def _listing(entries: list[Entry], at: int) -> Message:
    pages = rendering.listing(entries)
    at = max(0, min(at, len(pages) - 1))
    head = f"### {len(entries)} article{'s' if len(entries) != 1 else ''}"
    return _paged("sourcelist", [head, *pages[at]], at, len(pages))


def _article(bot: VerbatimBot, entry: Entry, at: int) -> Message:
    """In a thread."""
    catalogue = bot.project.index.catalogue
    pages = rendering.article(catalogue.text(entry.sha256), catalogue.body(entry.sha256))
    at = max(0, min(at, len(pages) - 1))
    title = inline(entry.metadata.title, TITLE_CHARACTERS)
    linked = f"[{title}](<{entry.metadata.url}>)" if entry.metadata.url else title
    return _paged(
        f"article:{entry.sha256[:KEY]}", [f"### {linked}\n-# {rendering.facts(entry)}", *pages[at]], at, len(pages)
    )


def _paged(action: str, blocks: list[str], at: int, of: int) -> Message:
    if of == 1:
        return views.text(*blocks)
    return views.text(
        *blocks,
        f"-# Page {at + 1} of {of}",
        buttons=[
            button(action, at - 1, emoji="◀️", disabled=at == 0),
            button(action, at + 1, emoji="▶️", disabled=at == of - 1),
        ],
    )


def _verdict(found: Check) -> Message:
    said = {
        Verdict.IDENTICAL: "✅ **Identical**: the words stand in the article as they were quoted.",
        Verdict.CHANGED: "⚠️ **Changed**: the article no longer has these words.",
        Verdict.MISSING: "⚠️ **Missing**: the article is no longer here.",
    }[found.verdict]
    if found.moved:
        said = "✅ **Changed elsewhere**: the article still has these words, at another place."
    elif found.difference:
        said += " Struck words are gone, bold ones are there now."
    elif found.verdict is Verdict.CHANGED and found.quoted is None:
        said += f" {UNKNOWN}"
    blocks = [said, f"-# {inline(found.detail, 500)}"]
    if found.difference:
        blocks.append(f"> {difference.markdown(found.quoted or '', found.found)}")
    elif found.found or found.quoted:
        blocks.append(quoted(found.found or found.quoted or ""))
    if len(blocks) > 2 and units(blocks[2]) > PAGE - 700:
        blocks[2] = "The passage is too long to be shown here; `/source` shows the article whole."
    good = found.verdict is Verdict.IDENTICAL or found.moved
    return views.text(*blocks, accent=GREEN if good else RED)


def _short(text: str) -> str:
    return text if len(text) <= CHOICE_CHARACTERS else text[: CHOICE_CHARACTERS - 1] + "…"
