"""Watched questions: refused once, asked again whenever articles come, until one is answered or it is given up.

A watch goes through these states and never back to an earlier one, except from TELLING to OPEN where it is certain that
nothing was sent:

    OPEN -> TELLING -> deleted      told
    OPEN -> TELLING -> WAITING      answered, and the one who watches it could not be told, or perhaps was: a crash

That it is about to be told is written down before it is. So nobody is told twice; whom a crash kept from being told
finds the answer in the list of their watches.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, String, Text, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.state.database import Base

APART = {"synchronize_session": False}
"""Compared in the database alone: SQLite's times come back without a zone."""


class State(StrEnum):
    """How far a watch is."""

    OPEN = "open"
    """Not answered yet."""
    TELLING = "telling"
    """Answered; its person is being told."""
    WAITING = "waiting"
    """Answered; its person can look at the answer."""


class WatchRow(Base):
    """One question that one person watches."""

    __tablename__ = "watches"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    person: Mapped[int] = mapped_column(BigInteger, index=True)
    asker: Mapped[int] = mapped_column(BigInteger, index=True)
    guild: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[int] = mapped_column(BigInteger)
    parent: Mapped[int] = mapped_column(BigInteger)
    message: Mapped[int | None] = mapped_column(BigInteger)
    question: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date | None]
    seen: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(8), index=True)
    post: Mapped[str | None] = mapped_column(String(16))
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


@dataclass(frozen=True, slots=True)
class Watch:
    """One question that one person watches."""

    id: str
    person: int
    """Whose it is: who pressed the button."""
    asker: int
    """Whose words the question is."""
    guild: int | None
    """None in direct messages."""
    channel: int
    """Where the refusal stands; the thread, where it is one."""
    parent: int
    """The channel whose settings hold: that of the thread, else the same."""
    message: int | None
    """The refusal, to be replied to; None if only its asker saw it, who is then told directly."""
    question: str
    """As it was understood, so that it stands alone."""
    as_of: date | None
    """Only articles published by that day count."""
    expires: datetime
    seen: str = ""
    """Digest of the articles that did not answer it."""
    state: State = State.OPEN
    post: str | None = None
    """The answer, when there is one."""


def add(session: Session, watch: Watch, most: int, now: datetime | None = None) -> bool:
    """Remember a watch, unless its person has as many as allowed; False then. The same watch twice is one.

    Args:
        session: of the state.
        watch: the new one.
        most: how many a person may have.
        now: the time.

    """
    moment = now or datetime.now(UTC)
    same = select(WatchRow.id).where(
        WatchRow.person == watch.person,
        WatchRow.channel == watch.channel,
        WatchRow.question == watch.question,
        WatchRow.as_of == watch.as_of if watch.as_of else WatchRow.as_of.is_(None),
        WatchRow.state == State.OPEN.value,
        WatchRow.expires > moment,
    )
    if session.scalars(same).first() is not None:
        return True
    count = select(func.count()).where(WatchRow.person == watch.person, WatchRow.expires > moment)
    if (session.scalar(count) or 0) >= most:
        return False
    session.add(
        WatchRow(
            id=watch.id,
            person=watch.person,
            asker=watch.asker,
            guild=watch.guild,
            channel=watch.channel,
            parent=watch.parent,
            message=watch.message,
            question=watch.question,
            as_of=watch.as_of,
            seen=watch.seen,
            state=watch.state.value,
            post=watch.post,
            created=moment,
            expires=watch.expires,
        )
    )
    return True


def of(session: Session, person: int, now: datetime | None = None) -> list[Watch]:
    """A person's watches, the answered ones first, then the oldest."""
    query = select(WatchRow).where(WatchRow.person == person, WatchRow.expires > (now or datetime.now(UTC)))
    found = [_watch(row) for row in session.scalars(query.order_by(WatchRow.created, WatchRow.id))]
    return sorted(found, key=lambda watch: watch.state is State.OPEN)


def get(session: Session, watch: str, person: int) -> Watch | None:
    """A person's watch; None if it is not there or another's."""
    row = session.get(WatchRow, watch)
    return None if row is None or row.person != person else _watch(row)


def open_ones(session: Session, now: datetime | None = None) -> list[Watch]:
    """Everybody's watches that nothing has answered yet, the oldest first."""
    query = select(WatchRow).where(WatchRow.state == State.OPEN.value, WatchRow.expires > (now or datetime.now(UTC)))
    return [_watch(row) for row in session.scalars(query.order_by(WatchRow.created, WatchRow.id))]


def saw(session: Session, watch: str, articles: str) -> None:
    """Remember that the articles of this digest do not answer it."""
    session.execute(update(WatchRow).where(WatchRow.id == watch).values(seen=articles))


def begin_telling(session: Session, watch: str, post: str) -> bool:
    """Whether its person is to be told of this answer now, by this process: of several at once only one may."""
    return _move(session, watch, State.OPEN, state=State.TELLING.value, post=post)


def not_told(session: Session, watch: str) -> None:
    """Undo `begin_telling`: nothing was sent, and it can be tried again."""
    _move(session, watch, State.TELLING, state=State.OPEN.value, post=None)


def wait(session: Session, watch: str) -> None:
    """Keep the answer for its person to look at."""
    _move(session, watch, State.TELLING, state=State.WAITING.value)


def interrupted(session: Session) -> int:
    """Keep the answers that a process which is no more was telling of; how many there are."""
    change = update(WatchRow).where(WatchRow.state == State.TELLING.value).values(state=State.WAITING.value)
    return int(getattr(session.execute(change), "rowcount", 0))


def remove(session: Session, watch: str) -> bool:
    """Delete a watch; whether it was there."""
    return _deleted(session, WatchRow.id == watch) > 0


def forget_person(session: Session, person: int) -> int:
    """Delete a person's watches, and those of others on what that person asked; how many they were."""
    return _deleted(session, or_(WatchRow.person == person, WatchRow.asker == person))


def forget_expired(session: Session, now: datetime) -> int:
    """Delete those that are over; how many they were."""
    return _deleted(session, WatchRow.expires <= now)


def _move(session: Session, watch: str, before: State, **after: str | None) -> bool:
    change = update(WatchRow).where(WatchRow.id == watch, WatchRow.state == before.value).values(**after)
    return bool(getattr(session.execute(change), "rowcount", 0))


def _deleted(session: Session, which: Any) -> int:
    return int(getattr(session.execute(delete(WatchRow).where(which), execution_options=APART), "rowcount", 0))


def _watch(row: WatchRow) -> Watch:
    return Watch(
        id=row.id,
        person=row.person,
        asker=row.asker,
        guild=row.guild,
        channel=row.channel,
        parent=row.parent,
        message=row.message,
        question=row.question,
        as_of=row.as_of,
        # SQLite keeps no time zone.
        expires=row.expires if row.expires.tzinfo else row.expires.replace(tzinfo=UTC),
        seen=row.seen,
        state=State(row.state),
        post=row.post,
    )
