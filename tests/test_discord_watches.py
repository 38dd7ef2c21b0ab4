"""Questions that were refused are asked again when articles come; whoever watches one is told once, and nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import discord
from conftest import MakeProject
from discord_fixtures import ANSWERED, REFUSED, FixedGate, buttons, press, read, source_text
from newsroom import AUSTRALIA, newsroom

from bot.cogs.gate import Rules
from bot.wiring import SEEDS


async def test_a_watched_question_is_answered_in_its_place_and_mentions_only_who_watches(
    project: MakeProject, tmp_path: Path
) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        answered = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert not [name for name in buttons(answered.response) if name.startswith("watch")]
        told = await press(server.bob, refused.response, "watch")
        assert told.ephemeral
        assert "whenever articles come" in told.response.content
        again = await press(server.bob, refused.response, "watch")
        assert "whenever articles come" in again.response.content
        assert len(room.watches()) == 1, "the same once"
        assert len(server.channel.history()) == 2, "not answered yet"
        report = room.add()
        await room.tell(report)
        await room.tell(report)
        assert len(server.channel.history()) == 3, "once"
        message = server.channel.last_message
        assert "Canberra" in read(message)
        assert f"🔔 {server.bob.mention}, an article answers this now." in source_text(message)
        assert message.reference is not None
        assert message.reference.message_id == refused.response.message.id
        assert [person.id for person in message.mentions] == [server.bob.id]
        sent = [r.json for r in server.env.http_requests if r.method == "POST" and r.path.endswith("/messages")]
        allowed = sent[-1]["allowed_mentions"]
        assert [int(person) for person in allowed["users"]] == [server.bob.id]
        assert allowed["parse"] == []
        assert not allowed["replied_user"]
        assert room.watches() == []
        opened = await press(server.alice, message, "context q1")
        assert "Canberra" in read(opened.response)


async def test_watches_outlive_a_restart_and_articles_that_came_meanwhile(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        await server.alice.send(server.channel, f"{server.me} {REFUSED}")
        await press(server.alice, server.channel.last_message, "watch")
        await room.restart()
        assert len(server.channel.history()) == 2
        room.add()
        await room.restart()
        assert "Canberra" in read(server.channel.last_message)
        assert len(server.channel.history()) == 3


async def test_a_refusal_that_is_deleted_is_answered_in_its_channel(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        await press(server.alice, refused.response, "watch")
        server.env.backend.delete_message(server.channel.id, refused.response.message.id)
        await room.tell(room.add())
        (message,) = server.channel.history()
        assert "Canberra" in read(message)


async def test_a_private_refusal_is_answered_directly(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED, private=True)
        await press(server.alice, refused.response, "watch")
        await room.tell(room.add())
        assert server.channel.history() == []
        assert "Canberra" in read(server.alice.user.dm_channel.last_message)


async def test_where_nothing_is_open_the_answer_waits_in_the_list(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED, private=True)
        await press(server.alice, refused.response, "watch")
        server.env.inject_error("POST", "/channels/*/messages", status=403, code=50007, times=None)
        await room.tell(room.add())
        server.env.backend.faults.clear()
        listed = await server.alice.slash(server.channel, "watches")
        assert "An article answers this now" in read(listed.response)
        name = next(name for name in buttons(listed.response) if name.startswith("watched"))
        shown = await press(server.alice, listed.response, name)
        assert shown.ephemeral
        assert "Canberra" in read(shown.response)
        assert room.watches() == []


async def test_after_a_crash_while_telling_nobody_is_told_twice(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        await press(server.alice, refused.response, "watch")
        # Discord takes the message, and the answer to that is lost.
        sent = server.env.bot.http.send_message

        async def send(*args: object, **kwargs: object) -> object:
            await sent(*args, **kwargs)
            raise ConnectionResetError

        server.env.bot.http.send_message = send
        await room.tell(room.add())
        await room.restart()
        await server.env.advance_time(3600)
        await room.settled()
        assert len(server.channel.history()) == 2
        assert "An article answers this now" in read((await server.alice.slash(server.channel, "watches")).response)


async def test_what_discord_refuses_for_the_moment_is_told_later(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        await press(server.alice, refused.response, "watch")
        server.env.inject_error("POST", "/channels/*/messages", status=429)
        await room.tell(room.add())
        assert len(server.channel.history()) == 1
        assert "An article answers this" not in read((await server.alice.slash(server.channel, "watches")).response)
        await server.env.advance_time(11 * 60)
        await room.settled()
        assert "Canberra" in read(server.channel.last_message)
        assert len(server.channel.history()) == 2


async def test_watches_are_listed_and_deleted_by_their_owner_alone(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path, "watches.per_person=2") as room:
        server = room.server
        for question in (REFUSED, "Who won the football world cup in 2018?", "What does a kilo of tomatoes cost in Peru?"):
            refused = await server.alice.slash(server.channel, "ask", question=question)
            pressed = await press(server.alice, refused.response, "watch")
        assert "A person may watch 2 questions at a time" in pressed.response.content
        listed = await server.alice.slash(server.channel, "watches")
        assert listed.ephemeral
        assert "You watch 2 questions" in read(listed.response)
        assert "You watch 0 questions" in read((await server.bob.slash(server.channel, "watches")).response)
        first = next(b["custom_id"] for name, b in buttons(listed.response).items() if name.startswith("unwatch"))
        # Somebody else with the id of the button, as a client that was tampered with may send it.
        channel = server.env.bot.get_channel(server.channel.id)
        forged = discord.ui.View()
        forged.add_item(discord.ui.Button(label="Delete", custom_id=first))
        tried = await server.bob.click(await channel.send("x", view=forged), custom_id=first)
        assert "not among the questions that you watch" in tried.followups[0].content
        assert len(room.watches()) == 2
        await server.alice.click(listed.response, custom_id=first)
        assert "You watch 1 question" in read(listed.response)
        assert len(room.watches()) == 1
        assert server.env.errors == []


async def test_watches_end_when_their_time_is_over_and_when_a_person_wants_to_be_forgotten(
    project: MakeProject, tmp_path: Path
) -> None:
    async with newsroom(project, tmp_path, "watches.days=2") as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        for who in (server.alice, server.bob):
            await press(who, refused.response, "watch")
        asked = await server.alice.slash(server.channel, "forget-me")
        done = await server.alice.click(asked.response, custom_id="verbatim:forget")
        assert "2 watched questions" in read(done.response), "bob's is on her words"
        refused = await server.bob.slash(server.channel, "ask", question=REFUSED)
        await press(server.bob, refused.response, "watch")
        await server.env.advance_time(3 * 24 * 3600)
        assert room.watches() == []
        await room.tell(room.add())
        assert len(server.channel.history()) == 2


async def test_a_day_as_of_which_was_asked_and_the_parts_that_were_refused_still_count(
    project: MakeProject, tmp_path: Path
) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED, as_of="2021-12-18")
        await press(server.alice, refused.response, "watch")
        await room.tell(room.add())
        assert len(server.channel.history()) == 1, "it came out later"
        await room.tell(room.add(AUSTRALIA.replace("12-20", "12-10"), "earlier.txt"))
        assert "From articles published by 18 December 2021" in read(server.channel.last_message)
        assert len(server.channel.history()) == 2


async def test_a_question_by_direct_message_is_answered_there_and_two_people_are_told_each(
    project: MakeProject, tmp_path: Path
) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        for who in (server.alice, server.bob):
            await who.send_dm(REFUSED)
            refused = who.user.dm_channel.last_message
            await who.user.click(refused, custom_id=buttons(refused)["watch"]["custom_id"])
        await room.tell(room.add())
        for who in (server.alice, server.bob):
            message = who.user.dm_channel.last_message
            assert "Canberra" in read(message)
            assert f"🔔 {who.mention}" in source_text(message)
        assert server.channel.history() == []


async def test_only_the_refused_part_of_a_question_is_watched(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        partly = await server.alice.slash(
            server.channel, "ask", question=f"{ANSWERED} And what is the capital of Australia?"
        )
        assert "The articles do not answer this" in read(partly.response)
        await press(server.alice, partly.response, "watch")
        (watched,) = room.watches()
        assert "Australia" in watched.question
        assert "Moscow" not in watched.question
        await room.tell(room.add())
        assert "Canberra" in read(server.channel.last_message)
        assert "Geneva" not in read(server.channel.last_message)


async def test_a_channels_articles_and_rules_hold_for_what_is_watched(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        await press(server.alice, refused.response, "watch")
        bot = server.env.bot
        only = frozenset(path.name for path in SEEDS.iterdir())
        bot.gate = FixedGate(Rules(articles=only))
        await room.tell(room.add())
        assert len(server.channel.history()) == 1
        bot.gate = FixedGate(Rules(enabled=False))
        await room.tell(room.add("Nothing of note happened.\n", "other.txt"))
        assert len(server.channel.history()) == 1
        bot.gate = FixedGate()
        await room.tell(room.add("Nothing of note happened then.\n", "other.txt"))
        assert "Canberra" in read(server.channel.last_message)


async def test_an_article_that_is_uploaded_answers_what_is_watched(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        refused = await server.alice.slash(server.channel, "ask", question=REFUSED)
        await press(server.alice, refused.response, "watch")
        mods = server.guild.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
        mona = server.guild.add_member(server.env.create_user("mona"), roles=[mods])
        await mona.slash(server.channel, "ingest", file=("australia.txt", AUSTRALIA.encode()))
        for _ in range(1200):
            await room.settled()
            if len(server.channel.history()) > 1:
                break
            await asyncio.sleep(0.05)
        assert "Canberra" in read(server.channel.last_message)
        assert server.channel.last_message.mentions[0].id == server.alice.id
