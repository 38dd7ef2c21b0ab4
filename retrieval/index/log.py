"""What was written to a catalogue, in order, in a Postgres that several machines share.

Each machine has a copy of the catalogue, in which it looks words up. A copy is made by doing what the log says, in its
order; so all copies are the same, and whoever has done half of it goes on where it stopped. Postgres decides what comes
next: a number can be taken once.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from retrieval import postgres
from retrieval.errors import IndexBusy, IndexMismatch, SettingsError
from retrieval.index import schema

if TYPE_CHECKING:
    from psycopg import Connection

Statement = tuple[str, list[list[Any]]]
"""SQL, and the values of each time that it is done."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS catalogue (one integer PRIMARY KEY, owner text NOT NULL, generation text NOT NULL,"
    " schema integer NOT NULL)",
    "CREATE TABLE IF NOT EXISTS catalogue_log (number bigint PRIMARY KEY, statements bytea NOT NULL)",
)
_LAST = "(SELECT coalesce(max(number), 0) FROM catalogue_log)"

_MAKING, _INGESTING = 0x7665_7263, 0x7665_7269
"""Numbers of Postgres' advisory locks: for making the tables, and for bringing the index in line."""

_PAUSE_SECONDS = 0.5
_TRUST_SECONDS = 1.0
"""A connection that was used so lately is not tried before it is used again."""

BATCH = 200
"""Entries fetched at a time."""


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log is."""

    owner: str
    """Id of the catalogue, for good."""
    generation: str
    """Another one whenever the log was begun anew."""
    number: int
    """Of the last entry; 0 where there is none."""


class Log:
    """The log of one catalogue. Usable from several threads, one at a time."""

    def __init__(self, url: str) -> None:
        """Open it, begun if it is not there.

        Args:
            url: as in the settings, `postgresql+psycopg://USER:PASSWORD@HOST/NAME`.

        Raises:
            SettingsError: the driver is not installed.
            StorageError: the database does not let us in.
            Unreachable: it does not answer.

        """
        scheme, _, rest = url.partition("://")
        self._url = f"{scheme.partition('+')[0]}://{rest}"
        parts = urlsplit(self._url)
        self._where = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
        self._lock = threading.RLock()
        self._opened: Connection | None = None
        self._used = 0.0
        with self._begun() as db:
            db.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING])
            for table in _TABLES:
                db.execute(table)
            values = [secrets.token_hex(8), secrets.token_hex(8), schema.VERSION]
            db.execute("INSERT INTO catalogue VALUES (1, %s, %s, %s) ON CONFLICT DO NOTHING", values)

    def close(self) -> None:
        """Release the connection; the next use opens it again."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def head(self) -> Head:
        """How far it is.

        Raises:
            IndexMismatch: another version of this project wrote it.

        """
        with self._begun() as db:
            found = db.execute(f"SELECT owner, generation, {_LAST}, schema FROM catalogue").fetchone()
        assert found is not None
        if found[3] != schema.VERSION:
            raise IndexMismatch(f"The index has schema {found[3]}, this program needs {schema.VERSION}", schema.REBUILD)
        return Head(*found[:3])

    def after(self, number: int) -> Iterator[tuple[int, list[Statement]]]:
        """The entries that follow a number, in order."""
        more = True
        while more:
            query = "SELECT number, statements FROM catalogue_log WHERE number > %s ORDER BY number LIMIT %s"
            with self._begun() as db:
                rows = db.execute(query, [number, BATCH]).fetchall()
            for number, body in rows:
                yield number, [(sql, values) for sql, values in json.loads(zlib.decompress(body))]
            more = len(rows) == BATCH

    def append(self, generation: str, number: int, statements: Sequence[Statement]) -> None:
        """Write the next entry.

        Raises:
            IndexBusy: another machine was faster.

        """
        body = zlib.compress(json.dumps(statements).encode("ascii"))
        with self._begun() as db:
            found = db.execute(f"SELECT generation, {_LAST} FROM catalogue FOR UPDATE").fetchone()
            if found != (generation, number - 1):
                raise IndexBusy("Another machine has changed the index meanwhile", "Run the command again.")
            db.execute("INSERT INTO catalogue_log VALUES (%s, %s)", [number, body])

    def restart(self) -> None:
        """Forget all entries; every copy is then emptied."""
        with self._begun() as db:
            db.execute("DELETE FROM catalogue_log")
            db.execute("UPDATE catalogue SET generation = %s, schema = %s", [secrets.token_hex(8), schema.VERSION])

    @contextmanager
    def alone(self, seconds: float, waiting: Callable[[], None] | None) -> Iterator[None]:
        """Hold the lock of all machines; Postgres releases it when the process dies.

        Raises:
            IndexBusy: another machine has held it for so many seconds.

        """
        until, told = time.monotonic() + seconds, False
        with self._errors():
            held = self._connect()
        try:
            while not self._taken(held):
                if time.monotonic() > until:
                    busy = f"Another machine has been ingesting for {seconds:g} seconds"
                    raise IndexBusy(busy, "Try again when it is done.")
                if waiting and not told:
                    waiting()
                told = True
                time.sleep(_PAUSE_SECONDS)
            yield
        finally:
            # The lock belongs to the connection.
            held.close()

    def _taken(self, connection: Connection) -> bool:
        with self._errors():
            found = connection.execute("SELECT pg_try_advisory_lock(%s)", [_INGESTING]).fetchone()
        return found == (True,)

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        with self._lock, self._errors():
            connection = self._usable()
            with connection.transaction():
                yield connection

    def _usable(self) -> Connection:
        """The connection, made anew where the server has closed it."""
        import psycopg

        if self._opened is not None and time.monotonic() - self._used > _TRUST_SECONDS:
            try:
                self._opened.execute("SELECT 1")
            except psycopg.OperationalError:
                self.close()
        self._used = time.monotonic()
        if self._opened is None:
            self._opened = self._connect()
        return self._opened

    def _connect(self) -> Connection:
        try:
            import psycopg
        except ModuleNotFoundError:
            raise SettingsError("state.url names a Postgres, and psycopg is not installed", postgres.DRIVER) from None
        return psycopg.connect(self._url, autocommit=True, **postgres.arguments())

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except psycopg.Error as error:
            if lost := self._opened is not None and self._opened.closed:
                self.close()
            raise postgres.explained(error, self._where, "articles", lost=lost) from error
