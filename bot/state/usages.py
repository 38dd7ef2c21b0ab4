"""The table of what the language model was used for."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.compose.prose import Usage
from bot.state.database import Base
from bot.state.ledger import Month


class UsageRow(Base):
    """One answer, or one rewritten question, with all its tries."""

    __tablename__ = "usages"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), index=True)
    run: Mapped[str | None] = mapped_column(String(16))
    """The answer's. No foreign key: the run may be forgotten first, what it cost may not."""
    model: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    cost: Mapped[float | None]
    seconds: Mapped[float]
    attempts: Mapped[int]
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


def add(session: Session, run: str | None, model: str, usage: Usage, now: datetime) -> None:
    """Write one down."""
    session.add(
        UsageRow(
            month=_month(now),
            run=run,
            model=model,
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            cost=usage.cost,
            seconds=usage.seconds,
            attempts=usage.attempts,
            created=now,
        )
    )


def month(session: Session, now: datetime) -> Month:
    """What the month of a moment took so far."""
    sums = select(
        func.count(),
        func.coalesce(func.sum(UsageRow.prompt_tokens + UsageRow.completion_tokens), 0),
        func.coalesce(func.sum(UsageRow.cost), 0.0),
    ).where(UsageRow.month == _month(now))
    calls, tokens, cost = session.execute(sums).one()
    return Month(_month(now), int(calls), int(tokens), float(cost or 0))


def forget_before(session: Session, moment: datetime, now: datetime) -> int:
    """Delete what is older than a moment, but nothing of this month, whose budget it counts for; how many that were."""
    old = delete(UsageRow).where(UsageRow.created < moment, UsageRow.month != _month(now))
    return int(getattr(session.execute(old), "rowcount", 0))


def _month(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m}"
