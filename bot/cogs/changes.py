"""What the bot tells itself about its articles: who wants to know of a change is told of each, once and in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.cogs import trouble
from retrieval.index.ingest import Report

Listener = Callable[[Report], Awaitable[None]]
"""Told which articles were added, updated and removed; runs on the event loop."""


class Changes:
    """Hands the report of an ingest to every subscriber."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._turn = asyncio.Lock()

    def subscribe(self, listener: Listener) -> None:
        """Tell this one, too, of everything that is announced from now on."""
        self._listeners.append(listener)

    async def announce(self, report: Report) -> None:
        """Tell every subscriber, one after the other in the order in which they subscribed; returns when all know.

        A report that comes while another is told waits for its turn. What a subscriber raises is logged, and the others
        are told all the same. A subscriber must not announce by itself: it would wait for its own end.
        """
        async with self._turn:
            for listener in tuple(self._listeners):
                try:
                    await listener(report)
                except Exception as error:
                    trouble.explain(error, listener=getattr(listener, "__qualname__", type(listener).__name__))
