"""A catalogue that several machines share: a copy on each, kept the same by a log that all write to."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection, Row
from typing import cast

from retrieval.errors import ChangedMeanwhile, IndexMismatch
from retrieval.index import schema
from retrieval.index.catalogue import Catalogue
from retrieval.index.log import Log
from retrieval.index.schema import Recording

FOLLOW_SECONDS = 1.0
"""How old what is read may be: so often, at the most, the log is asked whether it has more."""

_GENERATION, _NUMBER = "log generation", "log number"
"""Facts of this copy alone: how far it is."""

BY = "by"
"""Fact: the machine that ingested last. It looks after the articles; the others follow."""


class SharedCatalogue(Catalogue):
    """What is written goes into the log first; what others have written is done here before anything is read."""

    def __init__(self, path: Path, log: Log) -> None:
        """Open or make the copy, and bring it up to now.

        Raises:
            IndexMismatch: another version of this project wrote the log.
            StorageError: the copy cannot be opened, or the log does not answer.

        """
        head = log.head()
        try:
            super().__init__(path)
        except IndexMismatch:
            # It was made by another version: it is only a copy.
            discard(path)
            super().__init__(path)
        self._log = log
        self._owner = head.owner
        self._machine = _machine(path.parent)
        self._followed = 0.0
        self._taken_over = 0
        self._unfollowing = False
        self.follow()

    def owner(self) -> str:
        return self._owner

    @property
    def follows(self) -> bool:
        return self.fact(BY) not in (None, self._machine)

    def claim(self) -> dict[str, str]:
        return {BY: self._machine}

    def version(self) -> int:
        # SQLite does not count what is written through this connection, as what others wrote is.
        return super().version() + self._taken_over

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self._lock, super().transaction() as db:
            recording = cast("Recording", db)
            recording.statements = []
            try:
                yield db
                statements, recording.statements = recording.statements, None
                if statements:
                    generation, number = self._position
                    self._log.append(generation, number + 1, statements)
                    self._set_position(db, generation, number + 1)
            finally:
                recording.statements = None

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with self._lock:
            if not (self._unfollowing or self._db.in_transaction) and time.monotonic() - self._followed > FOLLOW_SECONDS:
                self.follow()
            return super().rows(sql, values)

    def follow(self) -> None:
        with self._lock:
            head = self._log.head()
            if self._position != (head.generation, head.number):
                with super().transaction() as db:
                    # Another process may have done it while this one waited for its turn.
                    generation, last = self._position
                    if generation != head.generation:
                        last = 0
                        for table in schema.CONTENT:
                            db.execute(f"DELETE FROM {table}")
                    for last, statements in self._log.after(last):  # noqa: B020, B007 - it is read once, before the first
                        for sql, rows in statements:
                            db.executemany(sql, rows)
                    if self._log.head().generation != head.generation:
                        # What was read may belong to one log or to the other.
                        raise ChangedMeanwhile("The index was begun anew while it was read", "Ask again.")
                    self._set_position(db, head.generation, last)
                self._taken_over += 1
            self._followed = time.monotonic()

    @contextmanager
    def unfollowing(self) -> Iterator[None]:
        self._unfollowing = True
        try:
            yield
        finally:
            self._unfollowing = False

    @contextmanager
    def emptied(self) -> Iterator[Connection]:
        # The log begins anew as well, or it would grow for good.
        with self._lock:
            self._log.restart()
            self.follow()
            with self.transaction() as db:
                yield db

    @property
    def _position(self) -> tuple[str, int]:
        found = {
            row["key"]: row["value"]
            for row in super().rows("SELECT key, value FROM facts WHERE key IN (?, ?)", [_GENERATION, _NUMBER])
        }
        return found.get(_GENERATION, ""), int(found.get(_NUMBER, 0))

    def _set_position(self, db: Connection, generation: str, number: int) -> None:
        facts = [(_GENERATION, generation), (_NUMBER, str(number))]
        db.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts)


def discard(path: Path) -> None:
    """Remove a copy; it is made again from the log."""
    with schema.storage_errors(path):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _machine(data: Path) -> str:
    """What this data folder is called among those that share the catalogue."""
    file = data / "machine"
    with schema.storage_errors(file):
        if not file.exists():
            part = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
            part.write_text(secrets.token_hex(8), "ascii")
            part.rename(file)
        return file.read_text("ascii")
