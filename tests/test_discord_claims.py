""" "Check against the articles", on messages in a simulated Discord."""

from __future__ import annotations

from pathlib import Path

from discord_fixtures import FixedGate, make_bot, raw, read, serving, source_text

from bot.cogs.claims import NAME
from bot.cogs.gate import Rules
from bot.wiring import Project

TEXT = "Moscow proposed to hold the talks in Geneva. Moscow proposed to hold the talks in Vienna. Cats nap in Rome."


async def test_each_sentence_gets_its_verdict_and_only_the_asker_sees_it(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        message = await server.bob.send(server.channel, TEXT)
        result = await server.alice.context_menu(server.channel, NAME, message)
        said = read(result.response)
        assert result.ephemeral
        assert "3 sentences: 1 supported, 1 contradicted, 1 not in the articles" in said
        assert said.index("Supported") < said.index("Contradicted") < said.index("Not in the articles")
        assert "as the words of Sergei Ryabkov: it says “Geneva”" in said
        assert "hold them in Geneva" in said
        assert server.channel.last_message.content == TEXT, "nothing was said in the channel"
        texts = [c["content"] for c in raw(result.response) if c["type"] == 10]
        sources = [text for text in texts if text.startswith("-# **")]
        assert len(sources) == 2, "apart from the quote, so that nobody takes it for a part of it"
        assert all("17 December 2021" in text for text in sources)
        assert sum(c["type"] == 14 for c in raw(result.response)) == 3, "a line between sentences"


async def test_a_long_message_is_paged_and_turns_after_a_restart(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        message = await server.bob.send(server.channel, " ".join(f"Moscow paid {n} euros for Geneva." for n in range(40)))
        result = await server.alice.context_menu(server.channel, NAME, message)
        first = source_text(result.response)
        assert "Page 1 of" in first
        assert len(first) <= 4000
        await server.env.restart_bot(make_bot(seeds, tmp_path))
        (forward,) = [c["custom_id"] for c in raw(result.response) if c["type"] == 2 and not c.get("disabled")]
        turned = await server.alice.click(result.response, custom_id=forward)
        shown = source_text(turned.response)
        assert "Page 2 of" in shown
        assert shown != first
        assert len(raw(turned.response)) <= 40


async def test_nothing_in_a_message_pings_or_formats(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        message = await server.bob.send(server.channel, "@everyone **Moscow** proposed to hold the talks in `Vienna`.")
        result = await server.alice.context_menu(server.channel, NAME, message)
        sent = [r.json for r in server.env.http_requests if isinstance(r.json, dict) and "components" in r.json]
        assert sent
        assert all(not body.get("allowed_mentions", {}).get("parse") for body in sent)
        assert "@everyone" not in source_text(result.response).replace("\\@everyone", "").replace("@\u200beveryone", "")
        assert "Contradicted" in read(result.response)


async def test_a_message_without_words_and_a_channel_without_the_bot(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        empty = await server.bob.send(server.channel, attachments=[("a.png", b"x")])
        result = await server.alice.context_menu(server.channel, NAME, empty)
        assert "There is no text in that message" in result.response.content
        assert server.env.errors
    async with serving(make_bot(seeds, tmp_path, gate=FixedGate(Rules(enabled=False)))) as server:
        message = await server.bob.send(server.channel, TEXT)
        result = await server.alice.context_menu(server.channel, NAME, message)
        assert "I do not answer in this channel" in result.response.content
        assert server.env.errors


async def test_only_the_articles_of_the_channel_count(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, gate=FixedGate(Rules(articles=frozenset())))) as server:
        message = await server.bob.send(server.channel, TEXT)
        result = await server.alice.context_menu(server.channel, NAME, message)
        assert "3 sentences: 3 not in the articles" in read(result.response)
