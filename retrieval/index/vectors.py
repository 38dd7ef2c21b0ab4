"""Vectors in Chroma, through langchain-chroma. Chroma's and LangChain's types stay in this file."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from retrieval.errors import ChangedMeanwhile, IndexMismatch, StorageError, VerbatimError
from retrieval.index.chroma import SYSTEMS, Place
from retrieval.index.embeddings import Embedder, Matrix
from retrieval.index.schema import REBUILD

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from langchain_chroma import Chroma

T = TypeVar("T")

_EMBEDDED = (OSError, RuntimeError, ValueError)
"""What Chroma raises besides its own errors; over the network there is no end to the kinds."""

PAGE = 250
"""Ids read or removed at a time; Chroma Cloud takes no more than 300."""


class ChromaVectors:
    """A persistent collection of passage vectors in cosine space. Usable from several threads, one at a time."""

    def __init__(self, place: Place, embedder: Embedder, version: Callable[[], int] = lambda: 0) -> None:
        """Open or make the collection.

        Args:
            place: where Chroma keeps it.
            embedder: made the vectors, and makes those to come.
            version: changes when another process has written to the index. Embedded, Chroma reads its graph once and
                does not notice, so it is then opened anew.

        Raises:
            IndexMismatch: its vectors were made by another model.
            StorageError: Chroma cannot open the folder, or the server does not answer.

        """
        self._place = place
        self._embedder = embedder
        self._version = _same if place.remote else version
        self._lock = threading.RLock()
        self._client: Client | None = None
        self._seen = 0
        with self._store():
            pass

    def close(self) -> None:
        """Release the files; the next use opens them again."""
        with self._lock, SYSTEMS:
            if self._client is not None:
                self._place.close(self._client)
                self._client = None

    def add(self, ids: Sequence[str], texts: Sequence[str], sha256: Sequence[str], vectors: Matrix | None = None) -> None:
        """Store; ids already there are overwritten with the same content. Without `vectors` the texts are embedded."""
        if ids:
            given = self._embedder.embed(texts) if vectors is None else vectors
            labels: list[Any] = [{"sha256": s} for s in sha256]
            with self._store() as store:
                store._collection.upsert(list(ids), given, labels, list(texts))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; ids that are not there do no harm."""
        if ids:
            with self._store() as store:
                for at in range(0, len(ids), PAGE):
                    store.delete(list(ids[at : at + PAGE]))

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
        if not found and only is None and self._place.remote:
            # Only asked where the catalogue has passages.
            raise StorageError(f"The Chroma server at {self._place} has lost its passages", "Run verbatim ingest.")
        # Chroma's cosine space gives a distance: 1 - similarity. Equal ones come in the order in which they were added.
        nearest = [(str(document.id), 1.0 - distance) for document, distance in found]
        return sorted(nearest, key=lambda item: (-item[1], item[0]))

    def similarities(self, vector: Matrix, ids: Sequence[str]) -> dict[str, float]:
        """Cosine similarity of these passages to a query vector of length 1."""
        if not ids:
            return {}
        found = self._read(lambda store: store.get(ids=list(ids), include=["embeddings"]))
        return {i: float(vector @ v) for i, v in zip(found["ids"], found["embeddings"], strict=True)}

    def embeddings(self, ids: Sequence[str]) -> dict[str, Matrix]:
        """The vectors of these passages, each of length 1; what is not there is left out."""
        found: dict[str, Matrix] = {}
        for at in range(0, len(ids), PAGE):
            part = list(ids[at : at + PAGE])
            page = self._read(lambda store, part=part: store.get(ids=part, include=["embeddings"]))  # type: ignore[misc]
            found |= zip(page["ids"], page["embeddings"], strict=True)
        return found

    def ids(self) -> set[str]:
        """Every id in the collection."""
        if not self._place.remote:
            return self._read(lambda store: set(store.get(include=[])["ids"]))
        found: set[str] = set()
        while page := self._read(lambda store: store.get(include=[], limit=PAGE, offset=len(found))["ids"]):
            found.update(page)
        return found

    def count(self) -> int:
        """How many there are."""
        return self._read(lambda store: int(store._collection.count()))

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
        except VerbatimError:
            raise
        except chromadb.errors.NotFoundError as error:
            self.close()
            raise ChangedMeanwhile("The index was built anew while it was read", "Ask again.") from error
        except Exception as error:
            if not (self._place.remote or isinstance(error, (chromadb.errors.ChromaError, *_EMBEDDED))):
                raise
            # Opened anew at the next use: what failed may be what this process still had in memory.
            self.close()
            raise self._place.failed(error) from error

    def _refresh(self) -> None:
        version = self._version()
        if self._client is None or version != self._seen:
            with SYSTEMS:
                self.close()
                self._client, self._open_store = _open(self._place, self._embedder)
            self._seen = version


def _same() -> int:
    return 0


def _open(place: Place, embedder: Embedder) -> tuple[Client, Chroma]:
    from langchain_chroma import Chroma

    from retrieval.index.langchain import LangChainEmbeddings

    client = place.client()
    try:
        store = Chroma(
            place.collection,
            LangChainEmbeddings(embedder),
            client=client,
            collection_metadata={"fingerprint": embedder.fingerprint},
            collection_configuration=place.configuration,
        )
        recorded = (client.get_collection(place.collection).metadata or {}).get("fingerprint")
        if recorded != embedder.fingerprint:
            raise IndexMismatch(f"The vectors were made by {recorded}, the settings name {embedder.fingerprint}", REBUILD)
    except BaseException:
        place.close(client)
        raise
    return client, store
