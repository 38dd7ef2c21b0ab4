"""Every button under an answer, in the process that sent it and in the next one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest
import simcord
from conftest import MakeProject
from discord_fixtures import (
    ANSWERED,
    REFUSED,
    Server,
    ask_unsettled,
    buttons,
    make_bot,
    press,
    raw,
    read,
    running,
    serving,
    source_text,
)

from bot.state import feedback, posts
from bot.state.database import Database
from bot.state.feedback import Reason, Vote
from bot.wiring import Project


@pytest.fixture(params=["same process", "after a restart"])
def restart(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "after a restart")


@asynccontextmanager
async def answered(
    project: Project, data: Path, restart: bool, **options: object
) -> AsyncIterator[tuple[Server, simcord.ResponseMessage]]:
    """An answer, whose bot may have been started anew since."""
    async with serving(make_bot(project, data)) as server:
        result = await server.alice.slash(server.channel, "ask", **({"question": ANSWERED} | options))
        if restart:
            await server.env.restart_bot(make_bot(project, data))
        assert result.response is not None
        yield server, result.response


async def test_context_shows_the_paragraph_and_moves(seeds: Project, tmp_path: Path, restart: bool) -> None:
    async with answered(seeds, tmp_path, restart) as (server, answer):
        opened = await press(server.bob, answer, "context q1")
        assert opened.ephemeral
        assert "paragraph 3 of 9" in read(opened.response)
        assert "> **He also suggested opening the door" in source_text(opened.response)
        names = list(buttons(opened.response))
        assert names == ["lens q1 1", "lens q1 home", "lens q1 3"]
        await press(server.bob, opened.response, "lens q1 3")
        assert "paragraph 4 of 9" in read(opened.response)
        assert "> According to him, these proposals" in source_text(opened.response)
        for at in range(4, 9):
            await press(server.bob, opened.response, f"lens q1 {at}")
        assert "paragraph 9 of 9" in read(opened.response)
        assert buttons(opened.response)["lens q1 9"]["disabled"]
        await press(server.bob, opened.response, "lens q1 home")
        assert "paragraph 3 of 9" in read(opened.response)


async def test_a_refusals_nearest_passages_have_a_context_too(seeds: Project, tmp_path: Path) -> None:
    async with answered(seeds, tmp_path, False, question=REFUSED) as (server, answer):
        key = next(name for name in buttons(answer) if name.startswith("context n"))
        opened = await press(server.alice, answer, key)
    assert "paragraph" in read(opened.response)


async def test_sources_are_checked_as_they_are_shown(seeds: Project, tmp_path: Path, restart: bool) -> None:
    async with answered(seeds, tmp_path, restart) as (server, answer):
        shown = await press(server.bob, answer, "sources")
    assert shown.ephemeral
    said = read(shown.response)
    assert "000_7a518c810b0cef30.txt" in said
    assert "✅ word for word in the article" in said
    assert seeds.answerer.ask(ANSWERED).quotes[0].receipt in said


async def test_an_article_that_changed_is_never_passed_off_as_the_quoted_one(project: MakeProject, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    file = articles / "talks.txt"
    file.write_text("Moscow proposed to the Americans to hold the negotiations in Geneva.\nThey answered nothing.\n")
    changing = project(articles)
    async with serving(make_bot(changing, tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert "Geneva" in read(result.response)
        file.write_text("Moscow proposed to the Americans to hold the negotiations in Minsk.\nThey answered nothing.\n")
        changing.ingest([articles])
        if "sources" in buttons(result.response):
            shown = await press(server.alice, result.response, "sources")
            assert "⚠️ the article has changed since" in read(shown.response)
        key = next(name for name in buttons(result.response) if name.startswith("context"))
        opened = await press(server.alice, result.response, key)
        assert "The article has changed since this was quoted" in read(opened.response)
        assert "~~Geneva.~~ **Minsk.**" in source_text(opened.response), "nobody takes the new words for the quoted ones"


async def test_one_vote_a_person_and_it_can_be_changed(seeds: Project, tmp_path: Path, restart: bool) -> None:
    database = Database("", tmp_path)
    async with answered(seeds, tmp_path, restart) as (server, answer):
        post = next(iter(buttons(answer)["good"]["custom_id"].split(":")[2:]))
        for who in (server.alice, server.alice, server.bob):
            thanked = await press(who, answer, "good")
            assert thanked.ephemeral
        with database.session() as session:
            assert feedback.count(session, post) == (2, 0)
        form = await press(server.alice, answer, "bad")
        assert form.modal is not None
        assert [o["value"] for o in form.modal["components"][0]["component"]["options"]] == [r.value for r in Reason]
        thanked = await server.alice.submit_modal(form, {"reason": "wrong_source", "comment": "  It was the other one. "})
        assert "Noted" in thanked.response.content
        with database.session() as session:
            assert feedback.count(session, post) == (1, 1)
            assert feedback.of(session, post, server.alice.id) == Vote(False, Reason.WRONG_SOURCE, "It was the other one.")
        again = await press(server.alice, answer, "bad")
        assert again.modal is not None
        assert again.modal["components"][1]["component"]["value"] == "It was the other one."
        await press(server.alice, answer, "good")
        with database.session() as session:
            assert feedback.count(session, post) == (2, 0)
    database.close()


async def test_a_form_that_was_open_during_a_restart_still_counts(seeds: Project, tmp_path: Path) -> None:
    database = Database("", tmp_path)
    async with answered(seeds, tmp_path, False) as (server, answer):
        form = await press(server.alice, answer, "bad")
        await server.env.restart_bot(make_bot(seeds, tmp_path))
        thanked = await server.alice.submit_modal(form, {"reason": "should_have_refused"})
        assert "Noted" in thanked.response.content
        with database.session() as session:
            post = buttons(answer)["good"]["custom_id"].split(":")[2]
            assert feedback.of(session, post, server.alice.id) == Vote(False, Reason.SHOULD_HAVE_REFUSED)
    database.close()


async def test_a_private_answer_is_shared_once(seeds: Project, tmp_path: Path, restart: bool) -> None:
    async with answered(seeds, tmp_path, restart, private=True) as (server, answer):
        shared = await press(server.alice, answer, "share")
        assert not shared.ephemeral
        said = source_text(shared.response)
        assert "**Geneva**" in said
        assert ANSWERED in said
        assert f"Shared by {server.alice.mention}" in said
        assert "share" not in buttons(shared.response)
        again = await press(server.alice, answer, "share")
        assert again.ephemeral
        assert "shared already" in again.response.content
        # It is an answer like any other.
        await server.bob.send(server.channel, f"{server.me} When?", reply_to=shared.response)
        assert "Understood as: When did Moscow propose" in read(server.channel.last_message)
        assert len(server.channel.history()) == 3


async def test_sharing_that_failed_can_be_tried_again(seeds: Project, tmp_path: Path) -> None:
    async with answered(seeds, tmp_path, False, private=True) as (server, answer):
        server.env.inject_error("POST", "/interactions/*/*/callback", status=503)
        await press(server.alice, answer, "share")
        assert server.channel.history() == []
        shared = await press(server.alice, answer, "share")
        assert not shared.ephemeral


async def test_a_thread_is_opened_once(seeds: Project, tmp_path: Path, restart: bool) -> None:
    async with answered(seeds, tmp_path, restart) as (server, answer):
        first = await press(server.alice, answer, "thread")
        second = await press(server.bob, answer, "thread")
        (thread,) = server.channel.threads
        assert thread.name == ANSWERED
        assert first.response.content == second.response.content == f"Follow up in {thread.mention}."


async def test_pages_turn_for_long_answers_and_long_quotes_come_whole(project: MakeProject, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    clause = "the delegates discussed zebras at length and agreed on nothing at all, and "
    sentence = f"In Quito {clause * 90}then they left."
    (articles / "long.txt").write_text(f"{sentence}\nZebras live in Africa.\nIn Quito zebras are rare.\n")
    async with serving(make_bot(project(articles), tmp_path)) as server:
        result = await server.alice.slash(server.channel, "ask", question="What did the delegates in Quito discuss?")
        message = result.response.message
        (attached,) = message.attachments
        assert (await attached.read()).decode() == sentence
        assert sentence not in source_text(result.response)
        assert "attached whole" in source_text(result.response)
        assert [c["file"]["url"] for c in raw(result.response) if c["type"] == 13]


async def test_pages_turn_back_and_forth(project: MakeProject, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for n in range(2):
        clause = f"delegate {n} spoke of zebras at some length and agreed on nothing at all, and "
        (articles / f"{n}.txt").write_text(f"In Quito {clause * 34}then they left.\nIt rained on day {n}.\n")
    made = project(articles, ("answer.threshold=0", "answer.also_threshold=0", "answer.also_share=0"))
    question = "What did the delegates in Quito speak of?"
    async with answered(made, tmp_path, True, question=question) as (server, answer):
        first = source_text(answer)
        assert "Page 1 of" in first
        forth = next(name for name, b in buttons(answer).items() if name.startswith("page") and not b.get("disabled"))
        await press(server.bob, answer, forth)
        second = source_text(answer)
        assert "Page 2 of" in second
        assert first.split("\n")[2] != second.split("\n")[0]
        await press(server.bob, answer, "page 0 q")
        assert source_text(answer) == first


async def test_forgotten_answers_say_so(seeds: Project, tmp_path: Path) -> None:
    async with answered(seeds, tmp_path, False) as (server, answer):
        await server.env.advance_time(179 * 24 * 3600)
        await press(server.alice, answer, "good")
        await server.env.advance_time(2 * 24 * 3600)
        for name in buttons(answer):
            result = await press(server.alice, answer, name)
            assert result.ephemeral
            assert "no longer remembered" in result.response.content
        database = Database("", tmp_path)
        with database.session() as session:
            assert session.query(posts.PostRow).count() == session.query(feedback.VoteRow).count() == 0
        database.close()


async def test_nothing_quoted_pings_or_formats(project: MakeProject, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    async with running(make_bot(made := project(articles), tmp_path)) as env:
        guild = env.create_guild("Newsroom")
        channel = guild.create_text_channel("general")
        alice = guild.add_member(env.create_user("alice"))
        text = (
            f"In Quito @everyone and <@{alice.id}> said **zebras** are [free](https://evil.example) ||today||\u202e\u200b."
        )
        (articles / "a.txt").write_text(f"{text}\n")
        made.ingest([articles])
        result = await alice.slash(channel, "ask", question="What about zebras in Quito? @everyone")
        await alice.send(channel, f"{env.bot.user.mention} What about zebras in Quito?")
        for message in (result.response, channel.last_message):
            said = read(message)
            assert (
                f"In Quito @everyone and <@{alice.id}> said **zebras** are [free](https://evil.example) ||today||�." in said
            )
        replied = channel.last_message
        assert replied.mentions == []
        assert not replied.mention_everyone
        sent = [r.json for r in env.http_requests if isinstance(r.json, dict) and "components" in str(r.json)]
        for body in sent:
            allowed = body.get("data", body).get("allowed_mentions")
            assert allowed is None or not allowed.get("parse")


async def test_two_people_at_once_get_their_own_answers(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        one, other = ask_unsettled(server, server.alice, ANSWERED), ask_unsettled(server, server.bob, REFUSED)
        await server.env.settle()
        assert ANSWERED in read(one.response)
        assert REFUSED in read(other.response)
        assert len(server.channel.history()) == 2


async def test_buttons_of_other_bots_and_versions_are_left_alone(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="Other", custom_id="other:good:x"))
        channel = server.env.bot.get_channel(server.channel.id)
        sent = await channel.send("x", view=view)
        result = await server.alice.click(sent, label="Other")
        assert not result.acknowledged
