"""What has become of quotes since they were shown: their words still stand, or have changed, or the article is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from bot.answer import Answer, Quote
from retrieval.corpus.matching import Version
from retrieval.index.catalogue import Catalogue


class Fate(StrEnum):
    """Why a quote no longer stands."""

    CHANGED = "changed"
    """Its article is there and no longer has these words."""
    GONE = "gone"
    """Its article is no longer there."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said beside a quote that no longer stands."""

    fate: Fate
    now: str | None = None
    """The sentences of the changed article that come nearest; None if none do."""

    def to_json(self) -> dict[str, Any]:
        """For the state."""
        return {"fate": self.fate.value, "now": self.now}


Marks = Mapping[str, Mark]
"""By the key of the passage in its answer: q1, q2, … are quotes, n1, n2 the nearest passages. Those that stand have none."""

NONE: Marks = {}


def marks_from(body: Mapping[str, Any]) -> Marks:
    """Read back what `Mark.to_json` wrote, by key."""
    return {key: Mark(Fate(mark["fate"]), mark["now"]) for key, mark in body.items()}


def keyed(answer: Answer) -> dict[str, Quote]:
    """Every passage that an answer shows, by its key."""
    return {f"q{q.number}": q for q in answer.quotes} | {f"n{q.number}": q for q in answer.nearest}


class Fates:
    """Looks quotes up in the articles as they are now. Make a new one for every look: it remembers what it read."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.digests = {entry.name: entry.sha256 for entry in catalogue.entries()}
        self._marks: dict[str, Mark | None] = {}
        self.version = lru_cache(maxsize=8)(self._read)

    def marks(self, answer: Answer) -> Marks:
        """The marks that an answer needs; empty where all its quotes stand.

        Raises:
            StorageError: the articles changed again meanwhile.

        """
        found = {key: self.mark(quote) for key, quote in keyed(answer).items()}
        return {key: mark for key, mark in found.items() if mark is not None}

    def mark(self, quote: Quote) -> Mark | None:
        """The mark of one quote, None if its words still stand in its article.

        Raises:
            StorageError: the articles changed again meanwhile.

        """
        # The same quote stands in many answers.
        if quote.receipt not in self._marks:
            self._marks[quote.receipt] = self._mark(quote)
        return self._marks[quote.receipt]

    def _mark(self, quote: Quote) -> Mark | None:
        sha256 = self.digests.get(quote.article)
        if sha256 is None:
            return Mark(Fate.GONE)
        if sha256 == quote.sha256:
            return None
        version = self.version(sha256)
        if version.same(quote.text, quote.start):
            return None
        near = version.closest(quote.text)
        return Mark(Fate.CHANGED, version.text[slice(*near)] if near else None)

    def _read(self, sha256: str) -> Version:
        return Version(self._catalogue.text(sha256), self._catalogue.body(sha256))
