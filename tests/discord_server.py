"""A small Discord on loopback: the gateway over a real WebSocket and the REST routes that the bot uses."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

TOKEN = "a-token-of-the-test"
ME, APPLICATION, GUILD, CHANNEL, PERSON = "900", "901", "1000", "1001", "42"
WHEN = "2024-01-01T00:00:00.000000+00:00"

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
HEARTBEAT_MS = 500
PERMISSIONS = str((1 << 50) - 1)

Body = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """A request as it came."""

    method: str
    path: str
    body: Body
    status: int
    """What it was answered with."""


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


class DiscordServer:
    """What happened is in `calls`, `operations` and `heartbeats`; what is to happen is set by the test."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.operations: list[int] = []
        """Identify and resume, in the order in which clients sent them."""
        self.heartbeats = 0
        self.refusals: list[Callable[[str, str], bool]] = []
        """Each answers the first request that fits it with a 429, and is then gone."""
        self.invalid_sessions = 0
        """So many attempts to resume are answered with "invalid session"."""
        self.ready = asyncio.Event()
        """Set by each identify or resume that succeeds; the test clears it."""
        self.changed = asyncio.Condition()
        self._sockets: list[_Gateway] = []
        self._sequence = 0
        self._sent: list[Body] = []
        self._session = "session-1"
        self._ids = 5000
        self.port = 0

    def new_id(self) -> str:
        self._ids += 1
        return str(self._ids)

    async def wait(self, condition: Callable[[], bool], seconds: float = 120) -> None:
        """Until a request or an operation has made the condition true."""
        async with self.changed, asyncio.timeout(seconds):
            await self.changed.wait_for(condition)

    def named(self, method: str, ending: str, status: int | None = None) -> list[Call]:
        """Requests of a kind."""
        return [c for c in self.calls if c.method == method and c.path.endswith(ending) and status in (None, c.status)]

    async def dispatch(self, name: str, data: Body) -> None:
        """An event; if nobody is connected, it waits to be resumed."""
        self._sequence += 1
        event = {"op": DISPATCH, "t": name, "s": self._sequence, "d": data}
        self._sent.append(event)
        for socket in self._sockets:
            if socket.live:
                await socket.send(event)

    async def ask(self, question: str) -> str:
        """Somebody uses /ask; the token of the interaction comes back."""
        token = f"interaction-{self.new_id()}"
        options = [{"name": "question", "type": 3, "value": question}]
        await self.dispatch(
            "INTERACTION_CREATE",
            {"id": self.new_id(), "application_id": APPLICATION, "type": 2, "token": token, "version": 1,
             "data": {"id": "77", "name": "ask", "type": 1, "options": options}, "guild_id": GUILD,
             "channel_id": CHANNEL, "channel": channel(), "member": member(user(PERSON, "alice")), "locale": "en-US",
             "guild_locale": "en-US", "app_permissions": PERMISSIONS, "entitlements": [], "context": 0,
             "authorizing_integration_owners": {"0": GUILD}, "attachment_size_limit": 10_000_000},
        )  # fmt: skip
        return token

    async def mention(self, text: str) -> str:
        """Somebody writes to the bot; the id of the message comes back."""
        id_ = self.new_id()
        alice = user(PERSON, "alice")
        await self.dispatch(
            "MESSAGE_CREATE",
            self.message(id_, alice, f"<@{ME}> {text}")
            | {"mentions": [user(ME, "verbatim", bot=True) | {"member": member(user(ME, "verbatim"))}],
               "member": {k: v for k, v in member(alice).items() if k != "user"}, "guild_id": GUILD},
        )  # fmt: skip
        return id_

    def message(self, id_: str, author: Body, content: str, components: list[Body] | None = None) -> Body:
        return {"id": id_, "channel_id": CHANNEL, "author": author, "content": content, "timestamp": WHEN,
                "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [],
                "attachments": [], "embeds": [], "pinned": False, "type": 0, "flags": 1 << 15 if components else 0,
                "components": components or []}  # fmt: skip

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in self._sockets:
            socket.cut()
        self._sockets.clear()

    async def tell_to_reconnect(self) -> None:
        """Opcode 7."""
        for socket in list(self._sockets):
            await socket.send({"op": RECONNECT, "d": None})

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = _Gateway(web.WebSocketResponse(), compressed=request.query.get("compress") == "zlib-stream")
        await socket.response.prepare(request)
        socket.request = request
        self._sockets.append(socket)
        await socket.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for message in socket.response:
            if message.type is aiohttp.WSMsgType.TEXT:
                await self._operation(socket, json.loads(message.data))
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket.response

    async def _operation(self, socket: _Gateway, body: Body) -> None:
        if body["op"] == HEARTBEAT:
            self.heartbeats += 1
            await socket.send({"op": ACK})
        elif body["op"] == IDENTIFY:
            assert body["d"]["token"] == TOKEN
            await self._welcome(socket, body["d"].get("shard", [0, 1]))
        elif body["op"] == RESUME:
            await self._resume(socket, body["d"])
        if body["op"] in {IDENTIFY, RESUME}:
            async with self.changed:
                self.operations.append(body["op"])
                self.changed.notify_all()

    async def _welcome(self, socket: _Gateway, shard: list[int]) -> None:
        socket.live = True
        await self.dispatch(
            "READY",
            {"v": 10, "user": user(ME, "verbatim", bot=True), "guilds": [{"id": GUILD, "unavailable": True}],
             "session_id": self._session, "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway", "shard": shard,
             "application": {"id": APPLICATION, "flags": 0}},
        )  # fmt: skip
        await self.dispatch("GUILD_CREATE", guild())
        self.ready.set()

    async def _resume(self, socket: _Gateway, data: Body) -> None:
        if self.invalid_sessions:
            self.invalid_sessions -= 1
            self._session += "'"
            await socket.send({"op": INVALID, "d": False})
            return
        assert data["session_id"] == self._session
        for event in [e for e in self._sent if e["s"] > data["seq"]]:
            await socket.send(event)
        socket.live = True
        await self.dispatch("RESUMED", {})
        self.ready.set()

    async def rest(self, request: web.Request) -> web.Response:
        path = request.path.removeprefix("/api/v10")
        body = await _body(request)
        fitting = next((refuse for refuse in self.refusals if refuse(request.method, path)), None)
        if fitting is not None:
            self.refusals.remove(fitting)
            answer: Any = {"message": "You are being rate limited.", "retry_after": 0.3, "global": False}
            status = 429
        else:
            status, answer = self._answer(request.method, path.strip("/").split("/"), body)
        async with self.changed:
            self.calls.append(Call(request.method, path, body, status))
            self.changed.notify_all()
        # Discord's own answers come through a proxy, and the library tells them from Cloudflare's by that.
        headers = {"Via": "1.1 loopback"}
        if status == 429:
            headers |= {"Retry-After": "1", "X-RateLimit-Scope": "user"}
        if answer is None:
            return web.Response(status=status, headers=headers)
        # Without a charset, as Discord writes it.
        headers["Content-Type"] = "application/json"
        return web.Response(body=json.dumps(answer).encode(), status=status, headers=headers)

    def _answer(self, method: str, path: list[str], body: Body) -> tuple[int, Any]:
        me = user(ME, "verbatim", bot=True)
        match method, path:
            case "GET", ["users", "@me"]:
                return 200, me | {"verified": True, "flags": 0}
            case "GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]:
                return 200, {"id": APPLICATION, "name": "verbatim", "description": "", "icon": None, "bot_public": True,
                             "bot_require_code_grant": False, "verify_key": "", "flags": 0, "owner": user(PERSON, "alice"),
                             "team": None, "summary": ""}  # fmt: skip
            case "GET", ["gateway", "bot"]:
                limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
                return 200, {"url": f"ws://127.0.0.1:{self.port}/gateway", "shards": 1, "session_start_limit": limit}
            case "PUT", ["applications", _, "commands"]:
                extra = {"application_id": APPLICATION, "version": "1", "dm_permission": True, "nsfw": False}
                commands: list[Body] = list(body["list"])
                return 200, [{"id": str(70 + n), "description": ""} | c | extra for n, c in enumerate(commands)]
            case "POST", ["interactions", id_, _, "callback"]:
                placeholder = self.message(self.new_id(), me, "")
                about = {"id": id_, "type": 2, "response_message_id": placeholder["id"],
                         "response_message_loading": True, "response_message_ephemeral": False}  # fmt: skip
                return 200, {"interaction": about, "resource": {"type": body["type"], "message": placeholder}}
            case ("PATCH", ["webhooks", _, _, "messages", "@original"]) | ("POST", ["channels", _, "messages"]):
                return 200, self.message(self.new_id(), me, body.get("content") or "", body.get("components"))
            case "POST", ["channels", _, "typing"]:
                return 204, None
        return 404, {"message": "Unknown", "code": 0}


@dataclass
class _Gateway:
    """One connection."""

    response: web.WebSocketResponse
    compressed: bool
    request: web.Request | None = None
    live: bool = False
    """Identified or resumed: events go to it."""
    _deflate: Any = field(default_factory=zlib.compressobj)

    async def send(self, body: Body) -> None:
        if self.response.closed:
            return
        text = json.dumps(body)
        if not self.compressed:
            await self.response.send_str(text)
            return
        await self.response.send_bytes(self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH))

    def cut(self) -> None:
        self.live = False
        assert self.request is not None
        if self.request.transport is not None:
            self.request.transport.abort()


async def _body(request: web.Request) -> Body:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return dict(json.loads(str(form["payload_json"])))
    raw = await request.text()
    found = json.loads(raw) if raw else {}
    return found if isinstance(found, dict) else {"list": found}


@asynccontextmanager
async def serving() -> AsyncIterator[DiscordServer]:
    """The server on a free port of this machine."""
    server = DiscordServer()
    application = web.Application()
    application.router.add_get("/gateway", server.gateway)
    application.router.add_get("/gateway/", server.gateway)
    application.router.add_route("*", "/api/v10/{path:.*}", server.rest)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    try:
        yield server
    finally:
        await server.drop()
        await runner.cleanup()
