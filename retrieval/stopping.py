"""Ending work that nobody waits for any more, at places where that is safe.

Whoever starts long work says in `stoppable` how to find out; the work asks at each `checkpoint`. A thread cannot be ended
from outside, so this is what keeps work that overran its time from going on to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Abandoned(Exception):
    """Nobody waits for this work any more."""


def _never() -> bool:
    return False


_ended: ContextVar[Callable[[], bool]] = ContextVar("ended", default=_never)


@contextmanager
def stoppable(ended: Callable[[], bool]) -> Iterator[None]:
    """Within it, in this thread, a `checkpoint` ends the work once `ended` is true."""
    token = _ended.set(ended)
    try:
        yield
    finally:
        _ended.reset(token)


def checkpoint() -> None:
    """Go on, unless nobody waits any more.

    Raises:
        Abandoned: nobody does.

    """
    if _ended.get()():
        raise Abandoned
