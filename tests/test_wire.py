"""The real discord.py over real sockets, nothing patched but Discord's address: an answer arrives, and arrives once."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import discord
import discord_server
import pytest
import yarl
from discord_fixtures import ANSWERED, settings
from discord_server import IDENTIFY, RESUME, TOKEN, Call

from bot.cogs.client import VerbatimBot
from bot.cogs.doorkeeper import Doorkeeper
from bot.cogs.gate import OpenGate, Place, Rules
from bot.state.database import Database
from bot.wiring import Project


def shown(call: Call) -> str:
    return json.dumps(call.body, ensure_ascii=False)


@pytest.mark.timeout(600)
async def test_through_a_429_and_dropped_connections_every_answer_arrives_once(
    seeds: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeds.answerer.ask(ANSWERED)
    chosen, database = settings(), Database("", tmp_path)
    door = Doorkeeper(database, chosen.limits, chosen.discord)
    async with discord_server.serving() as server:
        monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{server.port}/api/v10")
        gateway = yarl.URL(f"ws://127.0.0.1:{server.port}/gateway")
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        bot = VerbatimBot(settings=chosen, project=seeds, database=database, gate=door)
        async with bot:
            running = asyncio.create_task(bot.start(TOKEN))
            await server.wait(lambda: IDENTIFY in server.operations)
            await asyncio.wait_for(bot.wait_until_ready(), 60)
            assert server.named("PUT", "/commands")

            # A slash command; the answer is refused once with a 429, and the connection drops meanwhile.
            server.refusals.append(lambda method, path: method == "PATCH" and path.endswith("@original"))
            token = await server.ask(ANSWERED)
            await server.wait(lambda: bool(server.named("POST", "/callback")))
            server.ready.clear()
            await server.drop()
            # Written while nobody was connected: it comes with the resume.
            first = await server.mention(ANSWERED)
            await server.wait(lambda: RESUME in server.operations)
            await server.wait(lambda: bool(server.named("PATCH", f"{token}/messages/@original", 200)))
            await server.wait(lambda: bool(server.named("POST", "/messages", 200)))

            # Discord asks to reconnect, and then no longer knows the session: all begins anew.
            server.invalid_sessions = 1
            server.ready.clear()
            await server.tell_to_reconnect()
            await server.wait(lambda: server.operations.count(IDENTIFY) == 2)
            await asyncio.wait_for(server.ready.wait(), 60)
            second = await server.mention(ANSWERED)
            await server.wait(lambda: len(server.made) == 2)

            # What is sent arrives, and the connection is cut before that is said. It is sent again, and comes once.
            server.losses += [
                lambda method, path: method == "POST" and path.endswith("/messages"),
                lambda method, path: method == "POST" and path.endswith("/callback"),
                lambda method, path: method == "PATCH" and path.endswith("@original"),
            ]
            third = await server.mention(ANSWERED)
            cut = await server.ask(ANSWERED)
            await server.wait(lambda: len(server.named("PATCH", f"{cut}/messages/@original", 200)) == 2)
            await server.wait(lambda: len(server.named("POST", "/messages", 200)) == 4)

            # Without the privileged intent a reply is read where it pings; where it does not, the person is told so.
            answer = next(iter(server.made))
            fourth = await server.reply("When?", answer, pings=True)
            await server.wait(lambda: fourth in server.made.values())
            fifth = await server.reply("When?", answer, pings=False)
            await server.wait(lambda: fifth in server.made.values())
            beats = server.heartbeats
            await server.wait(lambda: server.heartbeats > beats)
            await asyncio.wait_for(bot.stop(), 60)
            await asyncio.wait_for(running, 60)
        database.close()

    answers = server.named("PATCH", f"{token}/messages/@original")
    assert [call.status for call in answers] == [429, 200]
    assert "Geneva" in shown(answers[-1])
    cuts = server.named("PATCH", f"{cut}/messages/@original")
    assert all("Geneva" in shown(call) for call in cuts)
    assert list(server.made.values()) == [first, second, third, fourth, fifth]
    replies = server.named("POST", "/messages")
    assert [str(call.body["message_reference"]["message_id"]) for call in replies] == [
        first,
        second,
        third,
        third,
        fourth,
        fifth,
    ]
    assert all("Geneva" in shown(call) for call in replies[:4])
    assert "Understood as: When did Moscow propose" in shown(replies[4])
    assert "Mention me in it by name" in shown(replies[5])
    assert [call.status for call in server.named("POST", "/callback")] == [200, 200, 400]
    assert server.operations == [IDENTIFY, RESUME, RESUME, IDENTIFY]
    assert server.named("POST", "/typing")
    assert all(not call.body.get("allowed_mentions", {}).get("parse") for call in (*answers, *replies))


class SlowRules(OpenGate):
    """Rules that are read from a slow disk."""

    def __init__(self) -> None:
        self.read = asyncio.Event()

    async def rules(self, place: Place) -> Rules:
        await self.read.wait()
        return await super().rules(place)


async def test_a_question_is_acknowledged_before_slow_rules_are_known(
    seeds: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, database = SlowRules(), Database("", tmp_path)
    async with discord_server.serving() as server:
        monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{server.port}/api/v10")
        gateway = yarl.URL(f"ws://127.0.0.1:{server.port}/gateway")
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        async with VerbatimBot(settings=settings(), project=seeds, database=database, gate=gate) as bot:
            running = asyncio.create_task(bot.start(TOKEN))
            await server.wait(lambda: bool(server.named("PUT", "/commands")) and IDENTIFY in server.operations)
            await asyncio.wait_for(bot.wait_until_ready(), 60)
            token, asked = await server.ask(ANSWERED), await server.mention(ANSWERED)
            await server.wait(lambda: bool(server.named("POST", "/callback") and server.named("POST", "/typing")))
            assert not server.made
            gate.read.set()
            await server.wait(lambda: bool(server.named("PATCH", f"{token}/messages/@original")))
            await server.wait(lambda: list(server.made.values()) == [asked])
            await bot.stop()
            await asyncio.wait_for(running, 60)
    database.close()
    (deferred,) = server.named("POST", "/callback")
    # Whether answers are private here was not known yet, so this one is, and can be shared.
    assert deferred.body["data"]["flags"] == discord.MessageFlags(ephemeral=True).value
    (answer,) = server.named("PATCH", f"{token}/messages/@original")
    assert "Geneva" in shown(answer)
    assert "Share" in shown(answer)
