"""What the bot tells itself about its articles: who wants to know of a change is told of each, once and in order."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.cogs import trouble
from bot.cogs.memory import write
from bot.logs import event
from bot.state import announced
from retrieval.errors import StorageError
from retrieval.index.ingest import Report
from retrieval.index.ledger import Held, Ledger

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

_log = logging.getLogger("verbatim.discord")

Listener = Callable[[Report], Awaitable[None]]
"""Told which articles were added, updated and removed; runs on the event loop."""


class Changes:
    """Notices what changed in the index, whichever process changed it, and hands a report to every subscriber.

    What everybody was told of is remembered. A change that came while the bot was down, or that a crash kept from being
    told to everybody, is told after the next start; so a subscriber may hear of a change twice, never less than once.
    """

    def __init__(self, bot: VerbatimBot) -> None:
        self._bot = bot
        self._listeners: list[Listener] = []
        self._turn = asyncio.Lock()
        self._telling = asyncio.Lock()
        self._noticing = threading.Lock()
        self._ledger: Ledger | None = None
        self._tasks: set[asyncio.Task[None]] = set()

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

    def notice(self) -> None:
        """Look what changed since the last time and have it announced; blocking, in any thread but the event loop's.

        Raises:
            StorageError: the index cannot be read.

        """
        with self._noticing:
            ledger = self._ledger = self._ledger or self._open()
            report = ledger.look()
            if report is None:
                return
            for why in report.rejected.values():
                event(_log, logging.WARNING, "left_out", why=why)
            if report.added or report.updated or report.removed:
                # Under the lock, so that reports are announced in the order in which things changed.
                self._bot.loop.call_soon_threadsafe(self._begin, report, ledger.held() or {})

    def close(self) -> None:
        """Tell nobody any more; what was not told is told after the next start."""
        for task in self._tasks:
            task.cancel()

    def _open(self) -> Ledger:
        application = self._bot.application_id or 0
        with self._bot.database.session() as session:
            held = announced.held(session, application)
        if held is None:
            held = {entry.name: entry.sha256 for entry in self._bot.project.index.catalogue.entries()}
            with self._bot.database.session() as session:
                announced.begin(session, application, held)
        return Ledger(self._bot.project.index, held)

    def _begin(self, report: Report, articles: Held) -> None:
        task = asyncio.get_running_loop().create_task(self._tell(report, articles), name="changes")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, report: Report, articles: Held) -> None:
        # What subscribers do may need to know the servers.
        await self._bot.wait_until_ready()
        async with self._telling:
            await self.announce(report)
            try:
                await write(self._bot, lambda s: announced.told(s, self._bot.application_id or 0, report, articles))
            except StorageError as error:
                trouble.explain(error, step="remembering what was announced")
