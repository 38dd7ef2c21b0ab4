"""/watches and the buttons of watched questions: who watches what, until when, and what was answered meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui
from discord.ext import commands
from sqlalchemy.orm import Session

from bot.answer import Status
from bot.cogs import views
from bot.cogs.asking_again import AskingAgain
from bot.cogs.memory import recall, recall_marked, write
from bot.cogs.place import place
from bot.cogs.trouble import TooLate
from bot.cogs.views import Audience, button
from bot.render.discord import QUESTION_CHARACTERS, day
from bot.render.neutral import inline
from bot.state import posts, stale, watches
from bot.state.posts import Post
from bot.state.watches import State, Watch
from retrieval.errors import VerbatimError

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]

PAGE = 7
"""Watches of a page: with their buttons they stay below Discord's 40 components."""

GONE = ("This is not among the questions that you watch", "/watches lists those that are.")


class TooMany(VerbatimError):
    """A person watches as many questions as they may."""


class Watches(commands.Cog):
    """Lists what a person watches."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot

    @app_commands.command()
    async def watches(self, interaction: discord.Interaction[VerbatimBot]) -> None:
        """List the questions that you watch, and delete them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(view=await _listed(self._bot, interaction.user.id, 0))


async def watch(bot: VerbatimBot, press: Press, post: str) -> None:
    """Watch what an answer refuses, for the one who presses."""
    await press.response.defer(ephemeral=True, thinking=True)
    found = await recall(bot, post)
    limits, now = bot.settings.watches, discord.utils.utcnow()
    made = _made(found, press, now + timedelta(days=limits.days))

    def keep(session: Session) -> None:
        if not all(watches.add(session, one, limits.per_person, now) for one in made):
            # All parts of a question or none.
            raise TooMany(
                f"A person may watch {limits.per_person} questions at a time, and these would be more",
                "/watches lists yours; delete some there.",
            )

    await write(bot, keep)
    what = "this" if len(made) == 1 else f"these {len(made)} questions"
    where = "you directly" if made[0].message is None else "you here"
    until = discord.utils.format_dt(made[0].expires, "d")
    await press.edit_original_response(
        content=f"🔔 Until {until} I ask {what} again whenever articles come, and tell {where} when one answers. "
        "`/watches` lists what you watch."
    )
    # Articles may have come since it was refused.
    AskingAgain.of(bot).work.ask()


async def unwatch(bot: VerbatimBot, press: Press, which: str, at: str) -> None:
    """Delete one of one's own watches."""
    await press.response.defer()
    if not await write(bot, lambda s: watches.get(s, which, press.user.id) is not None and watches.remove(s, which)):
        raise TooLate(*GONE)
    await press.edit_original_response(view=await _listed(bot, press.user.id, int(at)))


async def turn(bot: VerbatimBot, press: Press, at: str) -> None:
    """Turn to another page of one's own list."""
    await press.response.defer()
    await press.edit_original_response(view=await _listed(bot, press.user.id, int(at)))


async def show(bot: VerbatimBot, press: Press, which: str) -> None:
    """Show the answer that somebody could not be told of, which ends the watch."""
    await press.response.defer(ephemeral=True, thinking=True)
    found = await write(bot, lambda session: watches.get(session, which, press.user.id))
    if found is None or found.post is None:
        raise TooLate(*GONE)
    post, marks = await recall_marked(bot, found.post)
    head = views.heading(post, question=True)
    message = views.answer(post, Audience.PRIVATE, head, marks=marks)
    sent = await press.edit_original_response(view=message.view, attachments=list(message.files))

    def shown(session: Session) -> None:
        posts.shown(session, post.id, sent.id, sent.channel.id)
        stale.face(session, post.id, sent.id, question=True, editable=False, marks=marks, answer=post.answer)
        watches.remove(session, which)

    await write(bot, shown)


def _made(post: Post, press: Press, until: datetime) -> list[Watch]:
    """A watch for each part of a question that was refused."""
    here = place(press)
    alone = press.message is None or press.message.flags.ephemeral
    refused = [part.question for part in post.answer.parts if part.status is Status.REFUSED]
    return [
        Watch(
            id=posts.new_id(),
            person=press.user.id,
            asker=post.person,
            guild=here.guild,
            channel=here.thread or here.channel,
            parent=here.channel,
            message=None if alone or press.message is None else press.message.id,
            question=question,
            as_of=post.as_of,
            expires=until,
        )
        for question in refused
    ]


async def _listed(bot: VerbatimBot, person: int, at: int) -> ui.LayoutView:
    """A page of a person's watches."""
    now = discord.utils.utcnow()
    found = await write(bot, lambda session: watches.of(session, person, now))
    of = max(1, -(-len(found) // PAGE))
    at = max(0, min(at, of - 1))
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=views.BLUE)
    head = f"### You watch {len(found)} question{'s' if len(found) != 1 else ''}"
    box.add_item(ui.TextDisplay(head if found else f"{head}\nA refusal has a button for it."))
    for one in found[at * PAGE : (at + 1) * PAGE]:
        box.add_item(ui.TextDisplay(_line(one)))
        buttons = [button("unwatch", one.id, at, label="Delete", emoji="🗑️")]
        if one.state is State.WAITING:
            buttons.insert(0, button("watched", one.id, label="Show the answer", style=discord.ButtonStyle.primary))
        box.add_item(ui.ActionRow(*buttons))
    if of > 1:
        box.add_item(
            ui.ActionRow(
                button("watchlist", at - 1, emoji="◀️", disabled=at == 0),
                button("watchlist", at + 1, emoji="▶️", disabled=at == of - 1),
            )
        )
    view = ui.LayoutView(timeout=None)
    view.add_item(box)
    view.stop()
    return view


def _line(one: Watch) -> str:
    where = "for you alone" if one.message is None else f"in <#{one.channel}>"
    facts = [where, f"until {discord.utils.format_dt(one.expires, 'd')}"]
    if one.as_of:
        facts.insert(0, f"articles by {day(one.as_of)}")
    said = "✅ An article answers this now, and you could not be told.\n" if one.state is State.WAITING else ""
    return f"{said}**{inline(one.question, QUESTION_CHARACTERS)}**\n-# {' · '.join(facts)}"
