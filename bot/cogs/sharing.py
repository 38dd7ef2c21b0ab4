"""Making an answer known to others: a private one shared, a public one talked on about in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from sqlalchemy.orm import Session

from bot.cogs import views
from bot.cogs.memory import recall, recall_marked, write
from bot.cogs.place import audience
from bot.cogs.trouble import TooLate
from bot.state import posts, stale
from retrieval.errors import VerbatimError

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

    Press = discord.Interaction[VerbatimBot]

THREAD_NAME = 90
THREAD_MINUTES: Literal[1440] = 1440


class AlreadyDone(VerbatimError):
    """It was done before."""


async def share(bot: VerbatimBot, press: Press, post: str) -> None:
    """Show a private answer to everybody in its channel, once."""
    found, marks = await recall_marked(bot, post)
    if not await write(bot, lambda session: posts.claim_share(session, post)):
        raise AlreadyDone("This answer is shared already", "It stands further down in this channel.")
    head = views.heading(found, question=True, shared_by=press.user.id)
    message = views.answer(found, audience(press.channel, private=False), head, marks=marks)
    try:
        await press.response.send_message(view=message.view, files=list(message.files))
    except discord.HTTPException:
        await write(bot, lambda session: posts.release_share(session, post))
        raise
    sent = await press.original_response()

    def remember(session: Session) -> None:
        posts.shown(session, post, sent.id, sent.channel.id)
        stale.face(session, post, sent.id, question=True, shared_by=press.user.id, marks=marks, answer=found.answer)

    await write(bot, remember)


async def open_thread(bot: VerbatimBot, press: Press, post: str) -> None:
    """Open a thread under an answer, in which every message goes on from it."""
    await press.response.defer(ephemeral=True, thinking=True)
    found = await recall(bot, post)
    if press.message is None or not isinstance(press.channel, discord.TextChannel):
        raise TooLate("Here I cannot open a thread", "Reply to the answer instead.")
    if (thread := press.channel.get_thread(press.message.id)) is None:
        name = " ".join(found.answer.question.split())[:THREAD_NAME]
        thread = await press.channel.create_thread(
            name=name, message=press.message, auto_archive_duration=THREAD_MINUTES, reason="Asked for with a button"
        )
        how = "No mention is needed." if bot.intents.message_content else "Mention me in each, or reply to an answer."
        await thread.send(f"Ask on here; I understand your questions in the light of the answer above. {how}")
    await press.edit_original_response(content=f"Follow up in {thread.mention}.")
