"""A small Discord on loopback: the gateway over a real WebSocket and the REST routes that the bot uses."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from discord_payloads import (
    ACK,
    APPLICATION,
    DISPATCH,
    GUILD,
    HEARTBEAT,
    HEARTBEAT_MS,
    HELLO,
    IDENTIFY,
    INVALID,
    ME,
    PERSON,
    RECONNECT,
    RESUME,
    TOKEN,
    Body,
    asked,
    guild,
    message,
    user,
    written,
)
from discord_socket import GatewaySocket


@dataclass(frozen=True)
class Call:
    """A request as it came."""

    method: str
    path: str
    body: Body
    status: int
    """What it was answered with."""
    at: float
    """When, in seconds of `time.perf_counter`."""


class DiscordServer:
    """What happened is in `calls`, `operations` and `heartbeats`; what is to happen is set by the test."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.operations: list[int] = []
        """Identify and resume, in the order in which clients sent them."""
        self.heartbeats = 0
        self.refusals: list[Callable[[str, str], bool]] = []
        """Each answers the first request that fits it with a 429, and is then gone."""
        self.losses: list[Callable[[str, str], bool]] = []
        """Each does the first request that fits it and cuts the connection instead of saying so, and is then gone."""
        self.made: dict[str, str] = {}
        """Ids of the messages that the bot made in the channel, each with the id of the one that it replies to."""
        self.invalid_sessions = 0
        """So many attempts to resume are answered with "invalid session"."""
        self.closes_with: int | None = None
        """Code with which each identify is refused."""
        self.ready = asyncio.Event()
        """Set by each identify or resume that succeeds; the test clears it."""
        self.changed = asyncio.Condition()
        self._sockets: list[GatewaySocket] = []
        self._sequence = 0
        self._sent: list[Body] = []
        self._session = "session-1"
        self._ids = 5000
        self._nonces: dict[str, Body] = {}
        self._acknowledged: set[str] = set()
        self.port = 0

    @property
    def connected(self) -> bool:
        """Whether a client is there."""
        return bool(self._sockets)

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

    async def ask(self, question: str, person: str = PERSON) -> str:
        """Somebody uses /ask; the token of the interaction comes back."""
        token = f"interaction-{self.new_id()}"
        await self.dispatch("INTERACTION_CREATE", asked(self.new_id(), token, question, person))
        return token

    async def mention(self, text: str, person: str = PERSON) -> str:
        """Somebody names the bot in a message; the id of the message comes back."""
        return await self._write(f"<@{ME}> {text}", person, pings=True)

    async def reply(self, text: str, to: str, *, pings: bool) -> str:
        """Somebody replies to a message of the bot. Without the ping Discord keeps the words from it."""
        return await self._write(text if pings else "", PERSON, pings=pings, to=to)

    async def _write(self, text: str, person: str, *, pings: bool, to: str | None = None) -> str:
        id_ = self.new_id()
        await self.dispatch("MESSAGE_CREATE", written(id_, text, person, pings=pings, to=to))
        return id_

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
        socket = GatewaySocket(web.WebSocketResponse(), compressed=request.query.get("compress") == "zlib-stream")
        await socket.response.prepare(request)
        socket.request = request
        self._sockets.append(socket)
        await socket.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for frame in socket.response:
            if frame.type is aiohttp.WSMsgType.TEXT:
                await self._operation(socket, json.loads(frame.data))
        if socket in self._sockets:
            self._sockets.remove(socket)
        return socket.response

    async def _operation(self, socket: GatewaySocket, body: Body) -> None:
        if body["op"] == HEARTBEAT:
            self.heartbeats += 1
            await socket.send({"op": ACK})
        elif body["op"] == IDENTIFY:
            assert body["d"]["token"] == TOKEN
            if self.closes_with is not None:
                await socket.response.close(code=self.closes_with)
                return
            await self._welcome(socket, body["d"].get("shard", [0, 1]))
        elif body["op"] == RESUME:
            await self._resume(socket, body["d"])
        async with self.changed:
            if body["op"] in {IDENTIFY, RESUME}:
                self.operations.append(body["op"])
            self.changed.notify_all()

    async def _welcome(self, socket: GatewaySocket, shard: list[int]) -> None:
        socket.live = True
        await self.dispatch(
            "READY",
            {"v": 10, "user": user(ME, "verbatim", bot=True), "guilds": [{"id": GUILD, "unavailable": True}],
             "session_id": self._session, "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway", "shard": shard,
             "application": {"id": APPLICATION, "flags": 0}},
        )  # fmt: skip
        await self.dispatch("GUILD_CREATE", guild())
        self.ready.set()

    async def _resume(self, socket: GatewaySocket, data: Body) -> None:
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
        lost = next((lose for lose in self.losses if lose(request.method, path)), None)
        async with self.changed:
            self.calls.append(Call(request.method, path, body, status, time.perf_counter()))
            self.changed.notify_all()
        if lost is not None:
            self.losses.remove(lost)
            assert request.transport is not None
            request.transport.abort()
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
            case "POST", ["interactions", id_, _, "callback"] if id_ in self._acknowledged:
                return 400, {"message": "Interaction has already been acknowledged.", "code": 40060}
            case "POST", ["interactions", id_, _, "callback"]:
                self._acknowledged.add(id_)
                placeholder = message(self.new_id(), me, "")
                about = {"id": id_, "type": 2, "response_message_id": placeholder["id"],
                         "response_message_loading": True, "response_message_ephemeral": False}  # fmt: skip
                return 200, {"interaction": about, "resource": {"type": body["type"], "message": placeholder}}
            case "PATCH", ["webhooks", _, _, "messages", "@original"]:
                return 200, message(self.new_id(), me, body.get("content") or "", body.get("components"))
            case "PATCH", ["channels", _, "messages", id_]:
                return 200, message(id_, me, body.get("content") or "", body.get("components"))
            case "POST", ["channels", _, "messages"]:
                return 200, self._make(message(self.new_id(), me, body.get("content") or "", body.get("components")), body)
            case "POST", ["channels", _, "typing"]:
                return 204, None
        return 404, {"message": "Unknown", "code": 0}

    def _make(self, made: Body, body: Body) -> Body:
        """A message; one with a nonce that was there before is the one that was made then."""
        nonce = body.get("nonce") if body.get("enforce_nonce") else None
        if nonce is not None and nonce in self._nonces:
            return self._nonces[nonce]
        if nonce is not None:
            self._nonces[nonce] = made
        self.made[str(made["id"])] = str(body.get("message_reference", {}).get("message_id", ""))
        return made


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
