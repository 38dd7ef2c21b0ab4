"""How an answer reaches its asker: one acknowledgement within a second, then one message, whatever fails on the way."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack, suppress
from typing import Any, Protocol

import discord

from bot.cogs.sending import CUT, Contents, contents, files, persistently
from bot.cogs.views import Message
from bot.logs import event

_log = logging.getLogger("verbatim.discord")

EXPIRED = {10008, 10015, 10062, 50027}
"""Unknown message, webhook or interaction, invalid webhook token: what an interaction that is over answers."""

ACKNOWLEDGED = 40060
"""The interaction has been acknowledged already."""


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
        self.private = private
        """Whether only the asker sees it; settled with the acknowledgement."""
        self.acknowledged = False
        self._lost = False

    async def acknowledge(self) -> None:
        if self.acknowledged:
            return
        try:
            await persistently(lambda: self._interaction.response.defer(thinking=True, ephemeral=self.private))
            self.acknowledged = True
        except discord.HTTPException as error:
            if error.code == ACKNOWLEDGED:
                # By the try before, whose answer did not come through.
                self.acknowledged = True
                return
            # Discord gave the interaction up after three seconds. A public answer can still go into the channel.
            if self.private or error.code not in EXPIRED:
                raise
            self._lost = True

    async def waiting(self, place: int) -> None:
        if not self._lost:
            with suppress(discord.HTTPException, *CUT):
                await self._interaction.edit_original_response(content=queue_words(place))

    async def deliver(self, message: Message) -> discord.Message:
        sent = contents(message)
        if not self._lost:
            try:
                return await persistently(
                    lambda: self._interaction.edit_original_response(
                        content=None, view=message.view, attachments=files(sent)
                    )
                )
            except discord.HTTPException as error:
                if self.private or error.code not in EXPIRED:
                    raise
                event(_log, logging.WARNING, "interaction_expired", code=error.code)
        return await self._send(sent, view=message.view)

    async def apologise(self, words: str) -> None:
        if self._lost:
            await self._send(content=words)
        elif self.acknowledged:
            await persistently(lambda: self._interaction.edit_original_response(content=words))
        else:
            await self._interaction.response.send_message(words, ephemeral=True)

    async def _send(self, sent: Contents = (), **what: Any) -> discord.Message:
        channel, nonce = _channel(self._interaction), str(self._interaction.id)
        return await persistently(lambda: channel.send(files=files(sent), nonce=nonce, **what))


class MessageDelivery:
    """Back as a reply to a message."""

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self._stack = AsyncExitStack()
        self._acknowledged = False
        self._placeholder: discord.Message | None = None

    async def acknowledge(self) -> None:
        if self._acknowledged:
            return
        self._acknowledged = True
        with suppress(discord.HTTPException, *CUT):
            # Not worth losing an answer for.
            await self._stack.enter_async_context(self._message.channel.typing())

    async def waiting(self, place: int) -> None:
        with suppress(discord.HTTPException, *CUT):
            self._placeholder = await self._reply(kind="w", content=queue_words(place))

    async def deliver(self, message: Message) -> discord.Message:
        await self._stack.aclose()
        sent = contents(message)
        if (placeholder := self._placeholder) is not None:
            with suppress(discord.NotFound):
                return await persistently(lambda: placeholder.edit(content=None, view=message.view, attachments=files(sent)))
        return await self._reply(sent, view=message.view)

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

    async def _reply(self, sent: Contents = (), kind: str = "", **what: Any) -> discord.Message:
        # A question that was deleted meanwhile is answered all the same, without pointing at it.
        reference = self._message.to_reference(fail_if_not_exists=False)
        # What is sent once more is the message that was there before. So is an apology for an answer that did arrive.
        nonce = f"{self._message.id}{kind}"
        return await persistently(
            lambda: self._message.channel.send(
                files=files(sent), reference=reference, mention_author=False, nonce=nonce, **what
            )
        )


def _channel(interaction: discord.Interaction) -> discord.abc.Messageable:
    if not isinstance(interaction.channel, discord.abc.Messageable):
        raise discord.ClientException("an interaction without a channel")
    return interaction.channel
