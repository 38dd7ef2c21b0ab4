"""Checked messages, as they are shown: their pages can be turned after a restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import JSON

from bot.state.database import Base

Pages = Sequence[Sequence[str]]
"""Blocks of Markdown, page by page."""


class CheckRow(Base):
    """One message that one person had checked."""

    __tablename__ = "checks"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person: Mapped[int] = mapped_column(BigInteger, index=True)
    pages: Mapped[list[list[str]]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


def add(session: Session, check: str, person: int, pages: Pages, now: datetime | None = None) -> None:
    """Remember what is shown."""
    session.add(CheckRow(id=check, person=person, pages=[list(p) for p in pages], created=now or datetime.now(UTC)))


def get(session: Session, check: str) -> Pages | None:
    """The pages of that id, or None if they are forgotten."""
    row = session.get(CheckRow, check)
    return None if row is None else row.pages


def forget_person(session: Session, person: int) -> int:
    """Delete what a person had checked; how many messages that were."""
    return _deleted(session, CheckRow.person == person)


def forget_before(session: Session, moment: datetime) -> int:
    """Delete what is older than a moment; how many that were."""
    return _deleted(session, CheckRow.created < moment)


def _deleted(session: Session, which: Any) -> int:
    return int(getattr(session.execute(delete(CheckRow).where(which)), "rowcount", 0))
