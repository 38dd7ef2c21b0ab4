"""How long to wait before another try; and a provider that is dead is not waited for again and again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 3
"""Failures in a row after which a provider counts as dead …"""
REST = 30.0
"""… and is left alone for so many seconds, twice as long each time that it still is, …"""
LONGEST_REST = 600.0
"""… up to so long."""
FIRST_PAUSE = 0.5
"""Seconds before the second try, at the most; twice as many before each further one."""


@dataclass(frozen=True, slots=True)
class Time:
    """Where time comes from."""

    now: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


MACHINE = Time()


class Breaker:
    """Remembers failures in a row, and says when it is no use to ask."""

    def __init__(self, time: Time = MACHINE) -> None:
        self._time = time
        self._lock = threading.Lock()
        self._failures = 0
        self._rest = REST
        self._until = 0.0
        self._last = ""

    def resting(self) -> tuple[float, str] | None:
        """Seconds until the provider is asked again, and its last failure; None if it may be asked now.

        After a rest one question asks, and the others go without until it is known how that went.
        """
        with self._lock:
            if self._failures < FAILURES:
                return None
            left = self._until - self._time.now()
            if left > 0:
                return left, self._last
            self._until = self._time.now() + self._rest
            return None

    def succeeded(self) -> None:
        """The provider replied."""
        with self._lock:
            self._failures, self._rest = 0, REST

    def failed(self, why: str) -> None:
        """The provider did not reply, after all tries of one question."""
        with self._lock:
            self._failures += 1
            self._last = why
            if self._failures >= FAILURES:
                self._until = self._time.now() + self._rest
                self._rest = min(2 * self._rest, LONGEST_REST)


def pause(attempt: int, asked: float | None) -> float:
    """Seconds before the next try: as long as the provider asks, else longer each time, and never the same for two.

    See Brooker, "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015): full jitter.
    """
    return random.uniform(0, FIRST_PAUSE * 2.0 ** (attempt - 1)) if asked is None else asked
