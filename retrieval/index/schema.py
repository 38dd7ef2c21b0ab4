"""The catalogue's tables, and opening the file that holds them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retrieval.errors import IndexMismatch, StorageError

VERSION = 1
REBUILD = "Run `verbatim ingest --rebuild`; the articles themselves are not touched."

_TABLES = """
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE texts (sha256 TEXT PRIMARY KEY, text TEXT NOT NULL, body INTEGER NOT NULL);
CREATE TABLE articles (
    name TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES texts, title TEXT NOT NULL,
    publisher TEXT, url TEXT, published TEXT
);
CREATE INDEX articles_by_text ON articles (sha256);
-- What every file looked like when it was last taken in or rejected, so that an unchanged one costs a stat.
CREATE TABLE files (
    name TEXT PRIMARY KEY, path TEXT NOT NULL, bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    outcome TEXT NOT NULL, message TEXT
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, sha256 TEXT NOT NULL REFERENCES texts, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, paragraph INTEGER NOT NULL, heading INTEGER NOT NULL,
    sentences TEXT NOT NULL
);
CREATE UNIQUE INDEX passages_in_order ON passages (sha256, ordinal);
CREATE VIRTUAL TABLE words USING fts5 (stems, tokenize = "unicode61 remove_diacritics 0 tokenchars '.'", detail = none);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
-- Vectors that may be in Chroma without being in this catalogue; emptied when both agree again.
CREATE TABLE unsettled (id TEXT PRIMARY KEY);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the catalogue, made if it is not there.

    Raises:
        IndexMismatch: another version of this project made it.
        StorageError: it cannot be opened, or is no catalogue.

    """
    with storage_errors(path):
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
            version = VERSION
    if version != VERSION:
        connection.close()
        raise IndexMismatch(f"The index has schema {version}, this program needs {VERSION}", REBUILD)
    return connection


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's and the operating system's errors into one that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "full" in text:
            remedy = "Free some space and run the command again; nothing already taken in is lost."
        elif "readonly" in text or "unable to open" in text:
            remedy = "Make the folder writable, or choose another with --data."
        elif "locked" in text:
            remedy = "Another process is writing; try again in a moment."
        else:
            remedy = REBUILD
        raise StorageError(f"The index at {path} failed: {text}", remedy) from error
    except OSError as error:
        raise StorageError(
            f"{error.filename or path}: {error.strerror}",
            "Make the folder writable and leave space, or choose another with --data.",
        ) from error
