"""Looking closer: the context of a quote, its sources, the next page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.cogs import views
from bot.cogs.memory import passage, recall
from bot.cogs.place import audience
from bot.cogs.trouble import TooLate
from bot.cogs.views import Message, button
from bot.commands.verify import verify
from bot.render import citations, lens
from bot.render.discord import TITLE_CHARACTERS, Heading, day
from bot.render.neutral import inline
from bot.state.posts import Post
from bot.wiring import Project
from retrieval.corpus import receipts

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]


HOME = "home"
"""Stands for the step that holds the quote; its number may already be another button's."""


async def open_context(bot: VerbatimBot, press: Press, post: str, key: str) -> None:
    """Show the paragraph around a quote to the one who asks for it."""
    await press.response.defer(ephemeral=True, thinking=True)
    found = await recall(bot, post)
    message = await bot.state.run(_lens, bot.project, found, key, None)
    await press.edit_original_response(view=message.view)


async def move(bot: VerbatimBot, press: Press, post: str, key: str, at: str) -> None:
    """Move the lens through the article."""
    await press.response.defer()
    found = await recall(bot, post)
    message = await bot.state.run(_lens, bot.project, found, key, None if at == HOME else int(at))
    await press.edit_original_response(view=message.view)


async def sources(bot: VerbatimBot, press: Press, post: str) -> None:
    """Show what an answer was quoted from, each quote checked against its article as it is now."""
    await press.response.defer(ephemeral=True, thinking=True)
    found = await recall(bot, post)
    blocks = await bot.state.run(_cited, bot.project, found)
    await press.edit_original_response(view=views.text(*blocks).view)


async def turn(bot: VerbatimBot, press: Press, post: str, at: str, flags: str) -> None:
    """Turn to another page of an answer."""
    await press.response.defer()
    found = await recall(bot, post)
    private = press.message is not None and press.message.flags.ephemeral
    shared_by = int(flags[1:]) if flags[1:] else None
    head: Heading = views.heading(found, question=flags[0] == "q", shared_by=shared_by)
    message = views.answer(found, audience(press.channel, private=private), head, int(at))
    await press.edit_original_response(view=message.view, attachments=list(message.files))


def _lens(project: Project, post: Post, key: str, at: int | None) -> Message:
    """The lens at a step, or at the quote; in a thread."""
    quote = passage(post, key)
    catalogue = project.index.catalogue
    if quote.sha256 not in {entry.sha256 for entry in catalogue.entries()}:
        raise TooLate(
            f"{quote.article} has changed since this was quoted", f"/verify {quote.receipt} tells what became of the quote."
        )
    text = catalogue.text(quote.sha256)
    stops = lens.steps(text, catalogue.body(quote.sha256))
    # The middle of a quote that leans on the sentence before it is where the answer stands.
    home = lens.find(stops, quote.highlight[0] if quote.highlight else quote.start)
    here = home if at is None else max(0, min(at, len(stops) - 1))
    title = inline(quote.title, TITLE_CHARACTERS)
    url = post.links.get(quote.receipt)
    facts = [
        inline(quote.publisher, TITLE_CHARACTERS) if quote.publisher else None,
        day(quote.published) if quote.published else "no date",
        f"paragraph {stops[here].paragraph} of {stops[-1].paragraph}",
    ]
    return views.text(
        f"### {f'[{title}](<{url}>)' if url else title}\n-# {' · '.join(f for f in facts if f)}",
        *lens.show(text, stops, here, (quote.start, quote.end)),
        buttons=[
            button("lens", post.id, key, here - 1, emoji="◀️", disabled=here == 0),
            button("lens", post.id, key, HOME, label="To the quote", disabled=here == home),
            button("lens", post.id, key, here + 1, emoji="▶️", disabled=here == len(stops) - 1),
        ],
    )


def _cited(project: Project, post: Post) -> list[str]:
    """The sources of an answer; in a thread."""
    checks = {q.receipt: verify(project, receipts.parse(q.receipt)) for q in post.answer.quotes}
    return citations.blocks(post.answer.quotes, post.links, {receipt: c.verdict for receipt, c in checks.items()})
