"""What the bot did so far, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.state.feedback import VoteRow
from bot.state.posts import PostRow

RECENT = 1000
"""Answers whose latencies are looked at."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of what is remembered, and how long it took."""

    by_status: dict[str, int]
    good: int
    bad: int
    people: int
    """How many asked."""
    median_ms: float | None
    slowest_ms: float | None
    """95th percentile."""
    since: datetime | None
    """The oldest answer that is remembered."""


def read(session: Session) -> Statistics:
    """Read them."""
    by_status = {str(s): int(n) for s, n in session.execute(select(PostRow.status, func.count()).group_by(PostRow.status))}
    votes = {bool(g): int(n) for g, n in session.execute(select(VoteRow.good, func.count()).group_by(VoteRow.good))}
    people = session.scalar(select(func.count(func.distinct(PostRow.person)))) or 0
    since = session.scalar(select(func.min(PostRow.created)))
    recent = select(PostRow.total_ms).order_by(PostRow.created.desc()).limit(RECENT)
    took = sorted(session.scalars(recent))
    return Statistics(
        by_status=by_status,
        good=votes.get(True, 0),
        bad=votes.get(False, 0),
        people=people,
        median_ms=took[len(took) // 2] if took else None,
        slowest_ms=took[min(len(took) - 1, int(len(took) * 0.95))] if took else None,
        since=since,
    )
