"""Vectors in Chroma, through langchain-chroma. Chroma's and LangChain's types stay in this file."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from retrieval.errors import IndexMismatch, StorageError
from retrieval.index.embeddings import Embedder, Matrix
from retrieval.index.schema import REBUILD

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from langchain_chroma import Chroma

T = TypeVar("T")

COLLECTION = "passages"
DENSE: Any = {"space": "cosine", "max_neighbors": 64, "ef_construction": 400, "ef_search": 400}
"""The graph over the vectors. With Chroma's own figures (16, 100, 100) some passages get out of reach of every query
after articles have changed a few times: ten rounds over 324 passages lost three of them, with these none."""


_SYSTEMS = threading.RLock()
"""Chroma keeps what it opened in a table of the process and does not lock it."""


class ChromaVectors:
    """A persistent collection of passage vectors in cosine space. Usable from several threads, one at a time."""

    def __init__(self, folder: Path, embedder: Embedder, version: Callable[[], int] = lambda: 0) -> None:
        """Open or make the collection.

        Args:
            folder: where Chroma keeps it.
            embedder: made the vectors, and makes those to come.
            version: changes when another process has written to the index. Chroma reads its graph once and does not
                notice, so it is then opened anew.

        Raises:
            IndexMismatch: its vectors were made by another model.
            StorageError: Chroma cannot open the folder.

        """
        self._folder = folder
        self._embedder = embedder
        self._version = version
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._seen = 0
        with self._store():
            pass

    def close(self) -> None:
        """Release the files; the next use opens them again."""
        with self._lock, _SYSTEMS:
            if self._client is not None:
                self._client.close()
                self._client = None

    def add(self, ids: Sequence[str], texts: Sequence[str], sha256: Sequence[str]) -> None:
        """Embed and store; ids already there are overwritten with the same content."""
        if ids:
            with self._store() as store:
                store.add_texts(list(texts), [{"sha256": s} for s in sha256], ids=list(ids))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; ids that are not there do no harm."""
        if ids:
            with self._store() as store:
                store.delete(list(ids))

    def nearest(self, vector: Sequence[float], limit: int, only: Sequence[str] | None) -> list[tuple[str, float]]:
        """The passages closest to a query vector as (id, cosine similarity), best first.

        Args:
            vector: of length 1.
            limit: how many at the most.
            only: digests of the texts to look in, or None for all.

        """
        condition: Any = None if only is None else {"sha256": {"$in": list(only)}}
        found = self._read(
            lambda store: store.similarity_search_by_vector_with_relevance_scores(list(vector), limit, filter=condition)
        )
        # Chroma's cosine space gives a distance: 1 - similarity. Equal ones come in the order in which they were added.
        nearest = [(str(document.id), 1.0 - distance) for document, distance in found]
        return sorted(nearest, key=lambda item: (-item[1], item[0]))

    def similarities(self, vector: Matrix, ids: Sequence[str]) -> dict[str, float]:
        """Cosine similarity of these passages to a query vector of length 1."""
        if not ids:
            return {}
        found = self._read(lambda store: store.get(ids=list(ids), include=["embeddings"]))
        return {i: float(vector @ v) for i, v in zip(found["ids"], found["embeddings"], strict=True)}

    def ids(self) -> set[str]:
        """Every id in the collection."""
        with self._store() as store:
            return set(store.get(include=[])["ids"])

    def _read(self, work: Callable[[Chroma], T]) -> T:
        """Read, and once more if it failed: another process may remove passages while Chroma looks them up."""
        try:
            with self._store() as store:
                return work(store)
        except StorageError:
            with self._store() as store:
                return work(store)

    @contextmanager
    def _store(self) -> Iterator[Chroma]:
        """The store as it is on disk now, for one thread; its errors become one that says what to do."""
        import chromadb.errors

        try:
            with self._lock:
                self._refresh()
                yield self._open_store
        except chromadb.errors.NotFoundError as error:
            self.close()
            raise StorageError("The index was built anew while it was read", "Ask again.") from error
        except (chromadb.errors.ChromaError, OSError, RuntimeError, ValueError) as error:
            # Opened anew at the next use: what failed may be what this process still had in memory.
            self.close()
            remedy = f"See that the folder is writable and has space. If it stays so: {REBUILD}"
            raise StorageError(f"Chroma at {self._folder} failed: {error}", remedy) from error

    def _refresh(self) -> None:
        version = self._version()
        if self._client is None or version != self._seen:
            with _SYSTEMS:
                self.close()
                self._client, self._open_store = _open(self._folder, self._embedder)
            self._seen = version


def forget(folder: Path) -> None:
    """Remove the collection, whoever made it; where Chroma cannot open its own files any more, those.

    Raises:
        OSError: the files cannot be removed.

    """
    import chromadb.errors

    if not folder.exists():
        return
    try:
        # Files must not go while another part of this process has them open: Chroma shares them within a process.
        with _SYSTEMS, closing(_client(folder)) as client, suppress(chromadb.errors.NotFoundError):
            client.delete_collection(COLLECTION)
    except (chromadb.errors.ChromaError, OSError, RuntimeError, ValueError):
        # Moved away first: another process may open the folder at any time, and writes to it when it does.
        away = Path(tempfile.mkdtemp(prefix="forgotten-", dir=folder.parent))
        folder.rename(away / folder.name)
        shutil.rmtree(away)


def _client(folder: Path) -> Client:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    try:
        # Declared as the interface, which has no close().
        return cast("Client", chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False)))
    except BaseException:
        # Chroma keeps what it could not start and would hand it out at the next try (a full disk is one case).
        if str(folder) not in SharedSystemClient._identifier_to_refcount:
            SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise


def _open(folder: Path, embedder: Embedder) -> tuple[Client, Chroma]:
    from langchain_chroma import Chroma

    from retrieval.index.langchain import LangChainEmbeddings

    client = _client(folder)
    try:
        store = Chroma(
            COLLECTION,
            LangChainEmbeddings(embedder),
            client=client,
            collection_metadata={"fingerprint": embedder.fingerprint},
            collection_configuration={"hnsw": DENSE},
        )
        recorded = (client.get_collection(COLLECTION).metadata or {}).get("fingerprint")
        if recorded != embedder.fingerprint:
            raise IndexMismatch(f"The vectors were made by {recorded}, the settings name {embedder.fingerprint}", REBUILD)
    except BaseException:
        client.close()
        raise
    return client, store
