"""Telling somebody that a question they watch is answered: in the old place, else directly, else in their list.

At most once: that somebody is about to be told is written down before it is done. Where a crash or a cut connection
leaves open whether Discord took the message, it is not sent again; the answer waits in the person's list.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import aiohttp
import discord
from sqlalchemy.orm import Session

from bot.cogs import views
from bot.cogs.desk import Answered, Desk
from bot.cogs.memory import write
from bot.cogs.place import audience
from bot.logs import event
from bot.render.discord import Heading
from bot.state import posts, watches
from bot.state.watches import Watch

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")

UNSURE = (discord.DiscordServerError, aiohttp.ClientError, OSError)
"""After these nobody can tell whether Discord took the message."""


class Telling:
    """Sends the answers of watched questions."""

    def __init__(self, bot: VerbatimBot, desk: Desk) -> None:
        self._bot = bot
        self._desk = desk

    async def tell(self, watch: Watch, answered: Answered) -> bool:
        """Tell the one who watches, unless somebody else is at it or they do not watch it any more.

        Returns:
            False if nothing was sent and it is to be tried again.

        Raises:
            Stopping: the bot is about to stop; nothing was begun.

        """
        with self._bot.underway():
            return await self._tell(watch, answered)

    async def _tell(self, watch: Watch, answered: Answered) -> bool:
        post, now = answered.post, discord.utils.utcnow()

        def begin(session: Session) -> bool:
            if not watches.begin_telling(session, watch.id, post.id):
                return False
            # With it every button of the message works, from the moment at which it can be seen.
            posts.add(session, post, now)
            return True

        if not await write(self._bot, begin):
            return True
        head = views.heading(post, question=True, watched_by=watch.person)
        try:
            sent = await self._send(watch, answered, head)
        except UNSURE as error:
            event(_log, logging.WARNING, "perhaps_told", watch=watch.id, error=type(error).__name__)
            sent = None
        except (discord.RateLimited, discord.HTTPException) as error:
            event(_log, logging.WARNING, "telling_failed", watch=watch.id, error=type(error).__name__)
            await write(self._bot, lambda session: self._undo(session, watch, post.id))
            return False
        if sent is None:
            await write(self._bot, lambda session: watches.wait(session, watch.id))
            event(_log, logging.INFO, "answer_waits", watch=watch.id)
            return True
        await write(self._bot, lambda session: watches.remove(session, watch.id))
        await self._desk.shown(answered, sent, head)
        event(_log, logging.INFO, "told", watch=watch.id, post=post.id, channel=sent.channel.id)
        return True

    def _undo(self, session: Session, watch: Watch, post: str) -> None:
        """Nothing was sent: it is asked and told again later."""
        watches.not_told(session, watch.id)
        posts.forget(session, post)

    async def _send(self, watch: Watch, answered: Answered, head: Heading) -> discord.Message | None:
        """The message that was sent; None where neither the old place nor direct messages are open."""
        if watch.message is not None:
            try:
                found = self._bot.get_channel(watch.channel) or await self._bot.fetch_channel(watch.channel)
                if isinstance(found, discord.abc.Messageable):
                    return await self._post(found, watch, answered, head)
            except (discord.NotFound, discord.Forbidden) as error:
                event(_log, logging.INFO, "old_place_closed", watch=watch.id, status=error.status, code=error.code)
        try:
            person = await self._bot.fetch_user(watch.person)
            return await self._post(await person.create_dm(), watch, answered, head)
        except (discord.NotFound, discord.Forbidden):
            return None

    async def _post(
        self, channel: discord.abc.Messageable, watch: Watch, answered: Answered, head: Heading
    ) -> discord.Message:
        message = views.answer(answered.post, audience(channel, private=False), head)
        reference = None
        if watch.message is not None and getattr(channel, "id", None) == watch.channel:
            # Into the channel where the refusal is deleted.
            reference = discord.MessageReference(
                message_id=watch.message, channel_id=watch.channel, guild_id=watch.guild, fail_if_not_exists=False
            )
        return await channel.send(
            view=message.view,
            files=list(message.files),
            reference=reference,  # type: ignore[arg-type]  # none is allowed
            mention_author=False,
            allowed_mentions=discord.AllowedMentions(
                everyone=False, roles=False, replied_user=False, users=[discord.Object(watch.person)]
            ),
            # Discord takes a message with the same one only once, should discord.py try again after a 5xx.
            nonce=watch.id,
        )
