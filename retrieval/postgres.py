"""What is particular about Postgres: how it is connected to, and what its errors mean. For the state and the index."""

from __future__ import annotations

from typing import Any

from retrieval.errors import StorageError, Unreachable

CONNECT_SECONDS = 5
"""For a server to answer; the library would wait for minutes."""

DRIVER = "The driver comes with pip install 'verbatim-quotes[postgres]'."


def arguments() -> dict[str, Any]:
    """For the driver psycopg."""
    # Times come back in the zone of the connection.
    return {"connect_timeout": CONNECT_SECONDS, "options": "-c timezone=UTC"}


def explained(error: BaseException, where: str, keeps: str, *, lost: bool = False) -> StorageError:
    """An error of the driver as one that says what to do.

    Args:
        error: what it raised.
        where: address of the database, without its password.
        keeps: what lies there, in a word that anybody may read: articles, answers.
        lost: whether the connection is gone.

    """
    why = (str(error).splitlines() or [""])[0] or type(error).__name__
    what = f"The database at {where} failed: {why}"
    if "authentication failed" in why or "no password" in why or "pg_hba" in why:
        return StorageError(what, "Set user and password in state.url: postgresql+psycopg://USER:PASSWORD@HOST/NAME.")
    # A server that answers gives its reason a number, but for those for which it lets nobody in.
    number = getattr(error, "sqlstate", None)
    if number is None and "does not exist" in why:
        return StorageError(what, "Create it, or name another in state.url.")
    if lost or number is None:
        remedy = "Start it, or set state.url to where it is. Nothing is lost; it is used again when it is back."
        return Unreachable(f"The database at {where} does not answer ({why})", remedy, keeps)
    return StorageError(what, "See its log, and that it has space.")
