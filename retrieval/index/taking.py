"""Writing articles to both stores, and removing them from both.

The process may be killed between any two instructions. So the catalogue alone decides what exists. Ids that Chroma may
hold without the catalogue knowing them are written to `unsettled` first; whoever brings Chroma in line removes what is
unsettled. Search drops ids that the catalogue does not have. Small changes are written to the catalogue alone, see
`retrieval.index.following`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from retrieval.corpus.article import Article
from retrieval.corpus.passages import Passage, passages
from retrieval.index import following, rows
from retrieval.index.catalogue import FileState
from retrieval.index.embeddings import Matrix
from retrieval.index.index import Index

CHUNK = 128
"""Passages embedded and stored at a time, of one article or of many: every write to Chroma waits for the disk."""

EPOCH = "epoch"
"""Fact that is another one whenever a text has gone: what was read before and after may not belong together."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """An article that is about to be written."""

    article: Article
    state: FileState
    before: str | None
    slices: list[Passage]
    ids: list[str]
    there: list[str]
    """Ids of the passages that the index has of this text."""
    fresh: list[tuple[str, str]]
    """Id and words of those that it does not have."""


class Intake:
    """Writes articles to both stores, several small ones together."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._pending: list[_Pending] = []
        self._fresh = 0
        self._chroma_waits = True

    def take(self, article: Article, state: FileState, before: str | None) -> None:
        """Write one article, now or with those that follow; its passages only if the index does not have them yet.

        Args:
            article: what.
            state: its file, which is remembered together with it.
            before: digest of the text that the article had, if it was there.

        """
        slices = list(passages(article, self._index.settings.passage_words))
        embedded = [embedded_text(article, p) for p in slices]
        ids = [p.identity(article.sha256, text) for p, text in zip(slices, embedded, strict=True)]
        there = [stored.id for stored in self._index.catalogue.passages(article.sha256)]
        known = set(there)
        fresh = [(i, text) for i, text in zip(ids, embedded, strict=True) if i not in known]
        self._pending.append(_Pending(article, state, before, slices, ids, there, fresh))
        self._fresh += len(fresh)
        if self._fresh >= CHUNK or len(self._pending) >= CHUNK:
            self.finish()

    def finish(self) -> None:
        """Write what has not been written."""
        index, pending = self._index, self._pending
        if not pending:
            return
        self._pending, self._fresh = [], 0
        fresh = [(i, text, one.article.sha256) for one in pending for i, text in one.fresh]
        if fresh and self._chroma_waits and not following.may_wait(index, len(fresh)):
            # From here on both are written together, to the end of this ingest.
            self._chroma_waits = False
            following.follow(index)
        copies = self._stored(fresh)
        with index.catalogue.transaction() as db:
            stale: list[str] = []
            for one in pending:
                stale += _write(db, one)
            if self._chroma_waits:
                following.put_off(db, [i for i, _, _ in fresh])
            else:
                db.executemany("DELETE FROM unsettled WHERE id = ?", [[i] for i, _, _ in fresh])
            # Only now: a text may go from one article to another.
            stale += _delete_unused(db, [one.before for one in pending if one.before])
            _forget(index, db, stale)
            if index.exact:
                for ids, vectors in copies:
                    index.exact.insert(db, ids, vectors)
        if not (self._chroma_waits and following.may_wait(index)):
            following.follow(index)

    def _stored(self, fresh: Sequence[tuple[str, str, str]]) -> list[tuple[list[str], Matrix]]:
        """The vectors of passages, given as (id, words, digest of the text); Chroma has them too unless it waits."""
        made = []
        if fresh and not self._chroma_waits:
            following.unsettle(self._index, [i for i, _, _ in fresh])
        for at in range(0, len(fresh), CHUNK):
            ids, texts, digests = (list(column) for column in zip(*fresh[at : at + CHUNK], strict=True))
            vectors = self._index.embedder.embed(texts)
            if not self._chroma_waits:
                self._index.vectors.add(ids, texts, digests, vectors)
            made.append((ids, vectors))
        return made


def _write(db: Connection, one: _Pending) -> list[str]:
    """Write one article to the catalogue; ids of passages that its text had and has no more come back."""
    article, stale = one.article, list[str]()
    if one.ids != one.there:
        wanted = set(one.ids)
        stale = [i for i in rows.delete_text(db, article.sha256) if i not in wanted]
        passages_by_id = list(zip(one.ids, one.slices, strict=True))
        rows.insert_text(db, article.sha256, article.text, article.body, passages_by_id)
    rows.put_article(db, article.name, Path(one.state.path), article.sha256, article.metadata)
    rows.put_file(db, one.state)
    return stale


def embedded_text(article: Article, passage: Passage) -> str:
    """What the embedding model sees of a passage: the raw slice."""
    return article.text[passage.start : passage.end]


def drop(index: Index, gone: Iterable[tuple[str, str]]) -> None:
    """Remove articles, given by name and the digest of their text."""
    pairs = list(gone)
    if pairs:
        with index.catalogue.transaction() as db:
            db.executemany("DELETE FROM articles WHERE name = ?", [[name] for name, _ in pairs])
            stale = _delete_unused(db, [sha256 for _, sha256 in pairs])
            _forget(index, db, stale)
        if not following.may_wait(index):
            following.follow(index)


def _forget(index: Index, db: Connection, ids: Sequence[str]) -> None:
    """Note passages that have just been removed from the catalogue."""
    following.removed(db, ids)
    if index.exact:
        index.exact.drop(db, ids)


def new_epoch() -> str:
    """A value that there has not been."""
    return secrets.token_hex(8)


def _delete_unused(db: Connection, digests: Sequence[str]) -> list[str]:
    """Remove those of the texts that no article has any more; the ids of their passages come back."""
    unused = [d for d in set(digests) if not db.execute("SELECT 1 FROM articles WHERE sha256 = ?", [d]).fetchone()]
    if unused:
        db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [EPOCH, new_epoch()])
    return [i for digest in unused for i in rows.delete_text(db, digest)]
