"""Vectors in Chroma, through langchain-chroma. Chroma's and LangChain's types stay in this file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import IndexMismatch, StorageError
from retrieval.index.embeddings import Embedder, Matrix
from retrieval.index.schema import REBUILD

if TYPE_CHECKING:
    from langchain_chroma import Chroma

COLLECTION = "passages"


class ChromaVectors:
    """A persistent collection of passage vectors in cosine space."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        """Open or make the collection.

        Raises:
            IndexMismatch: its vectors were made by another model.
            StorageError: Chroma cannot open the folder.

        """
        self._folder = folder
        with self._errors():
            self._store, recorded = _open(folder, embedder)
        if recorded != embedder.fingerprint:
            raise IndexMismatch(f"The vectors were made by {recorded}, the settings name {embedder.fingerprint}", REBUILD)

    def add(self, ids: Sequence[str], texts: Sequence[str], sha256: Sequence[str]) -> None:
        """Embed and store; ids already there are overwritten with the same content."""
        if ids:
            with self._errors():
                self._store.add_texts(list(texts), [{"sha256": s} for s in sha256], ids=list(ids))

    def delete(self, ids: Sequence[str]) -> None:
        """Remove; ids that are not there do no harm."""
        if ids:
            with self._errors():
                self._store.delete(list(ids))

    def nearest(self, vector: Sequence[float], limit: int, only: Sequence[str] | None) -> list[tuple[str, float]]:
        """The passages closest to a query vector as (id, cosine similarity), best first.

        Args:
            vector: of length 1.
            limit: how many at the most.
            only: digests of the texts to look in, or None for all.

        """
        condition: Any = None if only is None else {"sha256": {"$in": list(only)}}
        with self._errors():
            found = self._store.similarity_search_by_vector_with_relevance_scores(list(vector), limit, filter=condition)
        # Chroma's cosine space gives a distance: 1 - similarity.
        return [(str(document.id), 1.0 - distance) for document, distance in found]

    def similarities(self, vector: Matrix, ids: Sequence[str]) -> dict[str, float]:
        """Cosine similarity of these passages to a query vector of length 1."""
        if not ids:
            return {}
        with self._errors():
            found = self._store.get(ids=list(ids), include=["embeddings"])
        return {i: float(vector @ v) for i, v in zip(found["ids"], found["embeddings"], strict=True)}

    def ids(self) -> set[str]:
        """Every id in the collection."""
        with self._errors():
            return set(self._store.get(include=[])["ids"])

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import chromadb.errors

        try:
            yield
        except (chromadb.errors.ChromaError, OSError, RuntimeError, ValueError) as error:
            remedy = f"See that the folder is writable and has space; if it stays so: {REBUILD}"
            raise StorageError(f"Chroma at {self._folder} failed: {error}", remedy) from error


def _open(folder: Path, embedder: Embedder) -> tuple[Chroma, str]:
    """The store, and the fingerprint that its collection was made with."""
    import chromadb
    from chromadb.config import Settings
    from langchain_chroma import Chroma

    from retrieval.index.langchain import LangChainEmbeddings

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    store = Chroma(
        COLLECTION,
        LangChainEmbeddings(embedder),
        client=client,
        collection_metadata={"fingerprint": embedder.fingerprint},
        collection_configuration={"hnsw": {"space": "cosine"}},
    )
    recorded = (client.get_collection(COLLECTION).metadata or {}).get("fingerprint")
    return store, str(recorded)
