"""For moderators: /status and /ingest."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import trouble, views
from bot.cogs.memory import write
from bot.cogs.views import AMBER, GREEN
from bot.cogs.workers import Workers
from bot.logs import event
from bot.render.neutral import inline
from bot.settings import ComposeSettings
from bot.state import statistics
from bot.state.ledger import Month
from bot.state.statistics import Statistics
from bot.uploads import Outcome, Upload, Uploads

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")


class Admin(commands.Cog):
    """Looks after the bot."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot
        self._uploads = Uploads(bot.project, bot.settings.discord.upload_bytes)
        self._ingesting = Workers("ingest", 1)
        self._started = discord.utils.utcnow()

    async def cog_unload(self) -> None:
        """Release the thread."""
        self._ingesting.close()

    @app_commands.command()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.checks.has_permissions(manage_guild=True)
    async def status(self, interaction: discord.Interaction[VerbatimBot]) -> None:
        """How the bot is doing: articles, answers, refusals, votes, speed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        counted = await write(self._bot, statistics.read)
        articles, passages, indexed = await self._bot.state.run(self._index)
        servers = _number(len(self._bot.guilds), "server", "servers")
        blocks = [
            f"### Status\nUp {discord.utils.format_dt(self._started, 'R')} · {servers}",
            f"**Index**: {articles} articles, {passages} passages, brought in line {_when(indexed)}",
            _answers(counted),
            f"**Gateway**: {_milliseconds(self._bot.latency * 1e3)}",
        ]
        if (composer := self._bot.project.composer) is not None:
            blocks.insert(3, _model(composer.settings, await self._bot.state.run(composer.ledger.month)))
        await interaction.edit_original_response(view=views.text(*blocks).view)

    @app_commands.command()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.checks.has_permissions(manage_guild=True)
    @app_commands.describe(file="Text, Markdown, HTML, PDF, DOCX, a feed or JSON lines", second="Another", third="Another")
    async def ingest(
        self,
        interaction: discord.Interaction[VerbatimBot],
        file: discord.Attachment,
        second: discord.Attachment | None = None,
        third: discord.Attachment | None = None,
    ) -> None:
        """Add articles, or new versions of uploaded ones."""
        sent = [attachment for attachment in (file, second, third) if attachment]
        await interaction.response.defer(ephemeral=True, thinking=True)
        with self._bot.underway():
            outcomes, fetched = await self._fetch(sent)
            if fetched:
                outcomes += await self._ingesting.run(self._uploads.take, fetched)
                await self._ingesting.run(self._bot.changes.notice)
        taken = sum(outcome.taken for outcome in outcomes)
        event(_log, logging.INFO, "uploaded", files=len(sent), taken=taken, guild=interaction.guild_id)
        order = {attachment.filename: number for number, attachment in enumerate(sent)}
        outcomes.sort(key=lambda outcome: order.get(outcome.name, len(order)))
        head = f"### {taken} of {len(outcomes)} files are in the index"
        lines = [_line(outcome) for outcome in outcomes]
        await interaction.edit_original_response(
            view=views.text(head, *lines, accent=GREEN if taken == len(outcomes) else AMBER).view
        )

    async def _fetch(self, sent: list[discord.Attachment]) -> tuple[list[Outcome], list[Upload]]:
        """Download what may be an article; its size is looked at first."""
        refused: list[Outcome] = []
        wanted: dict[str, discord.Attachment] = {}
        for attachment in sent:
            why = self._uploads.refuse(attachment.filename, attachment.size)
            if attachment.filename in wanted:
                why = "is there twice. Rename one."
            if why:
                refused.append(Outcome(attachment.filename, False, why))
            else:
                wanted[attachment.filename] = attachment
        contents = await asyncio.gather(*(attachment.read() for attachment in wanted.values()), return_exceptions=True)
        fetched: list[Upload] = []
        for name, content in zip(wanted, contents, strict=True):
            if isinstance(content, BaseException):
                if not isinstance(content, trouble.UNHEARD):
                    raise content
                refused.append(Outcome(name, False, f"did not come through. {trouble.explain(content)}"))
            else:
                fetched.append(Upload(name, content))
        return refused, fetched

    def _index(self) -> tuple[int, int, datetime | None]:
        """In a thread."""
        catalogue = self._bot.project.index.catalogue
        folder = self._bot.project.data
        changed = [p.stat().st_mtime for p in folder.glob("catalogue.sqlite3*")]
        indexed = datetime.fromtimestamp(max(changed), UTC) if changed else None
        return len(catalogue.entries()), catalogue.count(), indexed


def _answers(counted: Statistics) -> str:
    total = sum(counted.by_status.values())
    if not total:
        return "**Answers**: none yet"
    said = ", ".join(f"{number} {status}" for status, number in sorted(counted.by_status.items()))
    since = f" since {discord.utils.format_dt(counted.since.replace(tzinfo=UTC), 'd')}" if counted.since else ""
    took = f"median {_milliseconds(counted.median_ms)}, slowest twentieth {_milliseconds(counted.slowest_ms)}"
    return (
        f"**Answers**: {total} to {_number(counted.people, 'person', 'people')}{since}: {said}\n**Time to answer**: {took}\n"
        f"**Votes**: 👍 {counted.good} · 👎 {counted.bad}"
    )


def _model(settings: ComposeSettings, month: Month) -> str:
    """What the language model took this month."""
    took = f"{_number(month.calls, 'call', 'calls')}, {month.tokens:,} tokens"
    paid = f", {month.cost:.2f}" if settings.input_price or settings.output_price else ""
    of = f" of {settings.monthly_budget:g}" if settings.monthly_budget else ""
    spent = bool(settings.monthly_budget) and month.cost >= settings.monthly_budget
    warned = "\n⚠️ **The budget of this month is spent**: the quotes stand alone until it ends (UTC)." if spent else ""
    return f"**Language model**: {inline(settings.model, 100)}, in {month.month} {took}{paid}{of}{warned}"


def _number(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _milliseconds(value: float | None) -> str:
    # Before the first heartbeat the gateway's latency is not a number.
    return f"{value:,.0f} ms" if value is not None and value == value and value < 1e9 else "unknown"


def _when(moment: datetime | None) -> str:
    return discord.utils.format_dt(moment, "R") if moment else "never"


def _line(outcome: Outcome) -> str:
    return f"{'✅' if outcome.taken else '⚠️'} **{inline(outcome.name, 100)}** {inline(outcome.said, 500)}"
