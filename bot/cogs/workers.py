"""Blocking work leaves the event loop here, in one visible line."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, ParamSpec, TypeVar

from bot.logs import event
from retrieval.stopping import stoppable

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger("verbatim.discord")

SPARE = 8
"""Threads that may hang at the same time, for each that works; each of them costs a megabyte or so until it ends."""


class Stuck(RuntimeError):
    """More work hangs than is normal; only a restart helps."""


class Workers:
    """A few threads for one kind of work, so that quick work never waits behind slow work.

    Work that its caller gave up (a time limit) is asked to end at its next checkpoint. If it is still running, it no
    longer counts: others take over from its thread at once, so that what hangs keeps nobody waiting.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._threads = threads
        self._executor = self._made()
        self._running: dict[Future[Any], threading.Event] = {}
        self._overdue: set[Future[Any]] = set()

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `work(*args, **kwargs)`, computed in a thread.

        Raises:
            Stuck: too many threads hang.

        """
        if len(self._overdue) >= SPARE * self._threads:
            raise Stuck(f"{len(self._overdue)} threads of {self._name!r} hang")
        ended = threading.Event()
        future = self._executor.submit(_do, ended.is_set, partial(work, *args, **kwargs))
        self._running[future] = ended
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            ended.set()
            if not future.done():
                self._replace(future)
            raise
        finally:
            del self._running[future]

    def close(self) -> None:
        """Take no more work; what runs ends at its next checkpoint, what waits is dropped."""
        for future, ended in self._running.items():
            ended.set()
            self._overdue.add(future)
        self._executor.shutdown(wait=False, cancel_futures=True)

    def settled(self, seconds: float) -> bool:
        """Whether every thread has come back, or does so within that time; after `close`."""
        return not wait(self._overdue, seconds).not_done

    def _made(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix=self._name)

    def _replace(self, overdue: Future[Any]) -> None:
        """New threads in the place of those that one hangs among; what else they do, they do to its end."""
        self._overdue.add(overdue)
        # Called in the thread that ends at last, when the event loop may be gone.
        overdue.add_done_callback(self._overdue.discard)
        former, self._executor = self._executor, self._made()
        former.shutdown(wait=False)
        event(_log, logging.WARNING, "overdue", workers=self._name, threads=len(self._overdue))


def _do(ended: Callable[[], bool], work: Callable[[], T]) -> T:
    """In a thread."""
    with stoppable(ended):
        return work()
