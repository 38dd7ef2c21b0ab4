"""How the bot stops, and how it spreads over shards."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from discord_fixtures import ANSWERED, PRIVILEGED, BusyGate, buttons, make_bot, press, read, serving

from bot.wiring import Project


async def test_a_stop_finishes_what_is_under_way_and_begins_nothing(seeds: Project, tmp_path: Path) -> None:
    stops: list[asyncio.Task[None]] = []

    def stop() -> None:
        stops.append(asyncio.get_running_loop().create_task(bot.stop()))

    bot = make_bot(seeds, tmp_path, gate=BusyGate(stop))
    async with serving(bot) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert "Geneva" in read(result.response)
        assert stops[0].done()
        assert bot.is_closed()


async def test_what_is_asked_during_a_stop_is_turned_away_with_words(seeds: Project, tmp_path: Path) -> None:
    bot = make_bot(seeds, tmp_path)
    async with serving(bot) as server:
        answered = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        bot.stopping = True
        asked = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        pressed = await press(server.alice, answered.response, "sources")
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        for words in (asked.response.content, pressed.response.content, server.channel.last_message.content):
            assert re.fullmatch(r"I am about to restart\. Please ask again in a minute\.", words)


async def test_a_stop_does_not_wait_for_ever(seeds: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    bot = make_bot(seeds, tmp_path, "discord.shutdown_seconds=0")
    async with serving(bot):
        with bot.underway():
            await bot.stop()
        assert bot.is_closed()
    assert "unfinished" in [record.getMessage() for record in caplog.records]


async def test_shards_share_the_work(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, "discord.shards=2", PRIVILEGED)) as server:
        assert server.env.bot.shard_count == 2
        for shard in (0, 1):
            guild = server.env.create_guild(f"On {shard}", shard_id=shard)
            channel = guild.create_text_channel("general")
            member = guild.add_member(server.env.create_user(f"member{shard}"))
            assert server.env.bot.get_guild(guild.id).shard_id == shard
            result = await member.slash(channel, "ask", question=ANSWERED)
            assert "Geneva" in read(result.response)
            assert (await press(member, result.response, "good")).response.content.startswith("👍")
            assert "thread" in buttons(result.response)
