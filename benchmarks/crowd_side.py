"""The other processes of `benchmarks.crowd`: the crowd with its Discord, and the idle loop."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.crowd_figures import Asked, Lateness, lateness
from bot.settings import PROJECT

EVERY = 0.005
"""Seconds between two looks at the clock."""

PATIENCE = 300.0
"""Seconds after which an answer counts as lost."""

SETTLED = 3.0
"""Seconds after the last answer in which one that comes twice would show."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of some work, and how late the loop turned meanwhile."""

    result: Any
    lateness: Lateness


async def watch(work: Awaitable[Any]) -> Watched:
    """Do something while looking at the clock again and again."""
    late: list[float] = []

    async def look() -> None:
        due = time.perf_counter() + EVERY
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            late.append(max(0.0, now - due))
            due = now + EVERY

    looking = asyncio.create_task(look())
    result = await work
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    return Watched(result, lateness(late))


def idle(pipe: Connection) -> None:
    """Watch an idle loop from "begin" to "end"."""
    pipe.send("ready")
    pipe.recv()

    async def ended() -> None:
        while not pipe.poll():
            await asyncio.sleep(0.02)

    async def watched() -> Lateness:
        return (await watch(ended())).lateness

    pipe.send(asyncio.run(watched()))


def crowd(pipe: Connection, asked: list[str]) -> None:
    """Serve a small Discord; at "begin" one person for each question asks it, all at once."""
    sys.path.insert(0, str(PROJECT / "tests"))
    asyncio.run(_crowd(pipe, asked))


async def _crowd(pipe: Connection, asked: list[str]) -> None:
    server_module: Any = importlib.import_module("discord_server")
    async with server_module.serving() as server:
        pipe.send((server.port, server_module.TOKEN))
        while not pipe.poll():
            await asyncio.sleep(0.02)
        sent = []
        for number, question in enumerate(asked):
            how = server.ask if number % 2 else server.mention
            sent.append((time.perf_counter(), await how(question, person=str(10_000 + number))))
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and not all(_answers(server, id_) for _, id_ in sent):
            await asyncio.sleep(0.05)
        await asyncio.sleep(SETTLED)
        pipe.send([_met(server, at, id_, n // 2) for n, (at, id_) in enumerate(sent)])
        while server.connected:
            await asyncio.sleep(0.1)


def _met(server: Any, at: float, id_: str, nth: int) -> Asked:
    """What one person met.

    Args:
        server: the Discord that they used.
        at: when they asked.
        id_: of their message, or the token of their interaction.
        nth: of those that were asked in the same way; signs of typing do not say for whom they are.

    """
    answers = _answers(server, id_)
    heard = server.named("POST", f"/{id_}/callback") or server.named("POST", "/typing")[nth : nth + 1]
    return Asked(heard[0].at - at if heard else None, answers[-1] - at if answers else None, len(answers))


def _answers(server: Any, id_: str) -> list[float]:
    """When an answer to this question was shown: what has components is one, what has only text is a place in the queue."""
    shown = [call for call in server.calls if call.status == 200 and call.body.get("components")]
    return [call.at for call in shown if _to(server, call, id_)]


def _to(server: Any, call: Any, id_: str) -> bool:
    if call.method == "POST":
        return str(call.body.get("message_reference", {}).get("message_id")) == id_
    return f"/{id_}/" in call.path or server.made.get(call.path.rsplit("/", 1)[-1]) == id_
