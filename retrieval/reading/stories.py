"""Whether two articles tell of the same events: then what they give for the same thing can be held against each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from retrieval.index.catalogue import Catalogue
from retrieval.index.words import distinct, is_content, stem
from retrieval.reading.dates import MONTHS, WEEKDAYS

WORDS = 0.4
"""Share of the words of the shorter article that the other has as well, from which on they tell of the same events."""

WORDS_WITH_NAMES = 0.3
NAMES = 0.25
LEAST_NAMES = 2
"""With fewer words in common they do where they share names as well: this share, and at least so many."""

REMEMBERED = 512
"""Articles whose words are kept in memory, about 20 kB each."""

CALENDAR = frozenset(map(stem, [*MONTHS, *WEEKDAYS]))
"""Stems of days and months, which are names by their form only."""


@dataclass(frozen=True, slots=True)
class Gist:
    """What an article is about, as words."""

    words: frozenset[str]
    """Stems of all that carry content."""
    names: frozenset[str]
    """Stems of those that the article has with a capital and never without one, days and months aside."""


class Stories:
    """Compares the articles of a catalogue. Usable from several threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._gist = lru_cache(REMEMBERED)(self._read)

    def same(self, one: str, other: str) -> bool:
        """Whether two texts, by digest, tell of the same events.

        Raises:
            StorageError: one is not there any more.

        """
        mine, theirs = self._gist(one), self._gist(other)
        words, (names, number) = _shared(mine.words, theirs.words)[0], _shared(mine.names, theirs.names)
        return words >= WORDS or (words >= WORDS_WITH_NAMES and names >= NAMES and number >= LEAST_NAMES)

    def _read(self, sha256: str) -> Gist:
        return gist(self._catalogue.text(sha256)[self._catalogue.body(sha256) :])


def gist(text: str) -> Gist:
    """The words of a text."""
    found = distinct(text)
    small = {surface for surface in found if surface[:1].islower()}
    capital = {s for s in found if s[:1].isupper() and len(s) > 1 and s.casefold() not in small and is_content(s)}
    return Gist(frozenset(stem(s) for s in found if is_content(s)), frozenset(map(stem, capital)) - CALENDAR)


def _shared(one: frozenset[str], other: frozenset[str]) -> tuple[float, int]:
    """Share of the smaller set that both have, and its size."""
    both = len(one & other)
    return both / max(1, min(len(one), len(other))), both
