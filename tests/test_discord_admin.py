"""For moderators: /status, /ingest and /config; limits and the queue, in a simulated Discord."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
import discord
import pytest
import simcord
import simcord.actors
from conftest import MakeProject
from discord_fixtures import ANSWERED, PRIVILEGED, REFUSED, Server, make_bot, read, serving, settings

from bot.cogs.client import VerbatimBot
from bot.cogs.doorkeeper import Doorkeeper
from bot.state.database import Database
from bot.wiring import Project


def guarded(project: Project, data: Path, *flags: str) -> VerbatimBot:
    """A bot with the gate of a real server."""
    chosen, database = settings(*flags), Database("", data)
    return make_bot(project, data, *flags, gate=Doorkeeper(database, chosen.limits, chosen.discord), database=database)


def moderator(server: Server) -> simcord.MemberActor:
    mods = server.guild.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
    return server.guild.add_member(server.env.create_user("mona"), roles=[mods])


def admin_commands(who: simcord.MemberActor, server: Server) -> set[str]:
    return {"status", "ingest", "config"} & set(who.available_commands(server.channel))


async def test_only_moderators_see_the_commands_for_them(seeds: Project, tmp_path: Path) -> None:
    async with serving(guarded(seeds, tmp_path)) as server:
        assert admin_commands(server.alice, server) == set()
        assert admin_commands(moderator(server), server) == {"status", "ingest", "config"}


async def test_status_counts_answers_and_refusals(seeds: Project, tmp_path: Path) -> None:
    async with serving(guarded(seeds, tmp_path)) as server:
        mona = moderator(server)
        assert "Answers: none yet" in read((await mona.slash(server.channel, "status")).response)
        await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await server.bob.slash(server.channel, "ask", question=REFUSED)
        result = await mona.slash(server.channel, "status")
        said = read(result.response)
        assert result.ephemeral
        assert "2 articles" in said
        assert "2 to 2 people" in said
        assert "1 answered, 1 refused" in said
        assert "median" in said


async def test_articles_are_uploaded_file_by_file_and_answered_from_at_once(project: MakeProject, tmp_path: Path) -> None:
    own = project(flags=("discord.upload_bytes=3000",))
    async with serving(guarded(own, tmp_path, "discord.upload_bytes=3000")) as server:
        mona = moderator(server)
        birds = "date 2024-05-01 Four hundred herons nested on Lake Balaton in the spring of 2024.\n"
        result = await mona.slash(
            server.channel,
            "ingest",
            file=("birds.txt", birds.encode()),
            second=("big.txt", b"x" * 4000),
            third=("broken.txt", b"caf\xe9 au lait"),
        )
        said = read(result.response)
        assert "1 of 3 files are in the index" in said
        assert "birds.txt added" in said
        assert "big.txt is 4,000 bytes, more than the 3,000 allowed" in said
        assert "broken.txt is not UTF-8" in said
        stored = own.data / "uploaded"
        assert [f.name for f in stored.iterdir()] == ["birds.txt"]
        assert (stored / "birds.txt").read_text() == birds
        listed = read((await server.alice.slash(server.channel, "sources")).response)
        assert "3 articles" in listed
        again = await mona.slash(server.channel, "ingest", file=("birds.txt", birds.encode()))
        assert "birds.txt unchanged" in read(again.response)
        copy = await mona.slash(server.channel, "ingest", file=("copy.txt", birds.encode()))
        assert "copy.txt has the text of birds.txt" in read(copy.response)
        taken = await mona.slash(server.channel, "ingest", file=("000_7a518c810b0cef30.txt", b"Something else entirely."))
        assert "has the name of an article that was not uploaded" in read(taken.response)
        picture = await mona.slash(server.channel, "ingest", file=("a.png", b"\x89PNG"))
        assert "is no text" in read(picture.response)
        checked = await server.alice.context_menu(
            server.channel,
            "Check against the articles",
            await server.bob.send(server.channel, "400 herons nested on Lake Balaton in the spring of 2024."),
        )
        assert "1 supported" in read(checked.response)


async def test_a_file_that_does_not_come_through_keeps_back_no_other(
    project: MakeProject, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(guarded(project(), tmp_path)) as server:
        fetch = server.env.bot.http.get_from_cdn

        async def cut(url: str) -> bytes:
            if "lost.txt" in url:
                raise aiohttp.ServerDisconnectedError
            return await fetch(url)

        server.env.bot.http.get_from_cdn = cut
        files = {"file": ("lost.txt", b"Cranes nested there."), "second": ("birds.txt", b"Herons nested on Lake Balaton.")}
        said = read((await moderator(server).slash(server.channel, "ingest", **files)).response)
    assert "1 of 2 files are in the index" in said
    assert "birds.txt added" in said
    (code,) = [f["reference"] for r in caplog.records if "reference" in (f := getattr(r, "verbatim_fields", {}))]
    assert "lost.txt did not come through. Discord cannot be reached at the moment." in said
    assert f"(Reference {code}.)" in said


async def test_a_channel_is_set_and_it_holds_at_once_and_after_a_restart(seeds: Project, tmp_path: Path) -> None:
    async with serving(guarded(seeds, tmp_path)) as server:
        mona = moderator(server)
        shown = read((await mona.slash(server.channel, "config")).response)
        assert "Answers: on" in shown
        assert "As it is" in shown
        off = read((await mona.slash(server.channel, "config", answers=False)).response)
        assert "Answers: off" in off
        refused = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert "I do not answer in this channel" in refused.response.content
        await server.env.restart_bot(guarded(seeds, tmp_path))
        refused = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert "I do not answer in this channel" in refused.response.content
        await mona.slash(server.channel, "config", answers=True, private=True)
        answered = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        assert answered.ephemeral
        assert "Geneva" in read(answered.response)
        other = server.guild.create_text_channel("other")
        assert not (await server.alice.slash(other, "ask", question=ANSWERED)).ephemeral
        assert len(server.env.errors) == 2


async def test_roles_and_sources_of_a_channel(seeds: Project, tmp_path: Path) -> None:
    async with serving(guarded(seeds, tmp_path)) as server:
        mona = moderator(server)
        staff = server.guild.create_role("Staff")
        carol = server.guild.add_member(server.env.create_user("carol"), roles=[staff])
        await mona.slash(server.channel, "config", allow_role=staff)
        assert "only some roles" in (await server.alice.slash(server.channel, "ask", question=ANSWERED)).response.content
        assert "Geneva" in read((await carol.slash(server.channel, "ask", question=ANSWERED)).response)
        await mona.slash(server.channel, "config", disallow_role=staff)
        assert "Geneva" in read((await server.alice.slash(server.channel, "ask", question=ANSWERED)).response)
        offered = await mona.autocomplete(server.channel, "config", "use_source", "004")
        said = read((await mona.slash(server.channel, "config", use_source=offered[0]["value"])).response)
        assert "004_3c2fc78c4d3681c6.txt" in said
        assert "1 article" in read((await server.alice.slash(server.channel, "sources")).response)
        reset = read((await mona.slash(server.channel, "config", reset=True)).response)
        assert "Articles: all" in reset
        assert "2 articles" in read((await server.alice.slash(server.channel, "sources")).response)
        assert server.env.errors


async def test_a_channel_without_mentions_needs_the_intent_and_says_so(seeds: Project, tmp_path: Path) -> None:
    async with serving(guarded(seeds, tmp_path)) as server:
        said = read((await moderator(server).slash(server.channel, "config", mention_needed=False)).response)
        assert "Message Content Intent is off" in said
    async with serving(guarded(seeds, tmp_path / "b", PRIVILEGED)) as server:
        await moderator(server).slash(server.channel, "config", mention_needed=False)
        await server.alice.send(server.channel, ANSWERED)
        assert "Geneva" in read(server.channel.last_message)


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        (("limits.person_questions=1", "limits.person_seconds=3600"), "You have asked a lot in a short time"),
        (("limits.server_questions=1", "limits.server_seconds=3600"), "This server has asked a lot in a short time"),
    ],
)
async def test_too_many_questions_are_told_when_to_come_back(
    seeds: Project, tmp_path: Path, flags: tuple[str, ...], why: str
) -> None:
    async with serving(guarded(seeds, tmp_path, *flags)) as server:
        await server.alice.slash(server.channel, "ask", question=REFUSED)
        over = await server.alice.slash(server.channel, "ask", question=REFUSED)
        assert why in over.response.content
        assert "<t:" in over.response.content
        assert ":R>" in over.response.content
        other = await server.bob.slash(server.channel, "ask", question=ANSWERED)
        assert ("Geneva" in read(other.response)) == ("You have" in why), "one person does not hold up the others"


async def test_many_at_once_wait_in_line_and_nobody_is_lost(seeds: Project, tmp_path: Path) -> None:
    flags = ("discord.workers=1", "limits.queue=2", "limits.person_questions=100")
    async with serving(guarded(seeds, tmp_path, *flags)) as server:
        asked = [simcord.actors._slash(server.alice, server.channel, "ask", {"question": ANSWERED}) for _ in range(5)]
        results = await asyncio.gather(*asked)
        said = [read(result.response) for result in results]
        assert sum("Geneva" in text for text in said) == 3
        full = [text for text in said if "Too many questions are waiting already" in text]
        assert len(full) == 2
        queued = [r.json.get("content", "") for r in server.env.http_requests if isinstance(r.json, dict)]
        assert "⏳ You are next." in queued
        assert "⏳ Your question is number 2 in the queue." in queued
