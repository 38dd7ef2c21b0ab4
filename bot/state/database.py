"""The database behind all state: SQLite in the data folder by default, any SQLAlchemy URL by setting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from bot.state.quick import FILE
from retrieval import postgres
from retrieval.errors import SettingsError, StorageError

_MAKING = 0x7665_7262
"""Of several processes that start on an empty Postgres only one at a time makes tables: number of the lock for it."""


class Base(DeclarativeBase):
    """Every table of the state derives from this."""


class Database:
    """Opens the database and makes what tables are missing. Sessions may be used from any thread."""

    def __init__(self, url: str, data: Path) -> None:
        """Open.

        Args:
            url: an SQLAlchemy URL, or empty for a SQLite file in `data`.
            data: the data folder.

        Raises:
            SettingsError: the URL is none, or its driver is not installed.
            StorageError: the database cannot be opened.
            Unreachable: its server does not answer.

        """
        try:
            self._url = make_url(url) if url else URL.create("sqlite", database=str(data / FILE))
            if not url:
                data.mkdir(parents=True, exist_ok=True)
            # A connection that a restarted server has closed is noticed before it is used, and made anew.
            self._engine = create_engine(self._url, pool_pre_ping=True, connect_args=_arguments(self._url))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(
                f"state.url cannot be used ({error})",
                f"Write it as sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME. {postgres.DRIVER}",
            ) from None
        except OSError as error:
            raise StorageError(
                f"{data}: {error.strerror}", "Make the folder writable, or choose another with --data."
            ) from None
        if self._url.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        with self._errors(), self._engine.begin() as connection:
            if self._url.get_backend_name() == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MAKING})
            Base.metadata.create_all(connection)

    def __str__(self) -> str:
        """Where it is, without its password."""
        return self._url.render_as_string(hide_password=True)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A unit of work: committed at the end, rolled back on an error.

        Raises:
            StorageError: the database failed; what was written in this session is undone.

        """
        with self._errors(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def ping(self) -> None:
        """See that it answers.

        Raises:
            StorageError: it does not.

        """
        with self.session() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise self._explained(error) from error

    def _explained(self, error: SQLAlchemyError) -> StorageError:
        original = getattr(error, "orig", None)
        if self._url.get_backend_name() == "sqlite" or not isinstance(error, DBAPIError) or original is None:
            what = f"The state at {self} failed: {original or type(error).__name__}"
            return StorageError(what, "See that it is there, writable and has space.")
        return postgres.explained(original, str(self), "answers", lost=error.connection_invalidated)


def _arguments(url: URL) -> dict[str, Any]:
    return postgres.arguments() if url.get_driver_name() in {"psycopg", "psycopg2"} else {}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
