"""Which articles are copies of each other: one taken over from the other, whole or in part, or both from a third.

Nothing is stored but shingles, which belong to one text alone; so whatever comes, changes or goes, what is said here
follows from the texts that are there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache

from retrieval.index.catalogue import Catalogue
from retrieval.index.shingles import shingles

CONTAINED = 0.4
"""Share of the shorter text's shingles from which on it counts as a copy; `python -m benchmarks.planted` measures it."""

LEAST_SHARED = 16
"""Shingles that must be shared: a sentence or two that agree by chance or habit make no copy."""

LEAST_SAMPLED = 2
"""Of the stored shingles that two texts must share before they are compared in full, at the least."""

DEVIATIONS = 4
"""Copies share so many standard deviations less of them than is expected about once in 30,000 times."""

COMMON = 100
"""A stored shingle that more texts have than this is a formula and leads to nobody."""

REMEMBERED = 512
"""Texts whose shingles are kept in memory, about 20 kB each."""


class Copies:
    """Looks copies up in a catalogue. Usable from several threads."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        # Digests name their texts for ever, so what is remembered of them cannot grow old.
        self._stored = lru_cache(REMEMBERED)(self._look_up)
        self._shingles = lru_cache(REMEMBERED)(self._read)
        self._are_copies = lru_cache(REMEMBERED * 8)(self._compare)

    def are_copies(self, one: str, other: str) -> bool:
        """Whether two texts, by digest, are copies of each other."""
        return self._are_copies(min(one, other), max(one, other))

    def of(self, sha256: str, among: Collection[str] | None = None) -> list[str]:
        """Digests of all copies of a text, itself left out.

        Args:
            sha256: digest of the text.
            among: digests of the texts to look at, or None for all.

        Raises:
            StorageError: the text is not there any more.

        """
        within = "AND {}.sha256 IN (SELECT value FROM json_each(?))" if among is not None else ""
        only = [json.dumps(sorted(among))] if among is not None else []
        found = self._catalogue.rows(
            "SELECT other.sha256 FROM shingles mine JOIN shingles other ON other.number = mine.number "
            "WHERE mine.sha256 = ? AND other.sha256 != mine.sha256 AND (SELECT count(*) FROM (SELECT 1 FROM shingles any "
            f"WHERE any.number = mine.number {within.format('any')} LIMIT ?)) <= ? {within.format('other')} "
            "GROUP BY other.sha256 HAVING count(*) >= ?",
            [sha256, *only, COMMON + 1, COMMON, *only, LEAST_SAMPLED],
        )
        return sorted(row[0] for row in found if self.are_copies(sha256, row[0]))

    def groups(self, digests: Iterable[str]) -> list[list[str]]:
        """The texts, those that are copies of each other together; a copy of a copy is one as well."""
        return grouped(digests, self.are_copies)

    def _look_up(self, sha256: str) -> frozenset[int]:
        return frozenset(row[0] for row in self._catalogue.rows("SELECT number FROM shingles WHERE sha256 = ?", [sha256]))

    def _read(self, sha256: str) -> frozenset[int]:
        return shingles(self._catalogue.text(sha256), self._catalogue.body(sha256))

    def _compare(self, one: str, other: str) -> bool:
        if len(self._stored(one) & self._stored(other)) < _least_sampled(len(self._stored(one)), len(self._stored(other))):
            return False
        mine, theirs = self._shingles(one), self._shingles(other)
        return alike(mine, theirs)


def named(catalogue: Catalogue, names: Sequence[str]) -> dict[str, list[str]]:
    """The copies of some articles, by name; articles that have none are left out."""
    known, listed = Copies(catalogue), "SELECT name, sha256 FROM articles WHERE {} IN (SELECT value FROM json_each(?))"
    digests = {row["name"]: row["sha256"] for row in catalogue.rows(listed.format("name"), [json.dumps(list(names))])}
    copies = {name: known.of(digests[name]) for name in names if name in digests}
    by_digest: dict[str, list[str]] = {}
    for row in catalogue.rows(listed.format("sha256"), [json.dumps(sorted({d for of in copies.values() for d in of}))]):
        by_digest.setdefault(row["sha256"], []).append(row["name"])
    found = {name: [n for copy in of for n in by_digest.get(copy, ())] for name, of in copies.items()}
    return {name: sorted(others) for name, others in found.items() if others}


def _least_sampled(one: int, other: int) -> float:
    """How many stored shingles texts that store so many share if they are copies: a sample of those that copies share."""
    expected = CONTAINED * min(one, other)
    return max(LEAST_SAMPLED, expected - DEVIATIONS * math.sqrt(expected))


def alike(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether two texts, by all their shingles, are copies of each other."""
    shared = len(one & other)
    return shared >= LEAST_SHARED and shared >= CONTAINED * min(len(one), len(other))


def grouped(texts: Iterable[str], are_copies: Callable[[str, str], bool]) -> list[list[str]]:
    """Texts, those that are copies of each other together; a copy of a copy is one as well."""
    made: list[list[str]] = []
    for text in dict.fromkeys(texts):
        joined = [group for group in made if any(are_copies(text, other) for other in group)]
        made = [group for group in made if group not in joined]
        made.append([*(other for group in joined for other in group), text])
    return made
