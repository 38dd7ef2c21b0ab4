"""The database behind all state: SQLite in the data folder by default, any SQLAlchemy URL by setting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from retrieval.errors import SettingsError, StorageError

FILE = "state.sqlite3"


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

        """
        try:
            self._url = make_url(url) if url else URL.create("sqlite", database=str(data / FILE))
            if not url:
                data.mkdir(parents=True, exist_ok=True)
            self._engine = create_engine(self._url, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise SettingsError(
                f"state.url cannot be used ({error})", "Write it as sqlite:///FILE or postgresql+psycopg://HOST/NAME."
            ) from None
        except OSError as error:
            raise StorageError(
                f"{data}: {error.strerror}", "Make the folder writable, or choose another with --data."
            ) from None
        if self._url.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        with self._errors():
            Base.metadata.create_all(self._engine)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A unit of work: committed at the end, rolled back on an error.

        Raises:
            StorageError: the database failed; what was written in this session is undone.

        """
        with self._errors(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Release all connections."""
        self._engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # Without its password; the statement's values are people's words and stay out of messages.
            where = self._url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or type(error).__name__)
            raise StorageError(
                f"The state at {where} failed: {reason}", "See that it is there, writable and has space."
            ) from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()
