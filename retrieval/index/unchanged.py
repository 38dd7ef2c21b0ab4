"""Values that are worked out again only when what they come from has changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")

MOST = 256
"""Values held; of more, those go that were not asked for longest."""


class Unchanged:
    """Holds values by name, all for one state. Usable from several threads."""

    def __init__(self, state: Callable[[], Hashable], unsettled: Callable[[], bool], lock: threading.RLock) -> None:
        """Hold nothing yet.

        Args:
            state: another one after every change. It is looked up before a value is read, so that what changes meanwhile
                shows the next time.
            unsettled: whether what is read now may still be undone; it is not held then.
            lock: held while a value is read.

        """
        self._state = state
        self._unsettled = unsettled
        self._lock = lock
        self._seen: Hashable = None
        self._values: dict[str, Any] = {}

    def get(self, name: str, read: Callable[[], T]) -> T:
        """The value of that name as things are now; `read` works it out."""
        with self._lock:
            if self._unsettled():
                return read()
            state = self._state()
            if state != self._seen:
                self._seen, self._values = state, {}
            found: T = self._values.pop(name) if name in self._values else read()
            self._values[name] = found
            if len(self._values) > MOST:
                del self._values[next(iter(self._values))]
            return found
