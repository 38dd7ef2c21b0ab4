"""Looking closer: the context of a quote, its sources, the next page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.answer import Quote
from bot.cogs import views
from bot.cogs.memory import passage, recall, recall_marked
from bot.cogs.place import audience
from bot.cogs.views import AMBER, BLUE, Message, button
from bot.commands.verify import Verdict, verify
from bot.fates import Fate, Fates
from bot.render import citations, lens
from bot.render.discord import TITLE_CHARACTERS, Heading, day, quoted
from bot.render.fates import compared, fate
from bot.render.neutral import inline, units
from bot.state.posts import Post
from bot.wiring import Project
from retrieval.corpus import receipts
from retrieval.corpus.matching import Version
from retrieval.corpus.sentences import Span

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]


HOME = "home"
"""Stands for the step that holds the quote; its number may already be another button's."""

STANDS = "-# The article has changed since this was quoted; these words have not."

ROOM = 3400
"""Characters of a message that its title and buttons leave."""


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
    found, marks = await recall_marked(bot, post)
    private = press.message is not None and press.message.flags.ephemeral
    watched, person = flags[1:2] == "w", flags[1:].removeprefix("w")
    who = int(person) if person else None
    head: Heading = views.heading(
        found, question=flags[0] == "q", shared_by=None if watched else who, watched_by=who if watched else None
    )
    message = views.answer(found, audience(press.channel, private=private), head, int(at), marks)
    await press.edit_original_response(view=message.view, attachments=list(message.files))


def _lens(project: Project, post: Post, key: str, at: int | None) -> Message:
    """The lens at a step, or at the quote; in a thread."""
    quote = passage(post, key)
    seen = _look(project, quote)
    title = inline(quote.title, TITLE_CHARACTERS)
    url = post.links.get(quote.receipt)
    facts = [
        inline(quote.publisher, TITLE_CHARACTERS) if quote.publisher else None,
        day(quote.published) if quote.published else "no date",
    ]
    linked = f"[{title}](<{url}>)" if url else title
    if seen.place is None:
        said = seen.said if sum(map(units, seen.said)) <= ROOM else seen.said[:1]
        return views.text(f"### {linked}\n-# {' · '.join(f for f in facts if f)}", *said, accent=AMBER)
    stops = lens.steps(seen.version.text, seen.version.body)
    # The middle of a quote that leans on the sentence before it is where the answer stands.
    into = quote.highlight[0] - quote.start if quote.highlight else 0
    home = lens.find(stops, min(seen.place[0] + into, seen.place[1] - 1))
    here = home if at is None else max(0, min(at, len(stops) - 1))
    facts.append(f"paragraph {stops[here].paragraph} of {stops[-1].paragraph}")
    shown = lens.show(seen.version.text, stops, here, seen.place)
    said = seen.said if sum(map(units, (*seen.said, *shown))) <= ROOM else seen.said[:1]
    return views.text(
        f"### {linked}\n-# {' · '.join(f for f in facts if f)}",
        *said,
        *shown,
        accent=AMBER if seen.said else BLUE,
        buttons=[
            button("lens", post.id, key, here - 1, emoji="◀️", disabled=here == 0),
            button("lens", post.id, key, HOME, label="To the quote", disabled=here == home),
            button("lens", post.id, key, here + 1, emoji="▶️", disabled=here == len(stops) - 1),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A quote in its article as it is now."""

    version: Version
    place: Span | None
    """Where it stands, or what comes nearest to it."""
    said: tuple[str, ...] = ()
    """What has become of the quote; empty where it stands as it did."""


def _look(project: Project, quote: Quote) -> _Seen:
    """Find a quote in its article as it is now."""
    catalogue = project.index.catalogue
    fates = Fates(catalogue)
    if quote.sha256 in fates.digests.values():
        # To the letter the article that was quoted, perhaps under another name.
        return _Seen(fates.version(quote.sha256), (quote.start, quote.end))
    sha256, mark = fates.digests.get(quote.article), fates.mark(quote)
    if sha256 is None or mark is None or mark.fate is Fate.GONE:
        version = Version("", 0) if sha256 is None else fates.version(sha256)
        said = (fate(mark), quoted(quote.text)) if mark else (STANDS,)
        return _Seen(version, version.same(quote.text, quote.start), said)
    version = fates.version(sha256)
    said = (fate(mark), compared(quote.text, mark))
    return _Seen(version, version.closest(quote.text), said)


def _cited(project: Project, post: Post) -> list[str]:
    """The sources of an answer; in a thread."""
    checks = {q.receipt: verify(project, receipts.parse(q.receipt)) for q in post.answer.quotes}
    # At another place of the article, too, they are word for word in it.
    verdicts = {receipt: Verdict.IDENTICAL if c.moved else c.verdict for receipt, c in checks.items()}
    return citations.blocks(post.answer.quotes, post.links, verdicts)
