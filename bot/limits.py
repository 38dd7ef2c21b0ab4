"""How often, and how many at a time: a limit over a sliding time, and a bounded queue. Knows nothing of Discord."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass

KEYS = 10_000
"""People and servers remembered at the most before those who have been quiet are dropped."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """At most so many in any stretch of time."""

    times: int
    seconds: float


class Limiter:
    """Counts what each key did in the last while."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._done: dict[Hashable, deque[float]] = {}

    def free_at(self, key: Hashable, now: float) -> float:
        """When this key may go on: `now` or earlier means at once.

        Args:
            key: who.
            now: seconds on any clock that only goes forward.

        """
        done = self._recent(key, now)
        return now if len(done) < self._allowance.times else done[-self._allowance.times] + self._allowance.seconds

    def count(self, key: Hashable, now: float) -> None:
        """Note that this key did it."""
        if len(self._done) >= KEYS:
            for other in [k for k in self._done if not self._recent(k, now)]:
                del self._done[other]
        self._done.setdefault(key, deque()).append(now)

    def _recent(self, key: Hashable, now: float) -> deque[float]:
        done = self._done.get(key, deque())
        while done and done[0] <= now - self._allowance.seconds:
            done.popleft()
        return done


class QueueFull(Exception):
    """Nobody more may wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
        """After which it is worth trying again, by the average of what was done so far."""


class Queue:
    """A few at work, a few more in line, first come first served."""

    def __init__(self, at_work: int, waiting: int, clock: Callable[[], float]) -> None:
        """Numbers at the most, and a clock in seconds."""
        self._at_work = at_work
        self._waiting = waiting
        self._clock = clock
        self._busy = 0
        self._line: deque[asyncio.Future[None]] = deque()
        self._average = 1.0

    @asynccontextmanager
    async def turn(self, waiting: Callable[[int], Awaitable[None]]) -> AsyncIterator[None]:
        """Entered when it is this one's turn.

        Args:
            waiting: told the place in line, from 1, if there is a wait.

        Raises:
            QueueFull: as many are waiting as may.

        """
        if self._busy < self._at_work:
            self._busy += 1
        else:
            await self._wait(waiting)
        began = self._clock()
        try:
            yield
        finally:
            self._average = 0.8 * self._average + 0.2 * (self._clock() - began)
            self._pass_on()

    async def _wait(self, waiting: Callable[[int], Awaitable[None]]) -> None:
        if len(self._line) >= self._waiting:
            raise QueueFull(max(1.0, math.ceil(self._average * len(self._line) / self._at_work)))
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._line.append(ticket)
        try:
            await waiting(len(self._line))
            await ticket
        except BaseException:
            if ticket.done() and not ticket.cancelled():
                # Called while it was giving up: the next one takes its turn.
                self._pass_on()
            else:
                self._line.remove(ticket)
            raise

    def _pass_on(self) -> None:
        """Call the next in line; the place at work goes over to it."""
        while self._line:
            ticket = self._line.popleft()
            if not ticket.done():
                ticket.set_result(None)
                return
        self._busy -= 1
