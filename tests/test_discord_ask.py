"""Asking in every way that Discord knows."""

from __future__ import annotations

from pathlib import Path

import discord
import pytest
from discord_fixtures import (
    ANSWERED,
    PRIVILEGED,
    REFUSED,
    FixedGate,
    Server,
    buttons,
    make_bot,
    press,
    raw,
    read,
    serving,
    source_text,
)

from bot.cogs.gate import Rules
from bot.wiring import Project


def calls(server: Server, method: str, part: str) -> int:
    return sum(r.method == method and part in r.path for r in server.env.http_requests)


async def test_ask_defers_and_answers_with_one_edit(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        before = len(server.env.http_requests)
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert [(r.method, r.path.split("/")[1]) for r in server.env.http_requests[before:]] == [
            ("POST", "interactions"),
            ("PATCH", "webhooks"),
        ]
        assert server.env.http_requests[before].json["type"] == 5, "deferred"
        assert result.response is not None
        assert not result.ephemeral
        assert "**Geneva**" in source_text(result.response)
        said = read(result.response)
        assert ANSWERED in said
        assert "17 December 2021" in said
        assert "paragraph 3" in said
        assert set(buttons(result.response)) >= {"context q1", "sources", "good", "bad", "thread"}


async def test_a_quote_in_discord_is_the_articles_text(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
    answer = seeds.answerer.ask(ANSWERED)
    said = " ".join(read(result.response).split())
    for quote in answer.quotes:
        assert " ".join(quote.text.split()) in said
        assert quote.receipt in said


async def test_a_refusal_looks_different_and_cites_nothing(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        answered = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
    colours = [next(c["accent_color"] for c in raw(r.response) if c["type"] == 17) for r in (answered, refused)]
    assert colours[0] != colours[1]
    said = read(refused.response)
    assert "The articles do not answer this. No article mentions Australia." in said
    assert "Closest we have, not an answer" in said
    assert "`" not in source_text(refused.response), "a receipt"
    assert "sources" not in buttons(refused.response)


async def test_private_answers_are_for_the_asker_and_can_be_the_rule(seeds: Project, tmp_path: Path) -> None:
    bot = make_bot(seeds, tmp_path, gate=FixedGate(Rules(private=True)))
    async with serving(bot) as server:
        ruled = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        wanted = await server.alice.slash(server.channel, "ask", question=ANSWERED, private=True)
        public = await server.alice.slash(server.channel, "ask", question=ANSWERED, private=False)
    assert (ruled.ephemeral, wanted.ephemeral, public.ephemeral) == (True, True, False)
    assert "share" in buttons(wanted.response)
    assert "share" not in buttons(public.response)


async def test_as_of_leaves_out_what_came_later(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        early = await server.alice.slash(server.channel, "ask", question=ANSWERED, as_of="2021-12-16")
        late = await server.alice.slash(server.channel, "ask", question=ANSWERED, as_of="2021-12-17")
        wrong = await server.alice.slash(server.channel, "ask", question=ANSWERED, as_of="soon")
        assert [type(e).__name__ for e in server.env.errors] == ["CommandInvokeError"]
    assert "do not answer" in read(early.response)
    assert "From articles published by 16 December 2021" in read(early.response)
    assert "Geneva" in read(late.response)
    assert wrong.ephemeral
    assert wrong.response is not None
    assert "YYYY-MM-DD" in wrong.response.content


async def test_a_mention_is_answered_with_a_reply(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        asked = await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        last = server.channel.last_message
        assert last is not None
        assert last.reference is not None
        assert last.reference.message_id == asked.id
        assert "**Geneva**" in source_text(last)
        assert ANSWERED not in read(last), "it stands above already"
        assert calls(server, "POST", "/typing") == 1
        assert calls(server, "PATCH", "") == 0


async def test_other_talk_is_left_alone(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, PRIVILEGED)) as server:
        robot = server.guild.add_member(server.env.create_user("robot", bot=True))
        await server.alice.send(server.channel, ANSWERED)
        await server.alice.send(server.channel, f"{server.bob.mention} {ANSWERED}")
        await server.alice.send(server.channel, f"@everyone {ANSWERED}")
        await robot.send(server.channel, f"{server.me} {ANSWERED}")
        assert len(server.channel.history()) == 4


async def test_a_mention_without_a_question_says_how_to_ask(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        await server.alice.send(server.channel, server.me)
        assert server.channel.last_message is not None
        assert "Ask something, for example" in server.channel.last_message.content


async def test_where_no_mention_is_needed_every_message_is_a_question(seeds: Project, tmp_path: Path) -> None:
    gate = FixedGate(Rules(mention_needed=False))
    async with serving(make_bot(seeds, tmp_path, PRIVILEGED, gate=gate)) as server:
        await server.alice.send(server.channel, ANSWERED)
        assert "Geneva" in read(server.channel.last_message)


async def test_a_reply_goes_on_from_its_answer(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        geneva = server.channel.last_message
        # Somebody else asks in between; the reply is understood by what it replies to.
        await server.bob.send(server.channel, f"{server.me} {REFUSED}")
        await server.bob.send(server.channel, f"{server.me} When?", reply_to=geneva)
        assert "Understood as: When did Moscow propose to hold the negotiations" in read(server.channel.last_message)


async def test_a_reply_needs_no_mention_of_its_own(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        await server.bob.send(server.channel, "When?", reply_to=server.channel.last_message)
        assert "Understood as: When did Moscow propose" in read(server.channel.last_message)


@pytest.mark.parametrize("flags", [(), (PRIVILEGED,)])
async def test_a_reply_to_a_commands_answer(seeds: Project, tmp_path: Path, flags: tuple[str, ...]) -> None:
    async with serving(make_bot(seeds, tmp_path, *flags)) as server:
        asked = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.bob.send(server.channel, "When?", reply_to=asked.response)
        said = read(server.channel.last_message)
    # Discord hides the words of such a reply where the bot lacks the privileged intent; then it says what to do.
    assert ("Understood as: When did Moscow propose" if flags else "Mention me in it by name, or use /ask") in said


async def test_direct_messages_are_a_conversation(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        user = server.env.create_user("carol")
        await user.send_dm(ANSWERED)
        assert "Geneva" in read(user.dm_channel.last_message)
        assert "thread" not in buttons(user.dm_channel.last_message)
        await user.send_dm("When?")
        assert "Understood as: When did Moscow propose" in read(user.dm_channel.last_message)
        asked = await user.slash("ask", question="And where?")
        assert "Understood as: Where did Moscow propose" in read(asked.response)


async def test_a_threads_history_survives_a_restart_and_is_its_own(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, PRIVILEGED)) as server:
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        opened = await press(server.alice, server.channel.last_message, "thread")
        (thread,) = server.channel.threads
        assert thread.mention in opened.response.content
        assert "No mention is needed" in thread.last_message.content
        await server.env.restart_bot(make_bot(seeds, tmp_path, PRIVILEGED))
        await server.alice.send(thread, "When?")
        assert "Understood as: When did Moscow propose to hold" in read(thread.last_message)
        await server.env.restart_bot(make_bot(seeds, tmp_path, PRIVILEGED))
        await server.bob.send(thread, "And where?")
        assert "Understood as: Where did Moscow propose to hold" in read(thread.last_message)
        # The channel around it knows nothing of that.
        await server.alice.send(server.channel, f"{server.me} When?")
        assert "Understood as" not in read(server.channel.last_message)


async def test_in_a_thread_people_may_talk_to_each_other(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, PRIVILEGED)) as server:
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        await press(server.alice, server.channel.last_message, "thread")
        (thread,) = server.channel.threads
        talk = await server.alice.send(thread, f"{server.bob.mention} did you know?")
        await server.bob.send(thread, "I did.", reply_to=talk)
        assert thread.last_message.content == "I did."


async def test_without_the_intent_a_thread_needs_a_mention(seeds: Project, tmp_path: Path) -> None:
    bot = make_bot(seeds, tmp_path)
    async with serving(bot, approved_intents=discord.Intents.default()) as server:
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        await press(server.alice, server.channel.last_message, "thread")
        (thread,) = server.channel.threads
        assert "Mention me" in thread.last_message.content
        await server.alice.send(thread, "When?")
        assert thread.last_message.content == "When?"
        await server.alice.send(thread, f"{server.me} When?")
        assert "Understood as: When did Moscow propose" in read(thread.last_message)


async def test_somebody_elses_private_question_is_no_part_of_a_conversation(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        await press(server.alice, server.channel.last_message, "thread")
        (thread,) = server.channel.threads
        await server.bob.slash(thread, "ask", question="Who is Vladimir Putin?", private=True)
        mine = await server.bob.slash(thread, "ask", question="When?", private=True)
        assert "Understood as: When is Vladimir Putin" in read(mine.response)
        await server.alice.send(thread, f"{server.me} When?")
        assert "Understood as: When did Moscow propose" in read(thread.last_message)


async def test_history_is_bounded(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, "question.history=0")) as server:
        user = server.env.create_user("carol")
        await user.send_dm(ANSWERED)
        await user.send_dm("When?")
        assert "Understood as" not in read(user.dm_channel.last_message)


async def test_rules_of_a_channel_hold(seeds: Project, tmp_path: Path) -> None:
    gate = FixedGate(Rules(enabled=False))
    async with serving(make_bot(seeds, tmp_path, gate=gate)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert result.ephemeral
        assert "I do not answer in this channel" in result.response.content
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        assert "I do not answer in this channel" in server.channel.last_message.content
        assert len(server.env.errors) == 1, "the command's own"


async def test_only_some_roles_may_ask(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, gate=FixedGate(Rules(roles=frozenset({1}))))) as server:
        mods = server.guild.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
        mona = server.guild.add_member(server.env.create_user("mona"), roles=[mods])
        turned_away = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        welcome = await mona.slash(server.channel, "ask", question=ANSWERED)
        assert server.env.errors
    assert "only some roles may ask" in turned_away.response.content
    assert "Geneva" in read(welcome.response)


async def test_only_the_articles_of_a_channel_are_used(seeds: Project, tmp_path: Path) -> None:
    gate = FixedGate(Rules(articles=frozenset()))
    async with serving(make_bot(seeds, tmp_path, gate=gate)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
    assert "do not answer" in read(result.response)


async def test_the_place_in_the_queue_is_said_and_gives_way_to_the_answer(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path, gate=FixedGate(queue=3))) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.alice.send(server.channel, f"{server.me} {ANSWERED}")
        said = [r.json.get("content") for r in server.env.http_requests if isinstance(r.json, dict)]
        history = server.channel.history()
    assert said.count("⏳ Your question is number 3 in the queue.") == 2
    assert "Geneva" in read(result.response)
    assert len(history) == 3, "the answer took the place of the notice"
    assert "Geneva" in read(history[0] if "Geneva" in read(history[0]) else history[-1])
    assert "queue" not in read(history[-1])
