"""`verbatim discord`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Iterator

import aiohttp
import discord

from bot import logs
from bot.cogs import trouble
from bot.cogs.client import VerbatimBot
from bot.cogs.wiring import make
from bot.commands.discord_check import PORTAL, TOKEN
from bot.commands.opening import refreshed
from bot.logs import event
from bot.wiring import Project
from retrieval.errors import VerbatimError

_log = logging.getLogger("verbatim.discord")

RENEW = f"Copy the token anew from {PORTAL} (Bot, Reset Token) into {TOKEN}."

SETTLE_SECONDS = 2.0
"""How long threads may take to end after a stop."""

NOT_ACCEPTED = 4004
"""The gateway does not accept the token."""

SHARDS_NEEDED = 4011
"""The bot is on more servers than one connection may serve."""


class DiscordError(VerbatimError):
    """Discord does not let the bot in, or is not there."""


def run(project: Project) -> int:
    """Serve until told to stop (SIGTERM, SIGINT); 0 on a clean stop."""
    token = os.environ.get(TOKEN, "").strip()
    if not token:
        raise DiscordError(
            f"{TOKEN} is not set",
            f"Put the bot's token from {PORTAL} into that environment variable; `verbatim preview` needs none.",
        )
    bot = make(refreshed(project))
    logs.to_stderr()
    asyncio.run(serve(bot, token))
    if not bot.readers.settled(SETTLE_SECONDS):
        # Python would wait for the thread that hangs, for good; nothing that anybody waits for is left.
        event(_log, logging.WARNING, "left_hanging")
        logging.shutdown()
        os._exit(0)
    return 0


async def serve(bot: VerbatimBot, token: str) -> None:
    """Connect and stay until a signal to stop; what is under way is finished first, unless a second signal comes.

    Raises:
        DiscordError: not let in, or not reachable.

    """
    loop, stops = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def stop() -> None:
        stops.add(loop.create_task(bot.close() if bot.stopping else bot.stop()))

    try:
        async with bot:
            with _signals(loop, stop):
                await bot.start(token)
                await asyncio.gather(*stops)
    except discord.LoginFailure as error:
        raise _ended(error, "Discord does not accept the token", RENEW) from None
    except discord.PrivilegedIntentsRequired as error:
        raise _ended(
            error,
            "The bot may not read message content",
            f"Switch on the Message Content Intent at {PORTAL} (Bot), or set discord.message_content = false.",
        ) from None
    except discord.ConnectionClosed as error:
        remedies = {NOT_ACCEPTED: RENEW, SHARDS_NEEDED: "Set discord.shards = 0."}
        remedy = remedies.get(error.code, f"See that the bot is set up at {PORTAL}.")
        raise _ended(error, f"Discord closed the connection for good (code {error.code})", remedy) from None
    except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as error:
        what = f"Discord cannot be reached ({type(error).__name__})"
        raise _ended(error, what, "See to the network and start again.") from error


def _ended(error: BaseException, what: str, remedy: str) -> DiscordError:
    """Why the bot does not run, in words; they carry the reference under which it stands in the log."""
    code = trouble.reference()
    event(_log, logging.ERROR, "ended", error=type(error).__name__, reference=code, trace=error)
    return DiscordError(what, f"{remedy} (Reference {code}.)")


@contextlib.contextmanager
def _signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> Iterator[None]:
    """Calls `stop` at each signal to end. Not on Windows, where Ctrl+C ends the program by itself."""
    with contextlib.suppress(NotImplementedError):
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
