"""Our embedder as LangChain's `Embeddings`, for chains of others and for langchain-chroma."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from retrieval.index.embeddings import Embedder


class LangChainEmbeddings(Embeddings):
    """Adapter around an `Embedder`; all-MiniLM-L6-v2 treats passages and queries alike."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector for each text."""
        vectors: list[list[float]] = self._embedder.embed(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a query."""
        return self.embed_documents([text])[0]
