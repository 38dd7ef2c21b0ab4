"""Finding passages worth reading: by meaning and by words, fused by rank."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from retrieval.index.catalogue import Catalogue, Entry, Stored
from retrieval.index.embeddings import Matrix
from retrieval.index.index import Index
from retrieval.index.scoped import ScopedWords
from retrieval.reading.names import Terms, Words

FUSION = 60
"""k of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""

LIKELY = 2
"""The best passages by words are taken for found before the rest is known, to be read while the question is embedded."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles may be used for an answer."""

    as_of: date | None = None
    """Only articles published by that day; one without a date is then left out, since nobody can tell."""
    articles: frozenset[str] | None = None
    """Only articles of these names, or None for all."""
    after: date | None = None
    """Only articles published after that day; one without a date is left out."""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == EVERYTHING

    def admits(self, entry: Entry) -> bool:
        """Whether an article may be used."""
        published = entry.metadata.published
        in_time = self.as_of is None or (published is not None and published <= self.as_of)
        in_time = in_time and (self.after is None or (published is not None and published > self.after))
        return in_time and (self.articles is None or entry.name in self.articles)


EVERYTHING = Scope()


def words_in(catalogue: Catalogue, scope: Scope) -> Words:
    """The words of the articles in scope: what the others say may not show, not even in how rare a word is."""
    if scope.everything:
        return catalogue
    return ScopedWords(catalogue, [e.sha256 for e in catalogue.entries() if scope.admits(e)])


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage with its retrieval scores."""

    stored: Stored
    entry: Entry
    cosine: float
    """Cosine similarity of question and passage."""
    bm25: float
    """BM25 of the question's words in the passage; 0 where none occurs."""
    fused: float
    """Sum of 1 / (k + rank) over both rankings; orders the evidence."""


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence, best first, and how long each step took."""

    evidence: list[Evidence]
    embed_ms: float
    search_ms: float


Likely = Callable[[list[Evidence]], None]
"""Told of passages; their scores are not known yet."""


class Retriever(Protocol):
    """Finds evidence for a question."""

    def search(
        self, question: str, terms: Terms, limit: int, scope: Scope = EVERYTHING, likely: Likely | None = None
    ) -> Found:
        """At most `limit` passages, best first, from the articles in scope.

        `likely` is told, while the search goes on, of some that will hardly be missing from them.
        """


class HybridRetriever:
    """Dense and BM25 rankings of the index, fused by rank."""

    def __init__(self, index: Index, candidates: int) -> None:
        """`candidates` are taken from each ranking before they are fused."""
        self._index = index
        self._candidates = candidates
        self._beside = ThreadPoolExecutor(index.settings.threads, thread_name_prefix="embed")

    def search(
        self, question: str, terms: Terms, limit: int, scope: Scope = EVERYTHING, likely: Likely | None = None
    ) -> Found:
        began = time.perf_counter()
        # It takes as long as reading a passage, and leaves all cores but one idle.
        embedding = self._beside.submit(self._embedded, question)
        catalogue = self._index.catalogue
        entries = catalogue.kept("by digest", lambda: {e.sha256: e for e in catalogue.entries()})
        only = None
        if not scope.everything:
            entries = {s: e for s, e in entries.items() if scope.admits(e)}
            only = sorted(entries)
        if not entries:
            return Found([], 0.0, 0.0)
        words = catalogue.best_by_words(terms.searched, self._candidates, only)
        if likely:
            first = catalogue.by_id([i for i, _ in words[: min(LIKELY, limit)]])
            likely([Evidence(s, entries[s.sha256], 0.0, 0.0, 0.0) for s in first.values() if s.sha256 in entries])
        vector, embed_ms = embedding.result()
        dense = self._index.near.nearest(vector.tolist(), self._candidates, only)
        fused = fuse([[i for i, _ in dense], [i for i, _ in words]])
        chosen = sorted(fused, key=lambda i: (-fused[i], i))[: 2 * limit]
        stored = self._index.catalogue.by_id(chosen)
        # Chroma may briefly hold passages that the catalogue does not have yet or no more.
        chosen = [i for i in chosen if i in stored and stored[i].sha256 in entries][:limit]
        cosines, bm25 = dict(dense), dict(words)
        cosines |= self._index.near.similarities(vector, [i for i in chosen if i not in cosines])
        evidence = [
            Evidence(stored[i], entries[stored[i].sha256], cosines.get(i, 0.0), bm25.get(i, 0.0), fused[i]) for i in chosen
        ]
        return Found(evidence, embed_ms, (time.perf_counter() - began) * 1e3 - embed_ms)

    def _embedded(self, question: str) -> tuple[Matrix, float]:
        """The question's vector, and the milliseconds that it took."""
        began = time.perf_counter()
        vector = self._index.embedder.embed([question])[0]
        return vector, (time.perf_counter() - began) * 1e3


def fuse(rankings: Sequence[Sequence[str]]) -> dict[str, float]:
    """Reciprocal rank fusion: id -> score."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, id_ in enumerate(ranking, 1):
            scores[id_] = scores.get(id_, 0.0) + 1.0 / (FUSION + rank)
    return scores
