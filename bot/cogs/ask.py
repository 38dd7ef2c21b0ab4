"""Asking: the slash command, a mention, a reply, a direct message, a thread."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import date
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.cogs import trouble, views
from bot.cogs.composing import Composing
from bot.cogs.delivery import Delivery, MessageDelivery, SlashDelivery
from bot.cogs.desk import Desk, Inquiry
from bot.cogs.gate import NotHere, Place, Rules, check
from bot.cogs.place import audience, conversation, place
from bot.state import posts
from retrieval.errors import QuestionError, StorageError

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")

RULES_SECONDS = 0.7
"""How long the rules of a channel may take to be read before a question is acknowledged without them."""

_HEARD = {discord.MessageType.default, discord.MessageType.reply, discord.MessageType.thread_starter_message}


class Ask(commands.Cog):
    """Everything that asks a question."""

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot
        self._desk = Desk(bot)
        self._composing = Composing(bot)

    @app_commands.command()
    @app_commands.describe(
        question="What you want to know",
        as_of="Answer from articles published by that day (YYYY-MM-DD)",
        private="Show the answer to you alone; you can share it afterwards",
    )
    async def ask(
        self,
        interaction: discord.Interaction[VerbatimBot],
        question: str,
        as_of: str | None = None,
        private: bool | None = None,
    ) -> None:
        """Ask the articles: exact quotes with their sources, or a refusal that says what is missing."""
        here = place(interaction)
        day = parse_day(as_of)
        # Private unless that is known to be too careful; it can still be shared.
        delivery = SlashDelivery(interaction, private=private is not False)
        rules = await self._rules(here, delivery)
        check(rules, here)
        if not delivery.acknowledged:
            delivery.private = rules.private if private is None else private
        inquiry = Inquiry(
            question,
            here,
            conversation=conversation(interaction.channel, self._bot.user),
            as_of=day,
            private=delivery.private,
        )
        await self._serve(inquiry, rules, delivery, interaction.channel, question_shown=False)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Answer what is meant for the bot."""
        if message.author.bot or message.webhook_id or message.type not in _HEARD or self._bot.user is None:
            return
        mentioned = self._mentioned(message)
        talking = conversation(message.channel, self._bot.user)
        text = self._without_mention(message)
        ours = await self._replies_to_answer(message)
        here = place(message)
        delivery = MessageDelivery(message)
        try:
            rules = await self._rules(here, delivery if mentioned or ours else None)
            if mentioned or ours:
                check(rules, here)
            elif not self._unasked(message, text, talking is not None, rules, here):
                return
            if ours and not text:
                raise QuestionError(
                    "Discord hides the words of this reply from me", "Mention me in it by name, or use /ask."
                )
        except Exception as error:
            await self._apologise(delivery, error, here)
            return
        reply_to = message.reference.message_id if message.reference else None
        inquiry = Inquiry(text, here, reply_to=reply_to, conversation=talking)
        await self._serve(inquiry, rules, delivery, message.channel, question_shown=True)

    async def _rules(self, here: Place, delivery: Delivery | None) -> Rules:
        """What holds there; nobody waits for a sign while that takes long to be read."""
        asked = asyncio.ensure_future(self._bot.gate.rules(here))
        if delivery and not (await asyncio.wait({asked}, timeout=RULES_SECONDS))[0]:
            await delivery.acknowledge()
        return await asked

    async def _serve(
        self, inquiry: Inquiry, rules: Rules, delivery: Delivery, channel: object, *, question_shown: bool
    ) -> None:
        """Acknowledge, answer, deliver; whatever fails on the way becomes words."""
        try:
            with self._bot.underway():
                await delivery.acknowledge()
                answered = await self._desk.answer(inquiry, rules, delivery.waiting)
                head = views.heading(answered.post, question=not question_shown)
                view = views.answer(answered.post, audience(channel, private=inquiry.private), head)
                sent = await delivery.deliver(view)
                await self._desk.shown(answered, sent, head)
        except Exception as error:
            await self._apologise(delivery, error, inquiry.place)
            return
        # Whoever asked has the quotes; what follows may take long and may fail.
        await self._composing.add(answered, sent, head, audience(channel, private=inquiry.private))

    async def _apologise(self, delivery: Delivery, error: Exception, here: Place) -> None:
        words = trouble.explain(error, guild=here.guild, channel=here.thread or here.channel)
        try:
            await delivery.apologise(words)
        except trouble.UNHEARD as failed:
            trouble.unheard(failed, channel=here.channel)

    def _mentioned(self, message: discord.Message) -> bool:
        """By name, by the role that Discord made for the bot, or by writing to it directly."""
        if message.guild is None or self._bot.user in message.mentions:
            return True
        own = message.guild.self_role
        return own is not None and own in message.role_mentions

    async def _replies_to_answer(self, message: discord.Message) -> bool:
        if message.reference is None or message.reference.message_id is None:
            return False
        replied = message.reference.message_id

        def known() -> bool:
            with self._bot.database.session() as session:
                return posts.of_message(session, replied) is not None

        try:
            return await self._bot.state.run(known)
        except StorageError as error:
            # Most replies are not for the bot; nobody is told of a fault that concerns nobody.
            trouble.explain(error, guild=message.guild.id if message.guild else None, channel=message.channel.id)
            return False

    def _unasked(self, message: discord.Message, text: str, talking: bool, rules: Rules, here: Place) -> bool:
        """Whether a message that does not name the bot is still a question to it."""
        if not text or message.mentions or message.reference or not (talking or not rules.mention_needed):
            return False
        try:
            check(rules, here)
        except NotHere:
            return False
        return True

    def _without_mention(self, message: discord.Message) -> str:
        assert self._bot.user is not None
        names = [rf"<@!?{self._bot.user.id}>"]
        if message.guild and message.guild.self_role:
            names.append(rf"<@&{message.guild.self_role.id}>")
        return " ".join(re.sub("|".join(names), " ", message.content).split())


def parse_day(text: str | None) -> date | None:
    """A day as it is typed.

    Raises:
        QuestionError: it is none.

    """
    if text is None or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise QuestionError(
            f"as_of is no day: {text.strip()[:40]!r}", "Write it as YYYY-MM-DD, for example 2021-12-31."
        ) from None
