"""`verbatim preview`: the same bot in a simulated Discord, on a local page."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import discord

from bot.cogs.wiring import make
from bot.commands.opening import refreshed, tell
from bot.state.database import Database
from bot.wiring import Project
from retrieval.errors import VerbatimError

if TYPE_CHECKING:
    import simcord

SETTLE_SECONDS = 120
"""How long the simulation lets the bot work on one action."""

SAMPLES = ("Where did Moscow propose to hold the negotiations?", "What is the capital of Australia?")


@dataclass(frozen=True, slots=True)
class Scene:
    """A small simulated server with the bot in it."""

    env: simcord.Env
    channel: simcord.ChannelHandle
    alice: simcord.MemberActor
    """A member."""
    mona: simcord.MemberActor
    """A moderator, who may use the commands for admins."""


def run(project: Project, *, port: int) -> int:
    """Show the page until Ctrl+C, or until the session is ended on it."""
    asyncio.run(_serve(refreshed(project), port))
    return 0


@asynccontextmanager
async def scene(project: Project) -> AsyncIterator[Scene]:
    """The bot in a simulated Discord that forgets everything at the end.

    Raises:
        VerbatimError: the simulation is not installed.

    """
    try:
        import simcord
        import simcord.preview
    except ImportError as error:
        raise VerbatimError(f"The preview needs {error.name}", "Install it with: pip install -e '.[preview]'") from None
    # Simulated ids may be those of real messages, so the real state stays out of it.
    with tempfile.TemporaryDirectory() as folder:
        database = Database("", Path(folder))
        settings = project.settings.model_copy(update={"discord": project.settings.discord.model_copy(update={"shards": 1})})
        bot = make(project, settings, database)
        async with simcord.run(bot, settle_timeout=SETTLE_SECONDS, check_errors=False) as env:
            assert bot.user is not None
            await bot.user.edit(username="Verbatim")
            guild = env.create_guild("Newsroom")
            channel = guild.create_text_channel("questions")
            moderators = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
            yield Scene(
                env,
                channel,
                alice=guild.add_member(env.create_user("alice", global_name="Alice")),
                mona=guild.add_member(env.create_user("mona", global_name="Mona"), roles=[moderators]),
            )
        # The simulation stops the bot without closing it.
        await bot.remove_cog("Watching")
        database.close()


async def _serve(project: Project, port: int) -> None:
    async with scene(project) as here:
        tell("preparing the page: one question that the articles answer, and one that they do not …")
        for sample in SAMPLES:
            await here.alice.slash(here.channel, "ask", question=sample)
        viewers = [here.alice, here.mona]
        async with here.env.preview(here.channel, viewers=viewers, layout="channel", port=port) as preview:
            print(preview.url, flush=True)
            tell(f"Open it in a browser. Type /ask, or mention {here.env.bot.user}; Ctrl+C ends.")
            ended = asyncio.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                with contextlib.suppress(NotImplementedError):
                    asyncio.get_running_loop().add_signal_handler(number, ended.set)
            waits = [asyncio.ensure_future(ended.wait()), asyncio.ensure_future(preview.wait_closed())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
