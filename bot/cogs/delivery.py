"""How an answer reaches its asker: one acknowledgement within a second, then one message, whatever fails on the way."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack, suppress
from typing import Protocol

import discord

from bot.cogs.views import Message
from bot.logs import event

_log = logging.getLogger("verbatim.discord")

EXPIRED = {10008, 10015, 10062, 50027}
"""Unknown message, webhook or interaction, invalid webhook token: what an interaction that is over answers."""


class Delivery(Protocol):
    """The way back to one asker."""

    async def acknowledge(self) -> None:
        """Show at once that the question was heard."""

    async def waiting(self, place: int) -> None:
        """Say how many are before it."""

    async def deliver(self, message: Message) -> discord.Message:
        """Show the answer; what came back from Discord."""

    async def apologise(self, words: str) -> None:
        """Say what went wrong instead."""


def queue_words(place: int) -> str:
    """The place in the queue, as it is said."""
    before = place - 1
    if not before:
        return "⏳ You are next."
    return f"⏳ Your question is number {place} in the queue."


class SlashDelivery:
    """Back through an interaction, else into its channel."""

    def __init__(self, interaction: discord.Interaction, *, private: bool) -> None:
        self._interaction = interaction
        self._private = private
        self._lost = False

    async def acknowledge(self) -> None:
        try:
            await self._interaction.response.defer(thinking=True, ephemeral=self._private)
        except discord.NotFound as error:
            # Discord gave the interaction up after three seconds. A public answer can still go into the channel.
            if self._private or error.code not in EXPIRED:
                raise
            self._lost = True

    async def waiting(self, place: int) -> None:
        if not self._lost:
            with suppress(discord.HTTPException):
                await self._interaction.edit_original_response(content=queue_words(place))

    async def deliver(self, message: Message) -> discord.Message:
        if not self._lost:
            try:
                return await self._interaction.edit_original_response(
                    content=None, view=message.view, attachments=list(message.files)
                )
            except discord.HTTPException as error:
                if self._private or error.code not in EXPIRED:
                    raise
                event(_log, logging.WARNING, "interaction_expired", code=error.code)
        for file in message.files:
            file.reset()
        return await _channel(self._interaction).send(view=message.view, files=list(message.files))

    async def apologise(self, words: str) -> None:
        if self._lost:
            await _channel(self._interaction).send(words)
        elif self._interaction.response.is_done():
            await self._interaction.edit_original_response(content=words)
        else:
            await self._interaction.response.send_message(words, ephemeral=True)


class MessageDelivery:
    """Back as a reply to a message."""

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self._stack = AsyncExitStack()
        self._placeholder: discord.Message | None = None

    async def acknowledge(self) -> None:
        with suppress(discord.HTTPException):
            # Not worth losing an answer for.
            await self._stack.enter_async_context(self._message.channel.typing())

    async def waiting(self, place: int) -> None:
        with suppress(discord.HTTPException):
            self._placeholder = await self._reply(content=queue_words(place))

    async def deliver(self, message: Message) -> discord.Message:
        await self._stack.aclose()
        if self._placeholder is not None:
            try:
                return await self._placeholder.edit(content=None, view=message.view, attachments=list(message.files))
            except discord.NotFound:
                for file in message.files:
                    file.reset()
        return await self._reply(view=message.view, files=list(message.files))

    async def apologise(self, words: str) -> None:
        await self._stack.aclose()
        if self._placeholder is not None:
            with suppress(discord.NotFound):
                await self._placeholder.edit(content=words)
                return
        try:
            await self._reply(content=words)
        except discord.Forbidden:
            # The channel is closed to the bot; the person still learns why nothing comes.
            await self._message.author.send(words)

    async def _reply(self, **what: object) -> discord.Message:
        # A question that was deleted meanwhile is answered all the same, without pointing at it.
        reference = self._message.to_reference(fail_if_not_exists=False)
        return await self._message.channel.send(reference=reference, mention_author=False, **what)  # type: ignore[call-overload, no-any-return]


def _channel(interaction: discord.Interaction) -> discord.abc.Messageable:
    if not isinstance(interaction.channel, discord.abc.Messageable):
        raise discord.ClientException("an interaction without a channel")
    return interaction.channel
