"""Sending through a connection that may be cut: again until it is known to have arrived."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import discord

from bot.cogs.views import Message
from bot.logs import event

_log = logging.getLogger("verbatim.discord")

CUT = (aiohttp.ClientError, OSError)
"""The connection ended, so that nobody can tell whether what was asked was done."""

TRIES = 3

T = TypeVar("T")

Contents = tuple[tuple[str, bytes], ...]
"""Names and contents of files."""


async def persistently(send: Callable[[], Awaitable[T]]) -> T:
    """Again where the connection was cut, with a pause before it. Only for what has the same effect when done twice."""
    for tried in range(1, TRIES):
        try:
            return await send()
        except CUT as error:
            event(_log, logging.INFO, "sent_again", error=type(error).__name__, tried=tried)
            await asyncio.sleep(tried)
    return await send()


def contents(message: Message) -> Contents:
    """The files of a message as bytes: what was sent once cannot be sent again."""
    for file in message.files:
        file.reset()
    return tuple((file.filename, file.fp.read()) for file in message.files)


def files(of: Contents) -> list[discord.File]:
    """Files that have not been sent yet."""
    return [discord.File(io.BytesIO(content), name) for name, content in of]
