"""Writing to the catalogue: texts with their passages, words and shingles, articles, and files as they were found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from sqlite3 import Connection

from retrieval.corpus.article import Metadata
from retrieval.corpus.passages import Passage
from retrieval.index import shingles, words
from retrieval.index.catalogue import FileState, term


def insert_text(db: Connection, sha256: str, text: str, body: int, rows: Sequence[tuple[str, Passage]]) -> None:
    """Write a text with its passages, given as (id, passage) in order, and their words."""
    db.execute("INSERT OR REPLACE INTO texts VALUES (?, ?, ?)", [sha256, text, body])
    shingles.insert(db, sha256, text, body)
    for ordinal, (id_, p) in enumerate(rows):
        cursor = db.execute(
            "INSERT INTO passages VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
            [id_, sha256, ordinal, p.start, p.end, p.paragraph, p.heading, json.dumps(p.sentences)],
        )
        stems = " ".join(term(s) for s in words.stems(text[p.start : p.end]))
        db.execute("INSERT INTO words (rowid, stems) VALUES (?, ?)", [cursor.lastrowid, stems])


def delete_text(db: Connection, sha256: str) -> list[str]:
    """Remove a text with its passages and words; the ids of the passages come back."""
    gone = [row["id"] for row in db.execute("SELECT id FROM passages WHERE sha256 = ?", [sha256])]
    db.execute("DELETE FROM words WHERE rowid IN (SELECT row FROM passages WHERE sha256 = ?)", [sha256])
    db.execute("DELETE FROM passages WHERE sha256 = ?", [sha256])
    shingles.delete(db, sha256)
    db.execute("DELETE FROM texts WHERE sha256 = ?", [sha256])
    return gone


def put_article(db: Connection, name: str, path: Path, sha256: str, metadata: Metadata) -> None:
    """Write what is known about an article."""
    published = metadata.published.isoformat() if metadata.published else None
    values = [name, str(path), sha256, metadata.title, metadata.publisher, metadata.url, published]
    db.execute("INSERT OR REPLACE INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def put_file(db: Connection, state: FileState) -> None:
    """Write how a file was found."""
    values = [getattr(state, f.name) for f in fields(state)]
    db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
