"""For the tests: a fake of the project's own `Embedder`, and an index as plain values."""

from __future__ import annotations

import ctypes
import hashlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from retrieval.index import ingest as ingesting
from retrieval.index.embeddings import Matrix
from retrieval.index.following import follow
from retrieval.index.index import Index, IndexSettings

DIMENSIONS = 16


class HashEmbedder:
    """Unit vectors from a digest of the text; remembers what it was asked for."""

    def __init__(self, fingerprint: str = "hash") -> None:
        self.fingerprint = fingerprint
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Matrix:
        self.embedded += texts
        rows = [np.frombuffer(hashlib.shake_256(t.encode()).digest(DIMENSIONS), np.uint8) for t in texts]
        vectors = np.array(rows, np.float32).reshape(len(texts), DIMENSIONS) - 127.5
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, eq=False)
class Vector:
    """Equal when it is nearly so: a model's last digits depend on what else was in the batch."""

    values: tuple[float, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vector) and bool(np.allclose(self.values, other.values, atol=1e-5))

    __hash__ = None  # type: ignore[assignment]


def make_index(data: Path, **settings: Any) -> Index:
    """An index with the fake embedder, or with `embedder`."""
    embedder = settings.pop("embedder", None) or HashEmbedder()
    given = {
        "data": data, "articles": data / "none.toml", "embedding_model": "hash", "threads": 1, "passage_words": 32,
        "max_bytes": 1_000_000, "wait_seconds": 60.0,
    }  # fmt: skip
    return Index(IndexSettings(**(given | settings)), embedder)


def snapshot(index: Index) -> dict[str, Any]:
    """Everything the index holds, without row numbers and places on disk, which may differ."""
    follow(index)

    def rows(sql: str) -> list[tuple[Any, ...]]:
        return sorted(tuple(row) for row in index.catalogue.rows(sql))

    client = index.place.client()
    held = client.get_collection(index.place.collection).get(include=["embeddings", "metadatas", "documents"])
    index.place.close(client)
    vectors = [Vector(tuple(map(float, v))) for v in held["embeddings"]]
    found = index.near.nearest(index.embedder.embed(["any"])[0].tolist(), max(1, len(vectors)), None)
    values = list(zip(held["documents"], held["metadatas"], vectors, strict=True))
    return {
        "articles": rows("SELECT name, sha256, title, publisher, url, published FROM articles"),
        "texts": rows("SELECT * FROM texts"),
        "passages": rows('SELECT id, sha256, ordinal, start, "end", paragraph, heading, sentences FROM passages'),
        "words": rows("SELECT p.id, w.stems FROM words w LEFT JOIN passages p ON p.row = w.rowid"),
        "vocabulary": rows("SELECT term, doc, cnt FROM vocabulary"),
        "files": rows("SELECT name, bytes, outcome, message FROM files"),
        "facts": rows("SELECT key FROM facts"),
        "unsettled": rows("SELECT id FROM unsettled"),
        "vectors": dict(sorted(zip(held["ids"], values, strict=True))),
        "found": sorted(i for i, _ in found),
    }


_WATCHED = tuple(
    str(Path(ingesting.__file__).parent / name)
    for name in (
        "ingest.py",
        "taking.py",
        "sightings.py",
        "catalogue.py",
        "chroma.py",
        "vectors.py",
        "forgetting.py",
        "following.py",
        "matrix.py",
    )
)


def moments(index: Index, articles: Path, *, rebuild: bool = False, die_at: int | None = None) -> list[int]:
    """Ingest while counting the lines of the index's code that run; at the `die_at`-th the process kills itself.

    Returns the counts at which a line ran for the first and for the last time, so that no place is left out however
    often others run.
    """
    count = 0
    first: dict[tuple[str, int], int] = {}
    last: dict[tuple[str, int], int] = {}

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(_WATCHED):
            return None
        if event == "line":
            count += 1
            first.setdefault((frame.f_code.co_filename, frame.f_lineno), count)
            last[frame.f_code.co_filename, frame.f_lineno] = count
            if count == die_at:
                os.kill(os.getpid(), signal.SIGKILL)
        return watch

    sys.settrace(watch)
    try:
        ingesting.ingest(index, [articles], rebuild=rebuild)
    finally:
        sys.settrace(None)
    return sorted({*first.values(), *last.values()})


def without_privileges() -> None:
    """Give up what lets root read and write everything, for this process: file modes then count for root too."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    if libc.capset(header, (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capset")


def _call(pipe: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    pipe.send(None)
    try:
        pipe.send((True, function(*arguments)))
    except Exception as error:
        pipe.send((False, error))


class Child:
    """A function that runs in a process of its own, forked from one that has imported everything and opened nothing."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["support", "langchain_chroma", "chromadb.errors"])
        self._pipe, theirs = context.Pipe()
        self.process = context.Process(target=_call, args=(theirs, function, arguments))
        self.process.start()
        theirs.close()
        self._pipe.recv()

    def kill(self) -> None:
        self.process.kill()

    def ended(self) -> int | None:
        """Exit status, negative for a signal."""
        self.process.join(120)
        self._pipe.close()
        status = self.process.exitcode
        self.process.close()
        return status

    def result(self) -> Any:
        """What the function returned; raises what it raised."""
        good, value = self._pipe.recv()
        self.ended()
        if good:
            return value
        raise value
