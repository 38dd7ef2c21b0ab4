"""Exact search over all vectors of an index that fits into memory, without opening Chroma.

Starting Chroma's client takes half a second and 1,000 modules, an index of some hundred passages one multiplication. Chroma
stays the store of record. A copy of each vector lies in the catalogue under the id of its passage, which is made from
the passage's words. It is found through the catalogue's passages: what the catalogue does not have cannot be found, and
what it has without a copy is fetched from Chroma first. So nothing here can be out of date.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.index.catalogue import Catalogue
from retrieval.index.embeddings import Matrix
from retrieval.index.vectors import ChromaVectors

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (id TEXT PRIMARY KEY, vector BLOB NOT NULL)"
_MODEL = "vectors"
"""Fact: the model that made the copies."""

CHUNK = 1024
"""Vectors read or written at a time."""

SPARE = 16
"""Candidates beyond those asked for: the order of the last ones is settled in double precision."""


class Near(Protocol):
    """Finds passages by their vectors."""

    def nearest(self, vector: Sequence[float], limit: int, only: Sequence[str] | None) -> list[tuple[str, float]]:
        """As `ChromaVectors.nearest`."""

    def similarities(self, vector: Matrix, ids: Sequence[str]) -> dict[str, float]:
        """As `ChromaVectors.similarities`."""


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """Every passage of the catalogue that has a vector, at one moment."""

    ids: tuple[str, ...]
    """In order, so that a row does not depend on when its article came."""
    row: dict[str, int]
    """Id -> row."""
    matrix: Matrix
    text: NDArray[np.int32]
    """For each row the number of its text."""
    texts: dict[str, int]
    """Digest of a text -> its number."""


class ExactVectors:
    """All vectors in memory, as the catalogue has them now. Usable from several threads."""

    def __init__(self, catalogue: Catalogue, model: str, chroma: Callable[[], ChromaVectors], most: int) -> None:
        """Nothing is read before the first search.

        Args:
            catalogue: says which passages there are, and keeps the copies.
            model: fingerprint of the embedder.
            chroma: opens the store of record.
            most: with more passages than this, Chroma's graph searches.

        """
        self._catalogue = catalogue
        self._model = model
        self._chroma = chroma
        self._most = most
        self._lock = threading.RLock()
        self._seen: tuple[int, int] | None = None
        self._held: _Held | None = None
        catalogue.rows(_TABLE)

    def nearest(self, vector: Sequence[float], limit: int, only: Sequence[str] | None) -> list[tuple[str, float]]:
        """As `ChromaVectors.nearest`, but never missing one: every passage is compared."""
        held = self._now()
        if held is None:
            return self._chroma().nearest(vector, limit, only)
        if not held.ids:
            return []  # without a first vector nobody knows how long they are
        asked = np.asarray(vector, np.float32)
        best = _best(held.matrix @ asked, limit + SPARE, None if only is None else _among(held, only))
        found = [(held.ids[row], score) for row, score in zip(best, _exact(held.matrix[best], asked), strict=True)]
        return sorted(found, key=lambda item: (-item[1], item[0]))[:limit]

    def similarities(self, vector: Matrix, ids: Sequence[str]) -> dict[str, float]:
        """As `ChromaVectors.similarities`."""
        held = self._now()
        if held is None:
            return self._chroma().similarities(vector, ids)
        there = [i for i in ids if i in held.row]
        if not there:
            return {}
        scores = _exact(held.matrix[[held.row[i] for i in there]], np.asarray(vector, np.float32))
        return dict(zip(there, scores, strict=True))

    def keep(self, ids: Sequence[str]) -> None:
        """Copy these vectors from Chroma.

        Raises:
            StorageError: the data folder cannot be written, or Chroma not be read.

        """
        for at in range(0, len(ids), CHUNK):
            found = self._chroma().embeddings(ids[at : at + CHUNK])
            with self._catalogue.transaction() as db:
                values = [(i, np.asarray(v, np.float32).tobytes()) for i, v in found.items()]
                db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", values)

    def complete(self) -> None:
        """Make the copies those of the catalogue's passages, no fewer and no more.

        Raises:
            StorageError: the data folder cannot be written, or Chroma not be read.

        """
        if self._catalogue.count() > self._most:
            return
        if self._catalogue.fact(_MODEL) != self._model:
            with self._catalogue.transaction() as db:
                db.execute("DELETE FROM vectors")
                db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [_MODEL, self._model])
        self.keep([row[0] for row in self._catalogue.rows("SELECT id FROM passages EXCEPT SELECT id FROM vectors")])
        if self._catalogue.rows("SELECT id FROM vectors EXCEPT SELECT id FROM passages LIMIT 1"):
            with self._catalogue.transaction() as db:
                db.execute("DELETE FROM vectors WHERE id NOT IN (SELECT id FROM passages)")

    def _now(self) -> _Held | None:
        """What the catalogue has now; None where that is more than is searched here."""
        with self._lock:
            # Looked up first: what is written while the rest is read shows at the next search.
            state = self._catalogue.state()
            if state != self._seen:
                if self._catalogue.count() > self._most:
                    self._held = None
                else:
                    if not self._is_complete():
                        self.complete()
                    self._held = self._read(self._held)
                self._seen = state
            return self._held

    def _is_complete(self) -> bool:
        missing = self._catalogue.rows("SELECT id FROM passages EXCEPT SELECT id FROM vectors LIMIT 1")
        return not missing and self._catalogue.fact(_MODEL) == self._model

    def _read(self, before: _Held | None) -> _Held:
        """The passages that have a vector; vectors already in memory are not read again."""
        sql = "SELECT id, sha256 FROM passages WHERE id IN (SELECT id FROM vectors) ORDER BY id"
        found = [(row[0], row[1]) for row in self._catalogue.rows(sql)]
        texts = {sha256: number for number, sha256 in enumerate(dict.fromkeys(sha256 for _, sha256 in found))}
        ids = tuple(id_ for id_, _ in found)
        row = {id_: number for number, id_ in enumerate(ids)}
        fresh = [i for i in ids if before is None or i not in before.row]
        width = len(self._vectors(fresh[:1])[0][1]) if fresh else before.matrix.shape[1] if before else 0
        matrix = np.zeros((len(ids), width), np.float32)
        if before is not None and (kept := [i for i in ids if i in before.row]):
            matrix[[row[i] for i in kept]] = before.matrix[[before.row[i] for i in kept]]
        for at in range(0, len(fresh), CHUNK):
            for id_, vector in self._vectors(fresh[at : at + CHUNK]):
                matrix[row[id_]] = vector
        return _Held(ids, row, matrix, np.array([texts[sha256] for _, sha256 in found], np.int32), texts)

    def _vectors(self, ids: Sequence[str]) -> list[tuple[str, Matrix]]:
        sql = "SELECT id, vector FROM vectors WHERE id IN (SELECT value FROM json_each(?))"
        return [(row[0], np.frombuffer(row[1], np.float32)) for row in self._catalogue.rows(sql, [json.dumps(list(ids))])]


def _among(held: _Held, only: Sequence[str]) -> NDArray[np.intp]:
    """The rows of these texts."""
    return np.flatnonzero(np.isin(held.text, [held.texts[sha256] for sha256 in only if sha256 in held.texts]))


def _best(scores: NDArray[np.float32], limit: int, among: NDArray[np.intp] | None) -> NDArray[np.intp]:
    """The rows with the highest scores, in no order."""
    chosen = scores if among is None else scores[among]
    best = np.argpartition(-chosen, limit)[:limit] if len(chosen) > limit else np.arange(len(chosen))
    return best if among is None else among[best]


def _exact(rows: Matrix, vector: Matrix) -> list[float]:
    """Row by row in double precision: equal vectors have equal scores wherever they stand."""
    scores: list[float] = (rows.astype(np.float64) * vector.astype(np.float64)).sum(axis=1).tolist()
    return scores
