"""The articles as Discord shows them: a list, and one article page by page. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.render.discord import TITLE_CHARACTERS, day
from bot.render.lens import steps
from bot.render.neutral import inline, markdown, units
from retrieval.index.catalogue import Entry

PER_PAGE = 8
ROOM = 3000
"""Characters of an article on a page; the rest of Discord's 4,000 is for what stands around them."""


def listing(entries: Sequence[Entry]) -> list[list[str]]:
    """Blocks of the list, page by page."""
    if not entries:
        return [["There are no articles here yet."]]
    blocks = [f"**{inline(e.metadata.title, TITLE_CHARACTERS)}**\n-# {facts(e)}" for e in entries]
    return [blocks[at : at + PER_PAGE] for at in range(0, len(blocks), PER_PAGE)]


def article(text: str, body: int) -> list[list[str]]:
    """Blocks of an article's text, page by page, paragraphs numbered; together they are all of it."""
    made: list[list[str]] = [[]]
    for step in steps(text, body):
        number = f"**{step.paragraph}** " if step.part == 1 else ""
        lines = markdown(text[step.start : step.end])
        block = "\n".join([number + lines[0], *lines[1:]]) if lines else number
        if made[-1] and sum(map(units, made[-1])) + units(block) > ROOM:
            made.append([])
        made[-1].append(block)
    return made


def facts(entry: Entry) -> str:
    """Publisher, date and name of the file."""
    m = entry.metadata
    known = [
        inline(m.publisher, TITLE_CHARACTERS) if m.publisher else None,
        day(m.published) if m.published else "no date",
        inline(entry.name, TITLE_CHARACTERS),
    ]
    return " · ".join(fact for fact in known if fact)
