"""Exact search over all vectors of an index that fits into memory, without opening Chroma.

Starting Chroma's client takes half a second and 1,000 modules, an index of some hundred passages one multiplication. A copy
of each vector lies in the catalogue under the id of its passage, which is made from the passage's words, and is written
and removed in the same transaction as the passage. It is found through the catalogue's passages: what the catalogue does
not have cannot be found, and what it has without a copy is fetched from Chroma first, or embedded again. So nothing here
can be out of date.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.index.catalogue import Catalogue
from retrieval.index.embeddings import Embedder, Matrix
from retrieval.index.slices import slices
from retrieval.index.vectors import ChromaVectors

_TABLE = "CREATE TABLE IF NOT EXISTS vectors (id TEXT PRIMARY KEY, vector BLOB NOT NULL)"
_MODEL = "vectors"
"""Fact: the model that made the copies."""

CHUNK = 1024
"""Vectors fetched from Chroma or read at a time."""

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

    def __init__(self, catalogue: Catalogue, embedder: Embedder, chroma: Callable[[], ChromaVectors], most: int) -> None:
        """Nothing is read before the first search.

        Args:
            catalogue: says which passages there are, and keeps the copies.
            embedder: made the vectors, and makes what is found nowhere.
            chroma: opens the collection.
            most: with more passages than this, Chroma's graph searches.

        """
        self._catalogue = catalogue
        self._model = embedder.fingerprint
        self._embed = embedder.embed
        self._chroma = chroma
        self._most = most
        self._lock = threading.RLock()
        self._seen: tuple[int, int] | None = None
        self._held: _Held | None = None
        catalogue.rows(_TABLE)

    @property
    def whole(self) -> bool:
        """Whether there is a copy for each passage, and not more passages than are searched here."""
        passages = self._catalogue.count()
        if passages > self._most or self._catalogue.fact(_MODEL) != self._model:
            return False
        return int(self._catalogue.rows("SELECT count(*) FROM vectors")[0][0]) == passages

    def nearest(self, vector: Sequence[float], limit: int, only: Sequence[str] | None) -> list[tuple[str, float]]:
        """As `ChromaVectors.nearest`, but never missing one: every passage is compared."""
        held = self._now()
        if held is None:
            return self._chroma().nearest(vector, limit, only)
        if not held.ids:
            return []  # without a first vector nobody knows how long they are
        asked = np.asarray(vector, np.float32)
        # Not `@`: after a product this large the threads of numpy's BLAS go on waiting at full speed and take a core from
        # the reader, whose turn it is next. One thread takes as long, since the memory gives no more.
        scores = np.einsum("ij,j->i", held.matrix, asked)
        best = _best(scores, limit + SPARE, None if only is None else _among(held, only))
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

    def prepare(self) -> None:
        """Before an ingest: without copies of another model, and ready for those to come if they are wanted."""
        if self._catalogue.count() <= self._most and self._catalogue.fact(_MODEL) != self._model:
            with self._catalogue.transaction() as db:
                db.execute("DELETE FROM vectors")
                db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [_MODEL, self._model])

    def insert(self, db: Connection, ids: Sequence[str], vectors: Matrix) -> None:
        """Keep copies, in the transaction that writes their passages."""
        if self._catalogue.fact(_MODEL) == self._model:
            values = [(i, np.asarray(v, np.float32).tobytes()) for i, v in zip(ids, vectors, strict=True)]
            db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", values)

    def drop(self, db: Connection, ids: Sequence[str]) -> None:
        """Remove copies, in the transaction that removes their passages."""
        db.executemany("DELETE FROM vectors WHERE id = ?", [[i] for i in ids])

    def copies(self, ids: Sequence[str]) -> Matrix:
        """The copies of these passages in this order, which must be there."""
        found = dict(self._vectors(ids))
        return np.frombuffer(b"".join(found[i] for i in ids), np.float32).reshape(len(ids), -1)

    def complete(self) -> None:
        """Make the copies those of the catalogue's passages, no fewer and no more; none where they are not searched.

        Raises:
            StorageError: the data folder cannot be written, or Chroma not be read.

        """
        if self._catalogue.count() > self._most:
            if self._catalogue.fact(_MODEL) is not None:
                with self._catalogue.transaction() as db:
                    db.execute("DELETE FROM vectors")
                    db.execute("DELETE FROM facts WHERE key = ?", [_MODEL])
            return
        if self.whole:
            return
        self.prepare()
        missing = [row[0] for row in self._catalogue.rows("SELECT id FROM passages EXCEPT SELECT id FROM vectors")]
        for at in range(0, len(missing), CHUNK):
            ids = missing[at : at + CHUNK]
            found = self._chroma().embeddings(ids)
            if unknown := [i for i in ids if i not in found]:
                found |= zip(unknown, self._embed(slices(self._catalogue, unknown)[0]), strict=True)
            with self._catalogue.transaction() as db:
                self.insert(db, ids, np.stack([found[i] for i in ids]))
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
                    self.complete()
                    self._held = self._read(self._held)
                self._seen = state
            return self._held

    def _read(self, before: _Held | None) -> _Held:
        """The passages that have a vector; vectors already in memory are not read again."""
        sql = "SELECT id, sha256 FROM passages WHERE id IN (SELECT id FROM vectors) ORDER BY id"
        found = [(row[0], row[1]) for row in self._catalogue.rows(sql)]
        texts = {sha256: number for number, sha256 in enumerate(dict.fromkeys(sha256 for _, sha256 in found))}
        ids = tuple(id_ for id_, _ in found)
        row = {id_: number for number, id_ in enumerate(ids)}
        fresh = [i for i in ids if before is None or i not in before.row]
        width = len(self._vectors(fresh[:1])[0][1]) // 4 if fresh else before.matrix.shape[1] if before else 0
        matrix = np.zeros((len(ids), width), np.float32)
        if before is not None and (kept := [i for i in ids if i in before.row]):
            matrix[[row[i] for i in kept]] = before.matrix[[before.row[i] for i in kept]]
        for part in self._all() if 2 * len(fresh) > len(ids) else self._these(fresh):
            # What another process has added or removed since shows at the next search.
            there = [(row[id_], vector) for id_, vector in part if id_ in row]
            values = np.frombuffer(b"".join(vector for _, vector in there), np.float32)
            matrix[[at for at, _ in there]] = values.reshape(-1, width)
        return _Held(ids, row, matrix, np.array([texts[sha256] for _, sha256 in found], np.int32), texts)

    def _all(self) -> Iterator[list[tuple[str, bytes]]]:
        """Every vector in parts, as they lie in the file: looking each up takes three times as long."""
        last = 0
        while found := self._catalogue.rows(
            "SELECT rowid, id, vector FROM vectors WHERE rowid > ? ORDER BY rowid LIMIT ?", [last, CHUNK]
        ):
            last = found[-1][0]
            yield [(row[1], row[2]) for row in found]

    def _these(self, ids: Sequence[str]) -> Iterator[list[tuple[str, bytes]]]:
        for at in range(0, len(ids), CHUNK):
            yield self._vectors(ids[at : at + CHUNK])

    def _vectors(self, ids: Sequence[str]) -> list[tuple[str, bytes]]:
        """Id and the bytes of the vector, 32-bit floats."""
        sql = "SELECT id, vector FROM vectors WHERE id IN (SELECT value FROM json_each(?))"
        return [(row[0], row[1]) for row in self._catalogue.rows(sql, [json.dumps(list(ids))])]


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
