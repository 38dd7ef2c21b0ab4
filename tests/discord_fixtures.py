"""The real bot in a simulated Discord, answering from the shipped articles with the real engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import simcord
import simcord.actors
import simcord.interactions
from simcord.preview._markdown import markdown_tokens

from bot.cogs.client import VerbatimBot
from bot.cogs.gate import Gate, OpenGate, Place, Rules, Waiting
from bot.settings import Settings, load
from bot.state.database import Database
from bot.wiring import Project

SETTLE_SECONDS = 120
"""How long the simulation waits for the bot at the most; the machine may be busy."""

ANSWERED = "Where did Moscow propose to hold the negotiations?"
REFUSED = "What is the capital of Australia?"
PRIVILEGED = "discord.message_content=true"


def settings(*flags: str) -> Settings:
    return load(flags=("discord.shards=1", "discord.timeout_seconds=120", *flags))


def make_bot(
    project: Project, data: Path, *flags: str, gate: Gate | None = None, database: Database | None = None
) -> VerbatimBot:
    """A bot as `verbatim discord` makes it. The same `data` remembers what an earlier bot did."""
    chosen = settings(*flags)
    return VerbatimBot(
        settings=chosen,
        project=project,
        database=database or Database(chosen.state.url, data),
        gate=gate or OpenGate(),
    )


@asynccontextmanager
async def running(bot: VerbatimBot, **options: Any) -> AsyncIterator[simcord.Env]:
    """The bot logged in to a simulated Discord; errors that nobody looked at fail the test at the end."""
    async with simcord.run(bot, settle_timeout=SETTLE_SECONDS, **options) as env:
        yield env
    # The simulation stops the bot without closing it; what watches the articles has a thread of its own.
    await bot.remove_cog("Watching")
    bot.database.close()


@dataclass(frozen=True)
class Server:
    """A server with a channel and two members."""

    env: simcord.Env
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    alice: simcord.MemberActor
    bob: simcord.MemberActor

    @property
    def me(self) -> str:
        """The bot's mention."""
        assert self.env.bot.user is not None
        return self.env.bot.user.mention


@asynccontextmanager
async def serving(bot: VerbatimBot, **options: Any) -> AsyncIterator[Server]:
    """The bot in a small server."""
    async with running(bot, **options) as env:
        guild = env.create_guild("Newsroom")
        alice, bob = (guild.add_member(env.create_user(name)) for name in ("alice", "bob"))
        yield Server(env, guild, guild.create_text_channel("general"), alice, bob)


@dataclass(frozen=True)
class FixedGate(OpenGate):
    """The same rules everywhere, and a fixed place in the queue."""

    fixed: Rules = field(default_factory=Rules)
    queue: int = 0

    async def rules(self, place: Place) -> Rules:
        del place
        return self.fixed

    @asynccontextmanager
    async def admission(self, place: Place, waiting: Waiting) -> AsyncIterator[None]:
        del place
        if self.queue:
            await waiting(self.queue)
        yield


class BusyGate(OpenGate):
    """Does something while a question waits to be answered."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile

    @asynccontextmanager
    async def admission(self, place: Place, waiting: Waiting) -> AsyncIterator[None]:
        del place, waiting
        self._meanwhile()
        yield


def ask_unsettled(server: Server, who: simcord.MemberActor, question: str) -> simcord.InteractionResult:
    """Send `/ask` as Discord does, without waiting for anything; `server.env.settle()` then waits for all."""
    backend = server.env.backend
    command = simcord.actors._resolve_visible_command(who, server.channel.id, "ask", 1)
    options = [{"name": "question", "type": 3, "value": question}]
    record, payload = simcord.interactions.base_payload(
        backend,
        type=2,
        channel_id=server.channel.id,
        guild_id=server.guild.id,
        user_id=who.id,
        data={"id": command["id"], "name": "ask", "type": 1, "options": options},
    )
    backend.emit("INTERACTION_CREATE", payload)
    return simcord.InteractionResult(server.env, record)


async def clicks_at_once(
    clicks: Sequence[tuple[simcord.MemberActor, simcord.ResponseMessage, str]],
) -> list[simcord.InteractionResult]:
    """Clicks on custom ids that reach the bot before it could respond to any."""
    made = [simcord.actors._component_click(who, message, label=None, custom_id=id_) for who, message, id_ in clicks]
    return list(await asyncio.gather(*made))


Shown = simcord.ResponseMessage | Any
"""A message of the bot, as an interaction's response or from a channel's history."""


def raw(message: Shown) -> list[dict[str, Any]]:
    """Every component of a message, in order, as Discord holds it."""
    env_message = getattr(message, "_message", None)
    top = message.components if env_message is not None else [c.to_dict() for c in message.components]
    return list(_walk(top))


def _walk(components: Sequence[dict[str, Any]]) -> Any:
    for component in components:
        yield component
        yield from _walk(component.get("components", []))


def source_text(message: Shown) -> str:
    """The Markdown of a message."""
    return "\n".join([message.content, *(c["content"] for c in raw(message) if c["type"] == 10)]).strip()


def read(message: Shown) -> str:
    """A message as a person reads it, without Markdown."""
    return plain(source_text(message))


def plain(markdown: str) -> str:
    """Markdown as a person reads it: what the simulated client makes of it."""
    return "".join(_plain(markdown_tokens(markdown, "text_display"))).strip()


def _plain(tokens: Sequence[dict[str, Any]]) -> Any:
    for token in tokens:
        if token["type"] == "break":
            yield "\n"
        elif "children" in token:
            yield from _plain(token["children"])
            yield "\n"
        else:
            yield token.get("content", token.get("label", ""))


def buttons(message: Shown) -> dict[str, dict[str, Any]]:
    """The buttons of a message by what they do and with what, for example `good` or `context q1`."""
    found = {}
    for component in raw(message):
        if component["type"] == 2:
            action, _, *arguments = component["custom_id"].removeprefix("verbatim:").split(":")
            found[" ".join([action, *arguments])] = component
    return found


async def press(who: simcord.MemberActor | simcord.UserHandle, message: Shown, name: str) -> simcord.InteractionResult:
    """Press the button of that name, as in `buttons`."""
    return await who.click(message, custom_id=buttons(message)[name]["custom_id"])
