"""What the language model was used for and what that cost, answer by answer and month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.compose.prose import Usage
    from bot.state.database import Database


@dataclass(frozen=True, slots=True)
class Month:
    """What a calendar month took."""

    month: str
    """As 2026-03, in UTC."""
    calls: int = 0
    tokens: int = 0
    """Read and written."""
    cost: float = 0.0
    """In the currency of the prices; what was used without prices costs nothing here."""


class Ledger:
    """Keeps it in the state. The database is opened when it is first needed: its import takes half a second."""

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database

    def add(self, run: str | None, model: str, usage: Usage, now: datetime | None = None) -> None:
        """Write down what one answer, or one rewritten question (no run), took.

        Raises:
            StorageError: the database failed.

        """
        from bot.state import usages

        with self._database().session() as session:
            usages.add(session, run, model, usage, now or datetime.now(UTC))

    def month(self, now: datetime | None = None) -> Month:
        """What the month took so far.

        Raises:
            StorageError: the database failed.

        """
        from bot.state import usages

        with self._database().session() as session:
            return usages.month(session, now or datetime.now(UTC))
