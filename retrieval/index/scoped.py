"""Words counted in some of the articles only, as if the index held no others: so that nothing else shows in an answer."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Collection, Sequence

from retrieval.index.catalogue import Catalogue, term

K1, B = 1.2, 0.75
LEAST_RARITY = 1e-6
"""What FTS5's own bm25() uses, for which this stands in: it counts in all passages."""

_WITHIN = "JOIN passages p ON p.row = words.rowid WHERE p.sha256 IN (SELECT value FROM json_each(?))"


class ScopedWords:
    """The words of some texts of a catalogue; answers what the catalogue answers for all."""

    def __init__(self, catalogue: Catalogue, digests: Collection[str]) -> None:
        """`digests` name the texts."""
        self._catalogue = catalogue
        self._only = json.dumps(sorted(digests))

    def count(self) -> int:
        """Number of passages."""
        found = self._catalogue.rows(
            "SELECT count(*) FROM passages WHERE sha256 IN (SELECT value FROM json_each(?))", [self._only]
        )
        return int(found[0][0])

    def document_frequencies(self, asked: Sequence[str]) -> dict[str, int]:
        """In how many passages each stem occurs; those that occur in none are left out."""
        # Most stems that are asked for occur nowhere; the whole catalogue says so at once.
        anywhere = self._catalogue.document_frequencies(asked)
        counted = {s: self._frequency(s) for s in anywhere}
        return {s: n for s, n in counted.items() if n}

    def vocabulary(self, initials: str | None = None) -> list[str]:
        """Stems that may occur here; `document_frequencies` says which do."""
        return self._catalogue.vocabulary(initials)

    def best(self, asked: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Passages by BM25 of the stems asked for, as (id, score), higher is better.

        Source: S. Robertson and H. Zaragoza, The probabilistic relevance framework (2009), as in SQLite's FTS5.
        """
        sought = list(dict.fromkeys(term(s) for s in asked))
        if not sought:
            return []
        query = " OR ".join(f'"{t}"' for t in sought)
        found = self._catalogue.rows(f"SELECT p.id, words.stems FROM words {_WITHIN} AND words MATCH ?", [self._only, query])
        if not found:
            return []
        total = "sum(length(stems) - length(replace(stems, ' ', '')) + 1)"
        rows, tokens = self._catalogue.rows(f"SELECT count(*), {total} FROM words {_WITHIN}", [self._only])[0]
        held = [(row["id"], Counter(row["stems"].split(" "))) for row in found]
        hits = {t: sum(t in counts for _, counts in held) for t in sought}
        rarity = {t: max(LEAST_RARITY, math.log((rows - n + 0.5) / (n + 0.5))) for t, n in hits.items() if n}
        mean = tokens / rows
        scored = [
            (id_, sum(weight * _saturated(counts[t], counts.total() / mean) for t, weight in rarity.items() if t in counts))
            for id_, counts in held
        ]
        return sorted(scored, key=lambda s: (-s[1], s[0]))[:limit]

    def _frequency(self, stem: str) -> int:
        found = self._catalogue.rows(
            f"SELECT count(*) FROM words {_WITHIN} AND words MATCH ?", [self._only, f'"{term(stem)}"']
        )
        return int(found[0][0])


def _saturated(count: int, length: float) -> float:
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length))
