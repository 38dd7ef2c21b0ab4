"""Messages say so when the articles change under what they quote, and say it no longer when the words come back."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from conftest import MakeProject
from discord_fixtures import ANSWERED, press, read, source_text
from newsroom import SEED, newsroom


def geneva(text: str) -> str:
    return text.replace("Geneva", "Vienna")


async def test_an_edited_article_is_told_in_the_old_message_until_its_words_are_back(
    project: MakeProject, tmp_path: Path
) -> None:
    async with newsroom(project, tmp_path) as room:
        original = (room.articles / SEED).read_bytes().decode()
        result = await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        before = source_text(result.response)
        assert "Geneva" in before
        report = room.edit(geneva)
        await room.tell(report)
        (message,) = room.server.channel.history()
        after = source_text(message)
        assert "**The article has changed** since this was quoted" in after
        assert "~~Geneva" in after
        assert "**Vienna" in after
        assert room.edits() == 1
        await room.tell(report)
        assert room.edits() == 1, "once for each change"
        await press(room.server.bob, message, "good")
        shown = await press(room.server.bob, message, "context q1")
        assert "~~Geneva" in source_text(shown.response)
        assert "Vienna" in source_text(shown.response)
        await room.tell(room.edit(lambda _: original))
        assert source_text(room.server.channel.history()[0]) == before
        assert room.edits() == 2


async def test_words_that_only_move_are_not_marked(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        result = await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        before = source_text(result.response)
        await room.tell(room.edit(lambda text: text.replace("\n", "\nA correction was made to this article.\n", 1)))
        assert room.edits() == 0
        assert source_text(room.server.channel.history()[0]) == before
        shown = await press(room.server.bob, result.response, "context q1")
        assert "these words have not" in read(shown.response)
        assert "> **He also suggested" in source_text(shown.response)


async def test_an_article_that_is_gone_is_said_to_be(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        text = (room.articles / SEED).read_bytes().decode()
        await room.tell(room.remove())
        (message,) = room.server.channel.history()
        assert "The article is gone since this was quoted" in read(message)
        assert "Geneva" in read(message)
        shown = await press(room.server.bob, message, "context q1")
        assert "The article is gone" in read(shown.response)
        await room.tell(room.add(text, SEED))
        assert "gone" not in read(room.server.channel.history()[0])


async def test_a_change_while_the_bot_was_down_is_told_at_the_start(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        room.edit(geneva)
        await room.restart()
        assert "~~Geneva" in source_text(room.server.channel.history()[0])
        await room.restart()
        assert room.edits() == 1


async def test_what_discord_refuses_for_the_moment_is_edited_later_after_a_restart_too(
    project: MakeProject, tmp_path: Path
) -> None:
    async with newsroom(project, tmp_path) as room:
        await room.server.alice.slash(room.server.channel, "ask", question=ANSWERED)
        room.server.env.inject_error("PATCH", "/channels/*/messages/*", status=503, times=None)
        await room.tell(room.edit(geneva))
        assert "Vienna" not in source_text(room.server.channel.history()[0])
        room.server.env.backend.faults.clear()
        await room.restart()
        await room.server.env.advance_time(11 * 60)
        await room.settled()
        assert "**Vienna" in source_text(room.server.channel.history()[0])


async def test_everybodys_messages_are_edited_wherever_they_stand(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.bob.send(server.channel, f"{server.me} {ANSWERED}")
        await server.bob.send_dm(ANSWERED)
        await room.tell(room.edit(geneva))
        command, _, reply = server.channel.history()
        direct = server.bob.user.dm_channel.last_message
        for message in (command, reply, direct):
            assert "**Vienna" in source_text(message)
        assert ANSWERED in read(command)
        assert ANSWERED not in read(reply), "it still stands under its question"
        assert room.edits() == 3


async def test_a_shared_answer_is_edited_and_a_private_one_tells_when_it_is_looked_at(
    project: MakeProject, tmp_path: Path
) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        private = await server.alice.slash(server.channel, "ask", question=ANSWERED, private=True)
        await press(server.alice, private.response, "share")
        await room.tell(room.edit(geneva))
        (shared,) = server.channel.history()
        assert f"Shared by {server.alice.mention}" in source_text(shared)
        assert "**Vienna" in source_text(shared)
        assert room.edits() == 1, "nobody but its asker can see the private one, nor the bot edit it"
        told = await press(server.alice, private.response, "sources")
        assert "the article has changed since" in read(told.response)
        late = await server.bob.slash(server.channel, "ask", question=ANSWERED)
        assert "changed since" not in read(late.response)


async def test_what_is_shared_after_a_change_says_so_at_once(project: MakeProject, tmp_path: Path) -> None:
    async with newsroom(project, tmp_path) as room:
        server = room.server
        private = await server.alice.slash(server.channel, "ask", question=ANSWERED, private=True)
        report = room.edit(geneva)
        await room.tell(report)
        shared = await press(server.alice, private.response, "share")
        assert "**Vienna" in source_text(shared.response)
        await room.tell(report)
        assert room.edits() == 0


@pytest.mark.parametrize("status", [403, 404])
async def test_a_message_that_is_gone_or_closed_ends_the_matter(
    project: MakeProject, tmp_path: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with newsroom(project, tmp_path) as room:
        server = room.server
        answered = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.bob.slash(server.channel, "ask", question=ANSWERED)
        if status == 404:
            server.env.backend.delete_message(server.channel.id, answered.response.message.id)
        else:
            path = f"/channels/*/messages/{answered.response.message.id}"
            server.env.inject_error("PATCH", path, status=403, code=50013, times=None)
        await room.tell(room.edit(geneva))
        assert "**Vienna" in source_text(server.channel.history()[-1]), "the others are edited all the same"
        assert room.edits() == 2
        await room.tell(room.edit(lambda text: text.replace("Vienna", "Minsk")))
        assert "**Minsk" in source_text(server.channel.history()[-1])
        assert room.edits() == 3
    assert [record.getMessage() for record in caplog.records].count("edit_ended") == 1
    assert not [record for record in caplog.records if record.levelno > logging.INFO and record.name == "verbatim.discord"]
