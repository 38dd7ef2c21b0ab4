"""What messages look like: layouts of text and buttons. What a button does stands in its custom id and in `buttons`.

Nothing is kept in memory for a message that was sent, so a button works as long as its answer is remembered, whichever
process answers it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import discord
from discord import ui

from bot.answer import Status
from bot.fates import NONE, Marks
from bot.render.discord import Heading, Page, label, pages
from bot.state.posts import Post

PREFIX = "verbatim"

GREEN, AMBER, RED, BLUE = 0x2F9E6E, 0xE0A030, 0xC8473D, 0x4A7BD0
_ACCENTS = {Status.ANSWERED: GREEN, Status.PARTIAL: AMBER, Status.REFUSED: RED}

ROW = 5
"""Buttons in a row at the most."""


class Audience(StrEnum):
    """Where an answer stands, which decides what can be done with it."""

    PRIVATE = "private"
    """Only its asker sees it, and may share it."""
    CHANNEL = "channel"
    """It stands among other talk, and may open a thread."""
    CONVERSATION = "conversation"
    """It stands in a thread or in direct messages already."""


@dataclass(frozen=True, slots=True)
class Message:
    """A layout with its files, ready to send."""

    view: ui.LayoutView
    files: tuple[discord.File, ...] = ()


def custom_id(action: str, *arguments: object) -> str:
    """What a button carries."""
    return ":".join([PREFIX, action, *map(str, arguments)])


def heading(post: Post, question: bool, shared_by: int | None = None, watched_by: int | None = None) -> Heading:
    """What stands above a post."""
    understood = post.understood if post.understood.casefold() != post.answer.question.casefold() else None
    return Heading(question, understood, post.as_of, shared_by, watched_by)


def answer(post: Post, audience: Audience, head: Heading, at: int | None = 0, marks: Marks = NONE) -> Message:
    """An answer with its buttons.

    Args:
        post: what is shown.
        audience: where it stands.
        head: what stands above it.
        at: which page, from 0; None for the first with a mark.
        marks: what no longer stands of it.

    """
    made = pages(post.answer, post.links, head, marks)
    marked = (number for number, page in enumerate(made) if any(block.mark for block in page.blocks))
    at = next(marked, 0) if at is None else min(at, len(made) - 1)
    page = made[at]
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=AMBER if marks else _ACCENTS[page.status])
    _fill(box, page)
    if len(made) > 1:
        box.add_item(ui.TextDisplay(f"-# Page {at + 1} of {len(made)}"))
    box.add_item(ui.Separator(visible=False))
    for row in _rows(post, page, audience, head, at, len(made)):
        box.add_item(ui.ActionRow(*row))
    whole = [block.whole for block in page.blocks if block.whole]
    return Message(_layout(box), tuple(discord.File(io.BytesIO(file.text.encode()), file.name) for file in whole))


def text(*blocks: str, accent: int = BLUE, buttons: Sequence[ui.Button[ui.LayoutView]] = ()) -> Message:
    """Text in a frame, a line under its first block and in the place of each empty one, and a row of buttons under it."""
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=accent)
    for number, block in enumerate(blocks):
        if number == 1 or not block:
            box.add_item(ui.Separator())
        if block:
            box.add_item(ui.TextDisplay(block))
    if buttons:
        box.add_item(ui.Separator(visible=False))
        box.add_item(ui.ActionRow(*buttons))
    return Message(_layout(box))


def button(
    action: str,
    *arguments: object,
    label: str | None = None,
    emoji: str | None = None,
    style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    disabled: bool = False,
) -> ui.Button[ui.LayoutView]:
    """A button that carries what it does."""
    return ui.Button(label=label, emoji=emoji, style=style, disabled=disabled, custom_id=custom_id(action, *arguments))


def _fill(box: ui.Container[ui.LayoutView], page: Page) -> None:
    for number, block in enumerate(page.blocks):
        if number and (block.apart or (block.key and page.blocks[number - 1].key)):
            box.add_item(ui.Separator(visible=block.apart))
        box.add_item(ui.TextDisplay(f"{block.mark}\n{block.text}" if block.mark else block.text))
        if block.whole:
            box.add_item(ui.File(f"attachment://{block.whole.name}"))
        if block.source:
            box.add_item(ui.TextDisplay(block.source))


def _rows(
    post: Post, page: Page, audience: Audience, head: Heading, at: int, of: int
) -> list[list[ui.Button[ui.LayoutView]]]:
    keys = [block.key for block in page.blocks if block.key]
    several = len(keys) > 1
    buttons = [
        button("context", post.id, key, label=f"Context {label(key)}" if several else "Context", emoji="🔎") for key in keys
    ]
    if post.answer.quotes:
        buttons.append(button("sources", post.id, label="Sources", emoji="📄"))
    votes = [button("good", post.id, emoji="👍"), button("bad", post.id, emoji="👎")]
    if audience is Audience.PRIVATE:
        votes.append(button("share", post.id, label="Share", emoji="📣"))
    elif audience is Audience.CHANNEL:
        votes.append(button("thread", post.id, label="Follow up", emoji="🧵"))
    turning = []
    if of > 1:
        person = f"{'w' if head.watched_by else ''}{head.watched_by or head.shared_by or ''}"
        flags = f"{'q' if head.question else '-'}{person}"
        turning = [
            button("page", post.id, at - 1, flags, emoji="◀️", disabled=at == 0),
            button("page", post.id, at + 1, flags, emoji="▶️", disabled=at == of - 1),
        ]
    rows: list[list[ui.Button[ui.LayoutView]]] = []
    watching = [button("watch", post.id, label="Watch", emoji="🔔")] if post.answer.status is not Status.ANSWERED else []
    for group in (buttons, watching, [*votes, *turning]):
        if rows and len(rows[-1] + group) <= ROW:
            rows[-1] += group
        elif group:
            rows.append(group)
    return rows


def _layout(box: ui.Container[ui.LayoutView]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(box)
    # Presses are told apart by custom id; a stopped view is not kept in memory.
    view.stop()
    return view
