"""/config: what holds in a channel."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import views
from bot.cogs.asking_again import AskingAgain
from bot.cogs.doorkeeper import Doorkeeper
from bot.cogs.sources import KEY, choices
from bot.commands.sources import find
from bot.logs import event
from bot.render.neutral import inline
from bot.state.channels import DEFAULT, Channel

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")

LISTED = 15


class Configuring(commands.Cog):
    """Sets channels."""

    def __init__(self, bot: VerbatimBot, door: Doorkeeper) -> None:
        self._bot = bot
        self._door = door

    @app_commands.command()
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    @app_commands.checks.has_permissions(manage_guild=True)
    @app_commands.describe(
        channel="Which channel; this one if left out",
        answers="Whether I answer there at all",
        mention_needed="Whether a message must mention me to be a question",
        private="Whether answers to /ask are for the asker alone unless said otherwise",
        allow_role="Members with this role may ask; the first one set keeps out everybody else",
        disallow_role="Take a role off that list",
        use_source="Answer from this article; the first one set leaves out all others",
        drop_source="Take an article off that list",
        reset="Back to how it was at first, before the other options count",
    )
    async def config(
        self,
        interaction: discord.Interaction[VerbatimBot],
        channel: discord.TextChannel | None = None,
        answers: bool | None = None,
        mention_needed: bool | None = None,
        private: bool | None = None,
        allow_role: discord.Role | None = None,
        disallow_role: discord.Role | None = None,
        use_source: str | None = None,
        drop_source: str | None = None,
        reset: bool = False,
    ) -> None:
        """Show or change how I answer in a channel; it holds at once."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        here = interaction.channel
        target = channel.id if channel else here.parent_id if isinstance(here, discord.Thread) else interaction.channel_id
        assert interaction.guild_id is not None
        assert target is not None
        before = await self._door.channel(target)
        after = DEFAULT if reset else before
        after = replace(
            after,
            enabled=after.enabled if answers is None else answers,
            mention_needed=after.mention_needed if mention_needed is None else mention_needed,
            private=after.private if private is None else private,
            roles=(after.roles | {r.id for r in [allow_role] if r}) - {r.id for r in [disallow_role] if r},
        )
        if use_source or drop_source:
            after = replace(after, articles=await self._articles(after.articles, use_source, drop_source))
        if after != before:
            await self._door.set(interaction.guild_id, target, after)
            # With other articles or other people it may be answered what was not before.
            AskingAgain.of(self._bot).work.ask()
            event(_log, logging.INFO, "configured", guild=interaction.guild_id, channel=target, by=interaction.user.id)
        head = f"### <#{target}>\n-# {'Changed; it holds at once.' if after != before else 'As it is.'}"
        await interaction.edit_original_response(view=views.text(head, self._shown(after)).view)

    @config.autocomplete("use_source")
    @config.autocomplete("drop_source")
    async def _names(self, interaction: discord.Interaction[VerbatimBot], current: str) -> list[app_commands.Choice[str]]:
        del interaction
        return choices(await self._bot.state.run(self._bot.project.index.catalogue.entries), current)

    async def _articles(self, names: frozenset[str] | None, use: str | None, drop: str | None) -> frozenset[str] | None:
        """The list with an article put on it or taken off; an empty list is none at all."""
        entries = await self._bot.state.run(self._bot.project.index.catalogue.entries)
        listed = set(names or ())
        for typed, change in ((use, listed.add), (drop, listed.discard)):
            if typed and typed in listed:
                # It may be on the list and no longer among the articles.
                change(typed)
            elif typed:
                keyed = [e for e in entries if e.sha256[:KEY] == typed]
                change((keyed[0] if keyed else find(entries, typed.strip())).name)
        return frozenset(listed) or None

    def _shown(self, channel: Channel) -> str:
        lines = [
            f"**Answers**: {'on' if channel.enabled else 'off'}",
            f"**Mention needed**: {'yes' if channel.mention_needed else 'no'}",
            f"**Private by default**: {'yes' if channel.private else 'no'}",
            "**Who may ask**: " + (", ".join(f"<@&{role}>" for role in sorted(channel.roles)) or "everybody"),
            "**Articles**: " + ("all" if channel.articles is None else _listed(channel.articles)),
        ]
        if not channel.mention_needed and not self._bot.intents.message_content:
            lines.append("-# I cannot read messages that do not mention me: the Message Content Intent is off.")
        return "\n".join(lines)


def _listed(names: frozenset[str]) -> str:
    shown = ", ".join(inline(name, 100) for name in sorted(names)[:LISTED])
    return shown + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")
