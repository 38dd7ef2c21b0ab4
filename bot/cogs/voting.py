"""Votes: thumbs up at once, thumbs down with a form that asks what is wrong. One vote a person, changeable."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.cogs import views
from bot.cogs.memory import FORGOTTEN, write
from bot.cogs.trouble import TooLate
from bot.state import feedback, posts
from bot.state.feedback import COMMENT_CHARACTERS, Reason, Vote

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]

LABELS = {
    Reason.WRONG_QUOTE: "Wrong quote",
    Reason.WRONG_SOURCE: "Wrong source",
    Reason.SHOULD_HAVE_REFUSED: "It should have refused",
    Reason.SHOULD_HAVE_ANSWERED: "It should have answered",
    Reason.OTHER: "Something else",
}
FORM_SECONDS = 1.5
"""How long the form waits for what the person said before."""

THANKS_GOOD = "👍 Noted, thank you. You can change your vote at any time."
THANKS_BAD = "👎 Noted, thank you: this question joins those that I am tested with. You can change your vote at any time."


async def good(bot: VerbatimBot, press: Press, post: str) -> None:
    """Note that somebody finds an answer good."""
    await press.response.defer(ephemeral=True, thinking=True)
    await _cast(bot, press, post, Vote(good=True))
    await press.edit_original_response(content=THANKS_GOOD)


async def bad(bot: VerbatimBot, press: Press, post: str) -> None:
    """Ask what is wrong. A form can only be the first response, so nothing is awaited before it but the state."""
    earlier: Vote | None = None
    # The form is all that Discord takes here, and within three seconds; without the earlier vote it is as good.
    with suppress(TimeoutError):
        async with asyncio.timeout(FORM_SECONDS):
            found, earlier = await write(bot, lambda s: (posts.get(s, post), feedback.of(s, post, press.user.id)))
            if found is None:
                raise TooLate(*FORGOTTEN)
    await press.response.send_modal(form(post, earlier))


async def why(bot: VerbatimBot, press: Press, post: str) -> None:
    """Note what a form says is wrong."""
    await press.response.defer(ephemeral=True, thinking=True)
    values = dict(_values(press.data or {}))
    reason = values.get("reason")
    vote = Vote(False, Reason(reason) if reason in set(Reason) else None, (values.get("comment") or "").strip())
    await _cast(bot, press, post, vote)
    await press.edit_original_response(content=THANKS_BAD)


def form(post: str, earlier: Vote | None) -> ui.Modal:
    """The form behind 👎, filled in with what the person said before."""
    modal = ui.Modal(title="What is wrong with this answer?", custom_id=views.custom_id("why", post), timeout=None)
    chosen = earlier.reason if earlier else None
    options = [
        discord.RadioGroupOption(label=label, value=reason.value, default=reason is chosen)
        for reason, label in LABELS.items()
    ]
    modal.add_item(ui.Label(text="Which of these?", component=ui.RadioGroup(custom_id="reason", options=options)))
    comment: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id="comment",
        style=discord.TextStyle.paragraph,
        required=False,
        max_length=COMMENT_CHARACTERS,
        default=earlier.comment if earlier and earlier.comment else None,
        placeholder="What would have been right?",
    )
    modal.add_item(ui.Label(text="In your own words", component=comment))
    # What comes back is told apart by custom id, also after a restart; the form need not be kept.
    modal.stop()
    return modal


async def _cast(bot: VerbatimBot, press: Press, post: str, vote: Vote) -> None:
    if not await write(bot, lambda session: feedback.cast(session, post, press.user.id, vote)):
        raise TooLate(*FORGOTTEN)


def _values(data: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """What was filled in, by the custom id of each field."""
    for row in data.get("components", ()):
        for field in (row["component"],) if "component" in row else row.get("components", ()):
            yield field["custom_id"], field.get("value")
