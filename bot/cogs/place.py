"""Where something happens in Discord."""

from __future__ import annotations

import discord

from bot.cogs.gate import Place
from bot.cogs.views import Audience


def place(of: discord.Interaction | discord.Message) -> Place:
    """Where an interaction or a message comes from."""
    person = of.user if isinstance(of, discord.Interaction) else of.author
    channel = of.channel
    thread = channel if isinstance(channel, discord.Thread) else None
    permissions = of.permissions if isinstance(of, discord.Interaction) else getattr(person, "guild_permissions", None)
    return Place(
        user=person.id,
        channel=thread.parent_id if thread else channel.id if channel else 0,
        guild=of.guild.id if of.guild else None,
        thread=thread.id if thread else None,
        roles=frozenset(role.id for role in getattr(person, "roles", ())),
        admin=of.guild is not None and permissions is not None and permissions.manage_guild,
    )


def conversation(channel: object, me: discord.ClientUser | None) -> int | None:
    """The id of a channel whose messages all belong to one conversation with the bot; else None."""
    if isinstance(channel, discord.Thread):
        return channel.id if me is not None and channel.owner_id == me.id else None
    return channel.id if isinstance(channel, discord.DMChannel) else None


def audience(channel: object, *, private: bool) -> Audience:
    """Who sees what is sent there."""
    if private:
        return Audience.PRIVATE
    return Audience.CHANNEL if isinstance(channel, discord.TextChannel) else Audience.CONVERSATION
