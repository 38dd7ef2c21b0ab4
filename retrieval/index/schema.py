"""The catalogue's tables, and opening the file that holds them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from retrieval.errors import IndexMismatch, StorageError

VERSION = 2
WAIT_SECONDS = 30
"""For another process to end its transaction; each takes far less."""

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
    name TEXT PRIMARY KEY, file TEXT NOT NULL, path TEXT NOT NULL, bytes INTEGER NOT NULL, stamp TEXT NOT NULL,
    certain INTEGER NOT NULL, digest TEXT, sha256 TEXT, outcome TEXT NOT NULL, message TEXT
);
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, sha256 TEXT NOT NULL REFERENCES texts, ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, paragraph INTEGER NOT NULL, heading INTEGER NOT NULL,
    sentences TEXT NOT NULL
);
CREATE UNIQUE INDEX passages_in_order ON passages (sha256, ordinal);
-- By which near-copies are recognised, see retrieval/index/shingles.py.
CREATE TABLE shingles (sha256 TEXT NOT NULL REFERENCES texts, number INTEGER NOT NULL, PRIMARY KEY (sha256, number))
    WITHOUT ROWID;
CREATE INDEX shingles_by_number ON shingles (number);
CREATE VIRTUAL TABLE words USING fts5 (stems, tokenize = "unicode61 remove_diacritics 0 tokenchars '.'", detail = full);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, row);
-- Vectors that may be in Chroma without being in this catalogue. Emptied when both agree again.
CREATE TABLE unsettled (id TEXT PRIMARY KEY);
"""

_LATER = """
-- Passages whose vectors lie in this catalogue and not yet in Chroma, see retrieval/index/following.py.
CREATE TABLE IF NOT EXISTS ahead (id TEXT PRIMARY KEY);
"""
"""What catalogues of this version did not have from the beginning."""


CONTENT = ("articles", "files", "words", "shingles", "passages", "texts", "unsettled", "ahead", "facts")
"""All tables, those first that refer to others."""


class Recording(sqlite3.Connection):
    """A connection that writes down what changes the file, while it is told to."""

    statements: list[tuple[str, list[list[Any]]]] | None = None
    """SQL, and the values of each time that it was done; None to write nothing down."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """As sqlite3's."""
        self._note(sql, [list(parameters)])
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """As sqlite3's."""
        rows = [list(values) for values in parameters]
        self._note(sql, rows)
        return super().executemany(sql, rows)

    def _note(self, sql: str, rows: list[list[Any]]) -> None:
        if self.statements is not None and rows and sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            self.statements.append((sql, rows))


def connect(path: Path) -> sqlite3.Connection:
    """Open the catalogue, made if it is not there.

    Raises:
        IndexMismatch: another version of this project made it.
        StorageError: it cannot be opened, or is no catalogue.

    """
    with storage_errors(path):
        connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, timeout=WAIT_SECONDS, factory=Recording
        )
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            version = _made(connection)
            if version == VERSION:
                _renew(connection)
        except BaseException:
            connection.close()
            raise
    if version != VERSION:
        connection.close()
        raise IndexMismatch(f"The index has schema {version}, this program needs {VERSION}", REBUILD)
    return connection


def salvaged(path: Path, fact: str) -> str | None:
    """A remembered value from a catalogue that `connect` refuses, where it can still be read."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS)) as connection:
            found = connection.execute("SELECT value FROM facts WHERE key = ?", [fact]).fetchone()
            return str(found[0]) if found else None
    except sqlite3.Error:
        return None


def _made(connection: sqlite3.Connection) -> int:
    """The schema's version, after the tables were made where there are none."""
    if _is_new(connection):
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have made them while this one waited for its turn.
        if _is_new(connection):
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _renew(connection: sqlite3.Connection) -> None:
    """Bring an older catalogue of this version up to date; what it says stays the same."""
    connection.execute(_LATER)
    if not _counts_anew(connection):
        return
    connection.execute("BEGIN IMMEDIATE")
    if _counts_anew(connection):
        # Without positions BM25 takes every passage that it scores apart again, which takes three times as long.
        connection.execute("ALTER TABLE words RENAME TO words_before")
        connection.execute(next(s for s in _TABLES.split(";") if " TABLE words " in s))
        connection.execute("INSERT INTO words (rowid, stems) SELECT rowid, stems FROM words_before")
        connection.execute("DROP TABLE words_before")
    connection.execute("COMMIT")


def _counts_anew(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchone()
    return "detail = none" in found[0]


def _is_new(connection: sqlite3.Connection) -> bool:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return version == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone()


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
        elif "I/O" in text:
            remedy = "See that the disk works and has space, and run the command again; nothing already taken in is lost."
        else:
            remedy = REBUILD
        raise StorageError(f"The index at {path} failed: {text}", remedy) from error
    except OSError as error:
        raise StorageError(
            f"{error.filename or path}: {error.strerror}",
            "Make the folder writable and leave space, or choose another with --data.",
        ) from error
