"""Our search as LangChain's `BaseRetriever`, for chains of others."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field, SkipValidation

from retrieval.index.catalogue import Catalogue
from retrieval.reading.aliases import Aliases
from retrieval.reading.names import terms
from retrieval.reading.search import EVERYTHING, Evidence, Retriever, Scope


class ArticleRetriever(BaseRetriever):
    """Passages for a query as `Document`s: the text exactly as in the article, and in the metadata where it stands.

    Metadata: `article`, `title`, `publisher`, `url`, `published` (ISO date), `sha256` of the article's text, `start` and
    `end` as code-point offsets into it, `paragraph` from 1, and the scores `cosine`, `bm25` and `score` (fused).
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, frozen=True, extra="forbid")

    retriever: SkipValidation[Retriever]
    catalogue: Catalogue
    aliases: Aliases
    limit: int = Field(default=7, ge=1)
    """How many passages at the most."""
    scope: Scope = EVERYTHING

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        del run_manager
        # Half a surrogate pair is no character, and no tokenizer takes it.
        asked = query.encode("utf-8", "ignore").decode("utf-8")
        if not asked.strip():
            return []
        named = terms(asked, self.catalogue, self.aliases)
        return [self._document(e) for e in self.retriever.search(asked, named, self.limit, self.scope).evidence]

    def _document(self, evidence: Evidence) -> Document:
        entry, passage = evidence.entry, evidence.stored.passage
        return Document(
            self.catalogue.text(entry.sha256)[passage.start : passage.end],
            id=evidence.stored.id,
            metadata={
                "article": entry.name,
                "title": entry.metadata.title,
                "publisher": entry.metadata.publisher,
                "url": entry.metadata.url,
                "published": entry.metadata.published.isoformat() if entry.metadata.published else None,
                "sha256": entry.sha256,
                "start": passage.start,
                "end": passage.end,
                "paragraph": passage.paragraph,
                "cosine": evidence.cosine,
                "bm25": evidence.bm25,
                "score": evidence.fused,
            },
        )
