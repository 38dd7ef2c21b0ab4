"""Votes on answers: one a person and answer, changeable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, ForeignKey, String, delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.state.database import Base
from bot.state.posts import PostRow

COMMENT_CHARACTERS = 1000


class Reason(StrEnum):
    """What is wrong with an answer."""

    WRONG_QUOTE = "wrong_quote"
    WRONG_SOURCE = "wrong_source"
    SHOULD_HAVE_REFUSED = "should_have_refused"
    SHOULD_HAVE_ANSWERED = "should_have_answered"
    OTHER = "other"


class VoteRow(Base):
    """One person's vote on one post."""

    __tablename__ = "votes"

    post: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[int] = mapped_column(BigInteger, primary_key=True, index=True)
    good: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(32))
    comment: Mapped[str | None] = mapped_column(String(COMMENT_CHARACTERS))
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Vote:
    """What a person thinks of an answer."""

    good: bool
    reason: Reason | None = None
    """Only with a bad vote."""
    comment: str = ""
    """In the person's own words."""


def cast(session: Session, post: str, person: int, vote: Vote, now: datetime | None = None) -> bool:
    """Record a vote in the place of an earlier one by the same person; False if the post is forgotten."""
    if session.get(PostRow, post) is None:
        return False
    values = {
        "good": vote.good,
        "reason": vote.reason.value if vote.reason else None,
        "comment": vote.comment[:COMMENT_CHARACTERS] or None,
        "created": now or datetime.now(UTC),
    }
    change = update(VoteRow).where(VoteRow.post == post, VoteRow.person == person).values(values)
    if not getattr(session.execute(change), "rowcount", 0):
        try:
            with session.begin_nested():
                session.add(VoteRow(post=post, person=person, **values))
        except IntegrityError:
            # The same person clicked twice at once.
            session.execute(change)
    return True


def of(session: Session, post: str, person: int) -> Vote | None:
    """A person's vote on a post."""
    row = session.get(VoteRow, (post, person))
    return None if row is None else Vote(row.good, Reason(row.reason) if row.reason else None, row.comment or "")


def count(session: Session, post: str) -> tuple[int, int]:
    """Good and bad votes on a post."""
    found = session.execute(select(VoteRow.good, func.count()).where(VoteRow.post == post).group_by(VoteRow.good)).all()
    by_kind = {bool(good): int(number) for good, number in found}
    return by_kind.get(True, 0), by_kind.get(False, 0)


def forget_person(session: Session, person: int) -> int:
    """Delete a person's votes; how many that were."""
    return int(getattr(session.execute(delete(VoteRow).where(VoteRow.person == person)), "rowcount", 0))
