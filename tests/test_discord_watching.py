"""The running bot takes in what changes among its articles, and tells whoever in it wants to know."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest
from conftest import MakeProject
from discord_fixtures import Server, make_bot, read, serving
from support import Child

from bot.cogs.client import VerbatimBot
from bot.settings import load
from bot.state import announced
from bot.wiring import SEEDS, Project
from retrieval.index.ingest import Report

WAIT_SECONDS = 120
ZEBRA = "The zebra of Bamako was born on a Tuesday in the garden of the palace.\n"
QUESTION = "Where was the zebra of Bamako born?"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEEDS, tmp_path / "articles"))


class Told:
    """Everything that was announced."""

    def __init__(self, bot: VerbatimBot) -> None:
        self.reports: list[Report] = []
        self._more = asyncio.Event()
        bot.changes.subscribe(self._hear)

    async def _hear(self, report: Report) -> None:
        self.reports.append(report)
        self._more.set()

    async def next(self) -> Report:
        async with asyncio.timeout(WAIT_SECONDS):
            await self._more.wait()
        self._more.clear()
        return self.reports[-1]


@asynccontextmanager
async def watching(bot: VerbatimBot) -> AsyncIterator[tuple[Server, Told]]:
    told = Told(bot)
    async with serving(bot) as server:
        yield server, told


async def remembered(bot: VerbatimBot) -> None:
    """Wait until it is stored that everybody was told of the articles as they are."""
    now = {entry.name: entry.sha256 for entry in bot.project.index.catalogue.entries()}
    assert bot.application_id is not None
    async with asyncio.timeout(WAIT_SECONDS):
        while True:
            with bot.database.session() as session:
                if announced.held(session, bot.application_id) == now:
                    return
            await asyncio.sleep(0.05)


async def test_what_appears_changes_and_vanishes_is_answered_from_and_announced(
    project: MakeProject, articles: Path, tmp_path: Path
) -> None:
    async with watching(make_bot(project(articles), tmp_path)) as (server, told):
        before = await server.alice.slash(server.channel, "ask", question=QUESTION)
        assert "born on a Tuesday" not in read(before.response)
        (articles / "zebra.txt").write_text(ZEBRA, "utf-8")
        report = await told.next()
        assert (report.added, report.updated, report.removed) == (["zebra.txt"], [], [])
        answered = await server.alice.slash(server.channel, "ask", question=QUESTION)
        assert "born on a Tuesday" in read(answered.response)
        (articles / "zebra.txt").write_text(ZEBRA.replace("Tuesday", "Friday"), "utf-8")
        report = await told.next()
        assert (report.added, report.updated, report.removed) == ([], ["zebra.txt"], [])
        assert list(report.previous) == ["zebra.txt"]
        answered = await server.alice.slash(server.channel, "ask", question=QUESTION)
        assert "born on a Friday" in read(answered.response)
        (articles / "zebra.txt").unlink()
        assert (await told.next()).removed == ["zebra.txt"]
        refused = await server.alice.slash(server.channel, "ask", question=QUESTION)
        assert "born on a" not in read(refused.response)
        assert len(told.reports) == 3


def _ingest(data: Path, models: Path, articles: Path) -> None:
    project = Project(load(), data, models)
    project.ingest([articles])
    project.index.close()


async def test_what_another_process_took_in_is_announced(project: MakeProject, articles: Path, tmp_path: Path) -> None:
    one = project(articles)
    async with watching(make_bot(one, tmp_path)) as (server, told):
        later = tmp_path / "later"
        shutil.copytree(articles, later)
        (later / "zebra.txt").write_text(ZEBRA, "utf-8")
        await asyncio.to_thread(Child(_ingest, one.data, one.models, later).result)
        assert (await told.next()).added == ["zebra.txt"]
        answered = await server.alice.slash(server.channel, "ask", question=QUESTION)
        assert "born on a Tuesday" in read(answered.response)


async def test_a_change_while_the_bot_was_down_is_announced_after_the_start_and_once(
    project: MakeProject, articles: Path, tmp_path: Path
) -> None:
    one = project(articles)
    async with watching(first := make_bot(one, tmp_path)) as (_, told):
        (articles / "first.txt").write_text("A first one.\n", "utf-8")
        assert (await told.next()).added == ["first.txt"]
        await remembered(first)
    (articles / "zebra.txt").write_text(ZEBRA, "utf-8")
    (articles / "first.txt").unlink()
    one.ingest([articles])
    async with watching(second := make_bot(one, tmp_path)) as (_, told):
        report = await told.next()
        assert (report.added, report.removed) == (["zebra.txt"], ["first.txt"])
        await remembered(second)
    async with watching(make_bot(one, tmp_path)) as (_, told):
        (articles / "last.txt").write_text("A last one.\n", "utf-8")
        await told.next()
        assert [report.added for report in told.reports] == [["last.txt"]]


async def test_where_nothing_is_watched_an_upload_is_announced_all_the_same(
    project: MakeProject, articles: Path, tmp_path: Path
) -> None:
    bot = make_bot(project(articles), tmp_path, "ingest.watch=false")
    async with watching(bot) as (server, told):
        mods = server.guild.create_role("Mods", permissions=discord.Permissions(manage_guild=True))
        mona = server.guild.add_member(server.env.create_user("mona"), roles=[mods])
        await mona.slash(server.channel, "ingest", file=("zebra.txt", ZEBRA.encode()))
        assert (await told.next()).added == ["zebra.txt"]
        (articles / "other.txt").write_text("Another one.\n", "utf-8")
        await mona.slash(server.channel, "ingest", file=("second.txt", b"A second one.\n"))
        # What else had changed comes along, since the index is brought in line as a whole.
        assert (await told.next()).added == ["other.txt", "second.txt"]


async def test_a_subscriber_that_fails_keeps_no_other_from_hearing(
    project: MakeProject, articles: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bot = make_bot(project(articles), tmp_path)

    async def fail(report: Report) -> None:
        raise ValueError(report.added)

    bot.changes.subscribe(fail)
    async with watching(bot) as (_, told):
        (articles / "zebra.txt").write_text(ZEBRA, "utf-8")
        assert (await told.next()).added == ["zebra.txt"]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["failed"]


async def test_a_fault_is_logged_once_and_questions_are_answered_meanwhile(
    project: MakeProject, articles: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "verbatim.discord")
    async with watching(make_bot(project(articles), tmp_path)) as (server, told):
        (articles / "zebra.txt").write_text(ZEBRA, "utf-8")
        await told.next()
        articles.rename(tmp_path / "away")
        async with asyncio.timeout(WAIT_SECONDS):
            while "not_in_line" not in caplog.messages:
                await asyncio.sleep(0.1)
        listed = await server.alice.slash(server.channel, "sources")
        assert "3 articles" in read(listed.response)
        (tmp_path / "away").rename(articles)
        (articles / "other.txt").write_text("Another one.\n", "utf-8")
        assert (await told.next()).added == ["other.txt"]
        async with asyncio.timeout(WAIT_SECONDS):
            while "in_line_again" not in caplog.messages:
                await asyncio.sleep(0.1)
    assert caplog.messages.count("not_in_line") == 1
