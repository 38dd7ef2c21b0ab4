"""The public question-passage pairs that the reader learns from, and the articles held out to measure it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HELD_OUT_SHARE = 0.06
"""Share of each source's contexts kept for measuring. Contexts lie grouped by article, so a tail holds whole articles."""

GAP = 60
"""Contexts dropped before each held-out tail: more than one article's worth, so that no article lies on both sides."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a passage that answers it or does not."""

    context: int
    """Index of the passage in `Pool.contexts`."""
    question: str
    start: int
    """Code-point offset of the answer in the passage, or -1 where the passage does not answer."""
    answer: str
    source: str


@dataclass(frozen=True, slots=True)
class Pool:
    """All pairs of the file, divided by article into those to learn from and those to measure with."""

    contexts: list[str]
    train: list[Pair]
    held_out: list[Pair]
    """Never learned from; watched by the learning curve, and divided further by `halves`."""
    sha256: str

    def halves(self) -> tuple[list[Pair], list[Pair]]:
        """The held-out SQuAD pairs for fitting the calibration, and those for measuring the whole: other articles each."""
        pairs = [p for p in self.held_out if _family(p.source) == "squad"]
        low, high = min(p.context for p in pairs), max(p.context for p in pairs)
        middle = (low + high) // 2
        return [p for p in pairs if p.context < middle - GAP // 2], [p for p in pairs if p.context >= middle + GAP // 2]


def load_pool(path: Path) -> Pool:
    """Read `reader-train.json.gz`; spacing of all questions is made alike, so that it tells nothing.

    Raises:
        FileNotFoundError: the data file is not there.

    """
    raw = path.read_bytes()
    data = json.loads(gzip.decompress(raw))
    pairs = [Pair(c, " ".join(q.split()), s, a, source) for c, q, s, a, source in data["rows"]]
    tails = _tails(pairs)
    train = [p for p in pairs if p.context < tails[_family(p.source)][0]]
    held_out = [p for p in pairs if p.context >= tails[_family(p.source)][1]]
    return Pool(data["contexts"], train, held_out, hashlib.sha256(raw).hexdigest())


def _family(source: str) -> str:
    """Sources over the same contexts are divided at the same place."""
    return "squad" if source in {"squad", "squad2neg", "squad_mined"} else source


def _tails(pairs: Iterable[Pair]) -> dict[str, tuple[int, int]]:
    """For each family: (end of the training contexts, start of the held-out ones)."""
    bounds: dict[str, tuple[int, int]] = {}
    for pair in pairs:
        family = _family(pair.source)
        low, high = bounds.get(family, (pair.context, pair.context))
        bounds[family] = (min(low, pair.context), max(high, pair.context))
    tails = {}
    for family, (low, high) in bounds.items():
        start = high + 1 - round((high + 1 - low) * HELD_OUT_SHARE)
        gap = GAP if start - low > 10 * GAP else 0
        tails[family] = (start - gap, start)
    return tails
