"""The index as one thing: catalogue, vectors and embedder of one data folder, opened when first needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.corpus.formats.part import Limits
from retrieval.errors import IndexMismatch
from retrieval.index import schema
from retrieval.index.catalogue import Catalogue
from retrieval.index.chroma import Place, place
from retrieval.index.embeddings import Embedder, load
from retrieval.index.matrix import ExactVectors, Near
from retrieval.index.vectors import ChromaVectors

if TYPE_CHECKING:
    from retrieval.index.log import Log


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What the index must agree with."""

    data: Path
    """Folder for the index and all state."""
    articles: Path
    """Sidecar table with titles, publishers, urls and dates."""
    embedding_model: str
    threads: int
    passage_words: int
    max_bytes: int
    wait_seconds: float
    models: Path | None = None
    """Where exported models are kept; None for the data folder. Several indexes can share them."""
    chroma: str = ""
    """Where the vectors are kept: empty for the data folder, the address of a Chroma server, or `cloud`."""
    shared: str = ""
    """URL of a Postgres through which several machines have one catalogue; empty where each has its own."""
    exact_passages: int = 200_000
    """Up to so many passages each is compared with the question, without opening Chroma."""
    document_bytes: int = 25_000_000
    """This and the next two as in `Limits`."""
    pages: int = 2000
    expanded_bytes: int = 200_000_000

    @property
    def limits(self) -> Limits:
        """How large files may be."""
        return Limits(self.max_bytes, self.document_bytes, self.pages, self.expanded_bytes)


class Index:
    """Opens each part once, on first use, so that a command pays only for what it needs."""

    def __init__(self, settings: IndexSettings, embedder: Embedder | None = None) -> None:
        """`embedder` stands in for the one that the settings name."""
        self.settings = settings
        self._embedder = embedder

    @cached_property
    def catalogue(self) -> Catalogue:
        """The catalogue.

        Raises:
            StorageError: the data folder cannot be made or written.

        """
        with schema.storage_errors(self.settings.data):
            self.settings.data.mkdir(parents=True, exist_ok=True)
        path = self.settings.data / "catalogue.sqlite3"
        if self.log is None:
            return Catalogue(path)
        from retrieval.index.shared import SharedCatalogue

        return SharedCatalogue(path, self.log)

    @cached_property
    def log(self) -> Log | None:
        """Where several machines write down what they do to the catalogue; None where there is one machine.

        Raises:
            StorageError: the database does not let us in, or does not answer.

        """
        if not self.settings.shared:
            return None
        from retrieval.index.log import Log

        return Log(self.settings.shared)

    @cached_property
    def embedder(self) -> Embedder:
        """The model that turns texts into vectors."""
        return self._embedder or load(
            self.settings.embedding_model, self.settings.models or self.settings.data / "models", self.settings.threads
        )

    @property
    def place(self) -> Place:
        """Where the vectors are kept."""
        address = self.settings.chroma
        return place(address, self.settings.data / "chroma", self.catalogue.owner() if address else "")

    @cached_property
    def vectors(self) -> ChromaVectors:
        """The vectors.

        Raises:
            IndexMismatch: made by another model.
            StorageError: they cannot be reached.

        """
        return ChromaVectors(self.place, self.embedder, self.catalogue.version)

    @cached_property
    def exact(self) -> ExactVectors | None:
        """The copies of the vectors; None where a server keeps them, which others may write to at any time."""
        if self.settings.chroma:
            return None
        return ExactVectors(self.catalogue, self.embedder, lambda: self.vectors, self.settings.exact_passages)

    @property
    def near(self) -> Near:
        """What is searched: the copies, or Chroma itself.

        Raises:
            IndexMismatch: the vectors were made by another model.
            StorageError: they cannot be reached.

        """
        return self.exact or self.vectors

    @property
    def fingerprint(self) -> str:
        """Everything that decides how a text becomes passages and vectors."""
        return f"{self.embedder.fingerprint}/passages:{self.settings.passage_words}"

    def check(self) -> None:
        """Refuse an index made with other settings than the present ones.

        Raises:
            IndexMismatch: so it was.

        """
        recorded = self.catalogue.fact("fingerprint")
        if recorded not in (None, self.fingerprint):
            raise IndexMismatch(f"The index was built with {recorded}, the settings name {self.fingerprint}", schema.REBUILD)

    def release_vectors(self) -> None:
        """Let go of Chroma's collection, after it was removed; the next use opens it again."""
        if "vectors" in self.__dict__:
            self.vectors.close()

    def close(self) -> None:
        """Release the files; the next use opens them again."""
        self.__dict__.pop("exact", None)
        for name in ("vectors", "catalogue", "log"):
            if (opened := self.__dict__.pop(name, None)) is not None:
                opened.close()
