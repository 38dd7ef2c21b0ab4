"""Doctor's look at Discord: the token, and which words the bot may read."""

from __future__ import annotations

import asyncio
import os

from bot.settings import Settings

TOKEN = "DISCORD_TOKEN"
PORTAL = "https://discord.com/developers/applications"
SECONDS = 15
"""How long Discord may take to answer."""

WITHOUT = "off: questions by mention, reply, direct message and /ask; threads need a mention"
WITH = "on: in threads that the bot opened no mention is needed"

Check = tuple[str, bool, str]
"""What was checked, whether it is good, and how it is or what to do."""


def checks(settings: Settings) -> list[Check]:
    """The token and the intents, as Discord sees them."""
    token = os.environ.get(TOKEN, "").strip()
    wanted = settings.discord.message_content
    if not token:
        return [
            ("Discord token", True, f"not set; only needed to run the bot in Discord ({TOKEN})"),
            ("Discord intents", True, f"message content {WITH if wanted else WITHOUT}"),
        ]
    return asyncio.run(_asked(token, wanted))


async def _asked(token: str, wanted: bool) -> list[Check]:
    import aiohttp
    import discord

    try:
        async with asyncio.timeout(SECONDS), discord.Client(intents=discord.Intents.none()) as client:
            await client.login(token)
            application = await client.application_info()
    except discord.LoginFailure:
        return [("Discord token", False, f"Discord does not accept it. Copy it anew from {PORTAL} (Bot, Reset Token).")]
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        return [("Discord token", False, f"Discord cannot be reached ({type(error).__name__}). See to the network.")]
    allowed = application.flags.gateway_message_content or application.flags.gateway_message_content_limited
    if wanted and not allowed:
        remedy = f"Switch on the Message Content Intent at {PORTAL} (Bot), or set discord.message_content = false."
        intents: Check = (
            "Discord intents",
            False,
            f"The settings want message content, Discord refuses it. {remedy}",
        )
    else:
        intents = ("Discord intents", True, f"message content {WITH if wanted else WITHOUT}")
    return [("Discord token", True, f"accepted; the bot is {client.user}"), intents]
