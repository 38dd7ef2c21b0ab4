"""/sources, /source, /verify, /help and /forget-me in a simulated Discord."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import simcord
from discord_fixtures import ANSWERED, FixedGate, buttons, make_bot, press, raw, read, serving, source_text
from sqlalchemy import func, select

from bot.cogs.gate import Rules
from bot.state.checks import CheckRow
from bot.state.database import Database
from bot.state.feedback import VoteRow
from bot.state.posts import PostRow
from bot.wiring import Project

ARTICLE = "000_7a518c810b0cef30.txt"


async def test_the_list_shows_what_applies_in_the_channel(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        said = read((await server.alice.slash(server.channel, "sources")).response)
        assert "2 articles" in said
        assert "Russia presents two draft security treaties" in said
    async with serving(make_bot(seeds, tmp_path, gate=FixedGate(Rules(articles=frozenset([ARTICLE]))))) as server:
        said = read((await server.alice.slash(server.channel, "sources")).response)
        assert "1 article" in said
        assert "Russia issues security proposal" not in said


async def test_a_long_list_is_paged_and_survives_a_restart(project: object, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}.txt").write_text(f"Article {number} says that {number} birds flew over the lake.")
    many = project(folder)  # type: ignore[operator]
    async with serving(make_bot(many, tmp_path)) as server:
        result = await server.alice.slash(server.channel, "sources")
        assert "Page 1 of 3" in read(result.response)
        await server.env.restart_bot(make_bot(many, tmp_path))
        turned = await follow(server.alice, result, "sourcelist:1")
        assert "Page 2 of 3" in read(turned.response)
        assert "08.txt" in read(turned.response)


async def test_an_article_is_found_by_typing_and_read_to_its_end(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        offered = await server.alice.autocomplete(server.channel, "source", "name", "draft sec")
        assert [choice["name"] for choice in offered] == [f"Russia presents two draft security treaties ({ARTICLE})"]
        result = await server.alice.slash(server.channel, "source", name=offered[0]["value"])
        shown = [read(result.response)]
        while (
            forward := [n for n, c in buttons(result.response).items() if n[-1].isdigit() and not c.get("disabled")]
        ) and ("▶" in str(buttons(result.response)[forward[-1]].get("emoji", {}))):
            result = await press(server.alice, result.response, forward[-1])
            shown.append(read(result.response))
        text = seeds.index.catalogue.text(next(e for e in seeds.index.catalogue.entries() if e.name == ARTICLE).sha256)
        plain = re.sub(r"\W+", "", "".join(shown))
        assert re.sub(r"\W+", "", text.split("\n")[0])[20:120] in plain
        assert re.sub(r"\W+", "", text.strip().split("\n")[-1])[-80:] in plain


async def test_an_unknown_article(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        result = await server.alice.slash(server.channel, "source", name="nothing like it")
        assert "There is no article" in result.response.content
        assert server.env.errors


async def test_a_receipt_is_verified(seeds: Project, tmp_path: Path) -> None:
    async with serving(make_bot(seeds, tmp_path)) as server:
        quote = seeds.answerer.ask(ANSWERED).quotes[0]
        good = read((await server.alice.slash(server.channel, "verify", receipt=quote.receipt)).response)
        assert "Identical" in good
        assert "Geneva" in good
        changed = quote.receipt[:-1] + ("a" if quote.receipt[-1] != "a" else "b")
        assert "Changed" in read((await server.alice.slash(server.channel, "verify", receipt=changed)).response)
        gone = "gone.txt" + quote.receipt[quote.receipt.index(":") :]
        assert "Missing" in read((await server.alice.slash(server.channel, "verify", receipt=gone)).response)
        result = await server.alice.slash(server.channel, "verify", receipt="nonsense")
        assert "is not a receipt" in result.response.content
        assert server.env.errors


async def test_help_names_every_command_and_admins_see_theirs(seeds: Project, tmp_path: Path) -> None:
    bot = make_bot(seeds, tmp_path)
    async with serving(bot) as server:
        everybody = source_text((await server.alice.slash(server.channel, "help")).response)
        for command in bot.tree.get_commands():
            listed = f"/{command.name}" in everybody or f"**{command.name}**" in everybody
            assert listed == (getattr(command, "default_permissions", None) is None), command.name


async def test_what_a_person_said_is_deleted_when_they_say_so_twice(seeds: Project, tmp_path: Path) -> None:
    bot = make_bot(seeds, tmp_path)
    async with serving(bot) as server:
        answered = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await press(server.alice, answered.response, next(n for n in buttons(answered.response) if n.startswith("good")))
        await server.bob.slash(server.channel, "ask", question=ANSWERED)
        asked = await server.alice.slash(server.channel, "forget-me")
        assert count(bot.database, PostRow) == 2, "not before it is confirmed"
        done = await follow(server.alice, asked, "forget")
        assert "Deleted: 1 questions, 1 votes, 0 checked messages" in read(done.response)
        assert (count(bot.database, PostRow), count(bot.database, VoteRow), count(bot.database, CheckRow)) == (1, 0, 0)
        late = await press(server.alice, answered.response, next(n for n in buttons(answered.response) if "context" in n))
        assert "no longer remembered" in said(late)


def pressable(result: simcord.InteractionResult) -> list[dict[str, Any]]:
    return [c for c in raw(result.response) if c["type"] == 2 and not c.get("disabled")]


async def follow(who: simcord.MemberActor, result: simcord.InteractionResult, ending: str) -> simcord.InteractionResult:
    """Press the button whose custom id ends so."""
    (id_,) = [c["custom_id"] for c in pressable(result) if c["custom_id"].endswith(ending)]
    return await who.click(result.response, custom_id=id_)


def said(result: simcord.InteractionResult) -> str:
    return read(result.response)


def count(database: Database, table: type) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
