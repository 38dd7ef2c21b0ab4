from __future__ import annotations

from pathlib import Path

from discord_fixtures import make_bot, running

from bot.wiring import Project


async def test_ask_answers_with_a_quote(seeds: Project, tmp_path: Path) -> None:
    async with running(make_bot(seeds, tmp_path)) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("general")
        alice = guild.add_member(env.create_user("alice"))
        result = await alice.slash(channel, "ask", question="Where did Moscow propose to hold the negotiations?")
        assert result.response is not None
        assert "Geneva" in result.response.content
