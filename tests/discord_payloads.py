"""Discord's own words: the numbers of its gateway, and its users, servers and channels as it sends them."""

from __future__ import annotations

from typing import Any

TOKEN = "a-token-of-the-test"
ME, APPLICATION, GUILD, CHANNEL, PERSON = "900", "901", "1000", "1001", "42"
WHEN = "2024-01-01T00:00:00.000000+00:00"

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
HEARTBEAT_MS = 500
PERMISSIONS = str((1 << 50) - 1)

Body = dict[str, Any]


def user(id_: str, name: str, *, bot: bool = False) -> Body:
    return {"id": id_, "username": name, "discriminator": "0", "global_name": None, "avatar": None, "bot": bot}


def member(of: Body) -> Body:
    return {"user": of, "nick": None, "roles": [], "joined_at": WHEN, "deaf": False, "mute": False, "flags": 0,
            "permissions": PERMISSIONS}  # fmt: skip


def channel() -> Body:
    return {"id": CHANNEL, "type": 0, "name": "general", "guild_id": GUILD, "position": 0, "permission_overwrites": [],
            "nsfw": False, "topic": None, "parent_id": None, "last_message_id": None,
            "permissions": PERMISSIONS}  # fmt: skip


def guild() -> Body:
    everyone = {"id": GUILD, "name": "@everyone", "permissions": PERMISSIONS, "position": 0, "color": 0, "hoist": False,
                "managed": False, "mentionable": False, "flags": 0,
                "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}  # fmt: skip
    return {"id": GUILD, "name": "Newsroom", "owner_id": PERSON, "member_count": 2, "large": False, "unavailable": False,
            "roles": [everyone], "emojis": [], "features": [], "channels": [channel()], "threads": [], "presences": [],
            "members": [member(user(ME, "verbatim", bot=True))], "voice_states": [], "stage_instances": [],
            "guild_scheduled_events": [], "soundboard_sounds": [], "stickers": [], "verification_level": 0,
            "default_message_notifications": 0, "explicit_content_filter": 0, "mfa_level": 0, "premium_tier": 0,
            "system_channel_flags": 0, "nsfw_level": 0, "preferred_locale": "en-US", "afk_timeout": 300}  # fmt: skip


def message(id_: str, author: Body, content: str, components: list[Body] | None = None) -> Body:
    return {"id": id_, "channel_id": CHANNEL, "author": author, "content": content, "timestamp": WHEN,
            "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": 1 << 15 if components else 0,
            "components": components or []}  # fmt: skip


def asked(id_: str, token: str, question: str, person: str) -> Body:
    """An interaction: somebody uses /ask."""
    options = [{"name": "question", "type": 3, "value": question}]
    return {"id": id_, "application_id": APPLICATION, "type": 2, "token": token, "version": 1,
            "data": {"id": "77", "name": "ask", "type": 1, "options": options}, "guild_id": GUILD,
            "channel_id": CHANNEL, "channel": channel(), "member": member(user(person, f"person{person}")),
            "locale": "en-US", "guild_locale": "en-US", "app_permissions": PERMISSIONS, "entitlements": [], "context": 0,
            "authorizing_integration_owners": {"0": GUILD}, "attachment_size_limit": 10_000_000}  # fmt: skip


def written(id_: str, text: str, person: str, *, pings: bool, to: str | None) -> Body:
    """A message of somebody's, which may ping the bot and reply to one of its messages."""
    author = user(person, f"person{person}")
    me = user(ME, "verbatim", bot=True)
    body = message(id_, author, text) | {
        "mentions": [me | {"member": member(user(ME, "verbatim"))}] if pings else [],
        "member": {k: v for k, v in member(author).items() if k != "user"},
        "guild_id": GUILD,
    }
    if to is None:
        return body
    reference = {"type": 0, "message_id": to, "channel_id": CHANNEL, "guild_id": GUILD}
    return body | {"type": 19, "message_reference": reference, "referenced_message": message(to, me, "")}
