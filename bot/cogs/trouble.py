"""How errors become words: the one place for everything that goes wrong in Discord."""

from __future__ import annotations

import logging
import secrets
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.logs import event
from retrieval.errors import (
    ChangedMeanwhile,
    IndexMismatch,
    SettingsError,
    StorageError,
    Unreachable,
    VerbatimError,
    WeightsError,
)

_log = logging.getLogger("verbatim.discord")

AGAIN = "Please try again in a moment."

MOST = 1900
"""Characters of what is said; Discord takes 2,000."""

UNHEARD = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What can happen when somebody is told something."""

OPERATORS = (StorageError, IndexMismatch, WeightsError, SettingsError)
"""What only the operator can mend, and whose messages name places on the machine: they go to the log."""


class TooLate(VerbatimError):
    """A button whose answer is no longer remembered, or an article that has changed since."""


def reference() -> str:
    """A short code that stands in a person's message and in the log."""
    return secrets.token_hex(4)


def cause(error: BaseException) -> BaseException:
    """What really happened, without the wrappers of discord.py."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    return getattr(error, "original", error) if isinstance(error, app_commands.CommandInvokeError) else error


def words(error: BaseException) -> str:
    """An error in plain words that end with what to do; nothing of the machine's inside."""
    match error:
        case Unreachable():
            return (
                f"The server where I keep my {error.keeps} does not answer. Nothing is lost: please try again in a few "
                "minutes. Whoever runs me finds more in the log."
            )
        case ChangedMeanwhile():
            return str(error)
        case error if isinstance(error, OPERATORS):
            return "Something is wrong where I keep my articles and answers. Whoever runs me finds more in the log."
        case VerbatimError():
            return str(error)
        case TimeoutError():
            return "This took too long and was stopped. Ask for one thing at a time, or try again in a moment."
        case app_commands.NoPrivateMessage():
            return "This works only on a server."
        case app_commands.MissingPermissions():
            return "This is for people who may manage the server."
        case app_commands.CheckFailure():
            return "You may not use this here."
        case app_commands.CommandOnCooldown():
            return f"Please wait {error.retry_after:.0f} seconds."
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return "This command has changed. Restart Discord (Ctrl+R) and try again in a moment."
        case discord.Forbidden():
            return (
                "Discord does not let me do this here. A moderator can give me the permissions View Channel, Send "
                "Messages, Send Messages in Threads, Create Public Threads, Attach Files and Read Message History."
            )
        case discord.NotFound():
            return "That message or channel is no longer there. Please ask again."
        case discord.HTTPException() if error.status == 429:
            return f"Discord asks me to slow down. {AGAIN}"
        case discord.HTTPException() if error.status >= 500:
            return f"Discord has trouble at the moment. {AGAIN}"
        case OSError() | aiohttp.ClientError():
            return f"Discord cannot be reached at the moment. {AGAIN}"
        case _:
            return f"Something went wrong on my side, not on yours. {AGAIN}"


def expected(error: BaseException) -> bool:
    """Whether this is something a person did or can mend, so that no reference is needed."""
    return isinstance(error, VerbatimError | app_commands.CheckFailure) and not isinstance(error, OPERATORS)


def explain(error: BaseException, **where: Any) -> str:
    """Log an error and give the words for the person, with the reference that stands in the log."""
    found = cause(error)
    if expected(found):
        event(_log, logging.INFO, "turned_away", error=type(found).__name__, **where)
        said = words(found)
        return said if len(said) <= MOST else f"{said[:MOST].rstrip()} …"
    code = reference()
    level = logging.WARNING if isinstance(found, discord.HTTPException | TimeoutError) else logging.ERROR
    why = str(found) if isinstance(found, OPERATORS) else None
    event(_log, level, "failed", error=type(found).__name__, why=why, reference=code, trace=found, **where)
    return f"{words(found)} (Reference {code}.)"


async def tell(interaction: discord.Interaction, error: BaseException) -> None:
    """Tell the person of an interaction what went wrong, privately where that is still possible."""
    text = explain(
        error,
        command=interaction.command.qualified_name if interaction.command else None,
        guild=interaction.guild_id,
        channel=interaction.channel_id,
    )
    try:
        if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
            # Instead of "thinking …", which would otherwise stand there for good.
            await interaction.edit_original_response(content=text)
        elif interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except UNHEARD as failed:
        unheard(failed)


def unheard(failed: BaseException, **where: Any) -> None:
    """Log that somebody could not be told what went wrong."""
    status, code = getattr(failed, "status", None), getattr(failed, "code", None)
    event(_log, logging.WARNING, "unheard", error=type(failed).__name__, status=status, code=code, **where)
