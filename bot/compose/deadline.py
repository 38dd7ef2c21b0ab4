"""Work that may hang, waited for only so long: a thread cannot be ended from outside, so it is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

from retrieval.errors import WritingError

T = TypeVar("T")

SPARE = 16
"""Threads that may hang at the same time; each of them costs a megabyte or so until it ends."""


class Deadline:
    """Calls of one server."""

    def __init__(self) -> None:
        self._running = threading.Semaphore(SPARE)

    def within(self, seconds: float, work: Callable[[], T]) -> T:
        """The result of some work, or what it raised.

        Raises:
            WritingError: it took too long, or too much hangs.

        """
        if not self._running.acquire(blocking=False):
            raise WritingError(f"{SPARE} calls of the model hang", "See whether its server is well; restart the program.")
        call = _Call(work, self._running.release)
        # Whatever ends the program ends it too.
        threading.Thread(target=copy_context().run, args=[call.run], name="compose", daemon=True).start()
        if not call.done.wait(seconds):
            raise WritingError(
                f"The model gave no answer within {seconds:g} seconds",
                "See whether its server is well, or raise compose.timeout_seconds.",
            )
        return call.result()


class _Call(Generic[T]):
    """One piece of work in its thread."""

    def __init__(self, work: Callable[[], T], ended: Callable[[], None]) -> None:
        self._work = work
        self._ended = ended
        self._results: list[T] = []
        self._error: Exception | None = None
        self.done = threading.Event()

    def run(self) -> None:
        """Do it."""
        try:
            self._results.append(self._work())
        except Exception as error:
            self._error = error
        finally:
            self._ended()
            self.done.set()

    def result(self) -> T:
        """What came out."""
        if self._error is not None:
            raise self._error
        return self._results[0]
