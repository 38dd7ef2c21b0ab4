"""Answers that were given: what was asked, what came out, and the messages that show it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, String, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import JSON

from bot.answer import Answer
from bot.state import citations, stored_answer
from bot.state.database import Base

ID_LENGTH = 12


class PostRow(Base):
    """One answer given to one person."""

    __tablename__ = "posts"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    parent: Mapped[str | None] = mapped_column(String(16))
    """The post that this one goes on from. No foreign key: the earlier one may be forgotten first."""
    guild: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[int] = mapped_column(BigInteger, index=True)
    """The thread, where it is one."""
    person: Mapped[int] = mapped_column(BigInteger, index=True)
    private: Mapped[bool]
    shared: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(16))
    understood: Mapped[str]
    answer: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The contract's Answer."""
    links: Mapped[dict[str, str]] = mapped_column(JSON)
    """Address of each passage's words, by receipt."""
    as_of: Mapped[date | None]
    total_ms: Mapped[float]
    created: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class AppearanceRow(Base):
    """A message that shows a post: the answer itself, or what was shared of it."""

    __tablename__ = "appearances"

    message: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    post: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    channel: Mapped[int] = mapped_column(BigInteger, index=True)


@dataclass(frozen=True, slots=True)
class Post:
    """An answer given, with what is needed to show it again."""

    id: str
    """In the custom id of every button of its message."""
    parent: str | None
    guild: int | None
    channel: int
    person: int
    """Who asked."""
    private: bool
    """For the asker's eyes alone."""
    understood: str
    """The question as it was searched for."""
    answer: Answer
    links: Mapping[str, str]
    """Address of each passage's words, by receipt; only those that have one."""
    as_of: date | None


def new_id() -> str:
    """An id that nobody can guess: whoever has it can read the answer."""
    return secrets.token_urlsafe(ID_LENGTH)[:ID_LENGTH]


def add(session: Session, post: Post, now: datetime | None = None) -> None:
    """Remember a post."""
    session.add(
        PostRow(
            id=post.id,
            parent=post.parent,
            guild=post.guild,
            channel=post.channel,
            person=post.person,
            private=post.private,
            status=post.answer.status.value,
            understood=post.understood,
            answer=post.answer.to_json(),
            links=dict(post.links),
            as_of=post.as_of,
            total_ms=post.answer.timings.total,
            created=now or datetime.now(UTC),
        )
    )
    # Its citations refer to it.
    session.flush()
    citations.add(session, post.id, post.answer)


def get(session: Session, post: str) -> Post | None:
    """The post of that id."""
    row = session.get(PostRow, post)
    return None if row is None else _post(row)


def shown(session: Session, post: str, message: int, channel: int) -> None:
    """Remember which message shows a post."""
    if session.get(PostRow, post) is not None:
        session.merge(AppearanceRow(message=message, post=post, channel=channel))


def of_message(session: Session, message: int) -> str | None:
    """The id of the post that a message shows."""
    row = session.get(AppearanceRow, message)
    return None if row is None else row.post


def claim_share(session: Session, post: str) -> bool:
    """Whether this is the first time that a post is shared; of two at once only one is."""
    claimed = session.execute(update(PostRow).where(PostRow.id == post, PostRow.shared.is_(False)).values(shared=True))
    return bool(getattr(claimed, "rowcount", 0))


def release_share(session: Session, post: str) -> None:
    """Undo `claim_share`: the message could not be sent."""
    session.execute(update(PostRow).where(PostRow.id == post).values(shared=False))


def forget(session: Session, post: str) -> None:
    """Delete one post."""
    _deleted(session, PostRow.id == post)


def forget_person(session: Session, person: int) -> int:
    """Delete what a person asked and was answered; how many posts that were."""
    return _deleted(session, PostRow.person == person)


def forget_before(session: Session, moment: datetime) -> int:
    """Delete posts older than a moment; how many that were."""
    return _deleted(session, PostRow.created < moment)


def _deleted(session: Session, which: Any) -> int:
    return int(getattr(session.execute(delete(PostRow).where(which)), "rowcount", 0))


def _post(row: PostRow) -> Post:
    return Post(
        id=row.id,
        parent=row.parent,
        guild=row.guild,
        channel=row.channel,
        person=row.person,
        private=row.private,
        understood=row.understood,
        answer=stored_answer.answer(row.answer),
        links=row.links,
        as_of=row.as_of,
    )
