"""What changed in an index since it was last looked at, whichever process changed it."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from retrieval.index.forgetting import BEGUN
from retrieval.index.index import Index
from retrieval.index.report import Report

_ALL = """
SELECT 'article' AS kind, name, sha256 AS value FROM articles
UNION ALL SELECT outcome, name, coalesce(message, '') FROM files WHERE outcome = 'rejected'
UNION ALL SELECT outcome, name, (SELECT min(a.name) FROM articles a WHERE a.sha256 = f.sha256)
    FROM files f WHERE outcome = 'duplicate'
UNION ALL SELECT 'fact', key, value FROM facts WHERE key IN ('state', ?)
"""
"""One statement, so that all of it is of one moment."""

Held = Mapping[str, str]
"""Article -> digest of its text."""


class Ledger:
    """Remembers what an index held. Usable from several threads."""

    def __init__(self, index: Index, held: Held | None = None) -> None:
        """`held` is what is known already; None for what the first look finds."""
        self._index = index
        self._held = held
        self._rejected: Held = {}
        self._duplicates: Held = {}
        self._seen: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def look(self) -> Report | None:
        """What is not known yet; from then on it is. None if there is nothing, or if the index is being built anew.

        Files are reported once when they are left out, and once more if the reason becomes another.

        Raises:
            StorageError: the index cannot be read.

        """
        with self._lock:
            # Looked up first: what is written while the rest is read shows at the next look.
            if (state := self._index.catalogue.state()) == self._seen:
                return None
            found: dict[str, dict[str, str]] = {"article": {}, "rejected": {}, "duplicate": {}, "fact": {}}
            for row in self._index.catalogue.rows(_ALL, [BEGUN]):
                found[row["kind"]][row["name"]] = row["value"]
            if "state" not in found["fact"] or BEGUN in found["fact"]:
                return None
            self._seen = state
            before, now = found["article"] if self._held is None else self._held, found["article"]
            rejected, duplicates = _new(self._rejected, found["rejected"]), _new(self._duplicates, found["duplicate"])
            self._held, self._rejected, self._duplicates = now, found["rejected"], found["duplicate"]
            report = Report(
                added=sorted(now.keys() - before.keys()),
                updated=sorted(name for name in now.keys() & before.keys() if now[name] != before[name]),
                removed=sorted(before.keys() - now.keys()),
                duplicates=duplicates,
                rejected=rejected,
                passages=self._index.catalogue.count(),
            )
            report.previous = {name: before[name] for name in (*report.updated, *report.removed)}
            changed = report.added or report.updated or report.removed or report.rejected or report.duplicates
            return report if changed else None

    def held(self) -> Held | None:
        """What is known; None before the first look at an index that is whole."""
        with self._lock:
            return self._held


def _new(before: Held, now: Held) -> dict[str, str]:
    return {name: value for name, value in now.items() if before.get(name) != value}
