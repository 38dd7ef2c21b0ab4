"""One connection to the gateway of the small Discord, compressed as the client wants it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from discord_payloads import Body


@dataclass
class GatewaySocket:
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
