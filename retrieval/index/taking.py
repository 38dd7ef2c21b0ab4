"""Writing one article to both stores, and removing it from both.

The process may be killed between any two instructions. So the catalogue alone decides what exists. Ids that Chroma may
hold without the catalogue knowing them are written to `unsettled` first; every ingest begins by removing what is
unsettled. Search drops ids that the catalogue does not have.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from sqlite3 import Connection

from retrieval.corpus.article import Article
from retrieval.corpus.passages import Passage, passages
from retrieval.index import catalogue as rows
from retrieval.index.catalogue import FileState
from retrieval.index.index import Index

CHUNK = 256
"""Passages embedded and stored at a time."""

EPOCH = "epoch"
"""Fact that is another one whenever a text has gone: what was read before and after may not belong together."""


def take(index: Index, article: Article, state: FileState, before: str | None) -> None:
    """Write one article; its passages only if the index does not have them yet.

    Args:
        index: where to.
        article: what.
        state: its file, which is remembered together with it.
        before: digest of the text that the article had, if it was there.

    """
    catalogue = index.catalogue
    slices = list(passages(article, index.settings.passage_words))
    embedded = [embedded_text(article, p) for p in slices]
    ids = [p.identity(article.sha256, text) for p, text in zip(slices, embedded, strict=True)]
    there = [stored.id for stored in catalogue.passages(article.sha256)]
    stale: list[str] = []
    if ids != there:
        fresh = [(i, text) for i, text in zip(ids, embedded, strict=True) if i not in set(there)]
        _unsettle(index, [i for i, _ in fresh])
        for at in range(0, len(fresh), CHUNK):
            part = fresh[at : at + CHUNK]
            index.vectors.add([i for i, _ in part], [text for _, text in part], [article.sha256] * len(part))
            if index.exact:
                index.exact.keep([i for i, _ in part])
    with catalogue.transaction() as db:
        if ids != there:
            stale = [i for i in rows.delete_text(db, article.sha256) if i not in set(ids)]
            rows.insert_text(db, article.sha256, article.text, article.body, list(zip(ids, slices, strict=True)))
            db.execute("DELETE FROM unsettled")
        rows.put_article(db, article.name, Path(state.path), article.sha256, article.metadata)
        rows.put_file(db, state)
        stale += _delete_unused(db, [before] if before else [])
        db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [[i] for i in stale])
    settle(index)


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
            db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [[i] for i in stale])
        settle(index)


def settle(index: Index) -> None:
    """Remove from Chroma whatever the catalogue does not have of the unsettled ids."""
    pending = [row["id"] for row in index.catalogue.rows("SELECT id FROM unsettled")]
    if pending:
        there = index.catalogue.by_id(pending)
        index.vectors.delete([i for i in pending if i not in there])
        with index.catalogue.transaction() as db:
            db.executemany("DELETE FROM unsettled WHERE id = ?", [[i] for i in pending])


def new_epoch() -> str:
    """A value that there has not been."""
    return secrets.token_hex(8)


def _delete_unused(db: Connection, digests: Sequence[str]) -> list[str]:
    """Remove those of the texts that no article has any more; the ids of their passages come back."""
    unused = [d for d in set(digests) if not db.execute("SELECT 1 FROM articles WHERE sha256 = ?", [d]).fetchone()]
    if unused:
        db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [EPOCH, new_epoch()])
    return [i for digest in unused for i in rows.delete_text(db, digest)]


def _unsettle(index: Index, ids: Sequence[str]) -> None:
    with index.catalogue.transaction() as db:
        db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [[i] for i in ids])
