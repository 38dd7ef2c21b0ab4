"""Quotes that no longer stand, and the messages that do not say so yet: the queue of what is still to be edited.

A post has marks, and perhaps sentences that a language model wrote later; each of its messages shows those of some time.
A message that does not show its post's is to be edited, whatever happened in between: nothing is lost by a restart, and
nothing is edited twice.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import JSON

from bot.answer import Answer
from bot.fates import NONE, Marks, marks_from
from bot.state import citations, stored_answer
from bot.state.citations import CitationRow
from bot.state.database import Base
from bot.state.posts import AppearanceRow, PostRow

UNMARKED = ""
"""Digest of no marks at all."""


class MarksRow(Base):
    """What a post's messages are to say beside its quotes. Stays, without marks, when the words have come back."""

    __tablename__ = "marks"

    post: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(16))


class FaceRow(Base):
    """How a message shows its post."""

    __tablename__ = "faces"

    message: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    post: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), index=True)
    question: Mapped[bool]
    """The question is repeated in it."""
    shared_by: Mapped[int | None] = mapped_column(BigInteger)
    watched_by: Mapped[int | None] = mapped_column(BigInteger)
    """Whom it tells that a question that they watched is answered."""
    editable: Mapped[bool]
    """False for a message that only one person sees, that is deleted, or that the bot may no longer edit."""
    shows: Mapped[str] = mapped_column(String(16))
    """Digest of the marks, and of a model's sentences, that it shows."""
    claimed: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Until then some process is at it, or it is not to be tried again."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A message that does not show its post's marks."""

    message: int
    channel: int
    post: str
    question: bool
    shared_by: int | None
    watched_by: int | None


def digest(marks: Marks, answer: Answer | None = None) -> str:
    """What two sets of marks that say the same, beside the same sentences by a model, have in common."""
    composed = answer.composed.to_json() if answer and answer.composed else None
    if not marks and not composed:
        return UNMARKED
    body = json.dumps({key: mark.to_json() for key, mark in marks.items()}, sort_keys=True)
    if composed:
        body += json.dumps(composed, sort_keys=True)
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def get(session: Session, post: str) -> Marks:
    """The marks of a post."""
    row = session.get(MarksRow, post)
    return NONE if row is None else marks_from(row.body)


def put(session: Session, post: str, marks: Marks) -> bool:
    """Set the marks of a post; whether they are others than before."""
    row, known = session.get(MarksRow, post), session.get(PostRow, post)
    new = digest(marks, stored_answer.answer(known.answer) if known else None)
    if new == (row.digest if row else UNMARKED) or known is None:
        return False
    session.merge(MarksRow(post=post, body={key: mark.to_json() for key, mark in marks.items()}, digest=new))
    return True


def compose(session: Session, post: str, answer: Answer) -> bool:
    """Put what a model wrote into a post, for its messages to show; False if the post is forgotten.

    Args:
        session: of the state.
        post: its id.
        answer: the post's, with `composed`.

    """
    row = session.get(PostRow, post)
    if row is None:
        return False
    row.answer = answer.to_json()
    session.flush()
    put(session, post, get(session, post))
    return True


def face(
    session: Session,
    post: str,
    message: int,
    *,
    question: bool,
    shared_by: int | None = None,
    watched_by: int | None = None,
    editable: bool = True,
    marks: Marks = NONE,
    answer: Answer | None = None,
) -> None:
    """Remember how a message shows a post, which must be remembered itself.

    Args:
        session: of the state.
        post: its id.
        message: the message's.
        question: whether the question is repeated in it.
        shared_by: who shared it.
        watched_by: whom it tells that a question is answered.
        editable: whether the bot can edit it later.
        marks: those that it shows.
        answer: with the sentences by a model that it shows, if any.

    """
    if session.get(PostRow, post) is not None:
        session.merge(
            FaceRow(
                message=message,
                post=post,
                question=question,
                shared_by=shared_by,
                watched_by=watched_by,
                editable=editable,
                shows=digest(marks, answer),
                claimed=None,
            )
        )


def claim(session: Session, until: datetime, now: datetime | None = None) -> Edit | None:
    """Take the newest message that is to be edited, so that no other process does; None if there is none.

    Args:
        session: of the state.
        until: when it is to be edited again if nothing is heard of it.
        now: the time.

    """
    moment = now or datetime.now(UTC)
    free = or_(FaceRow.claimed.is_(None), FaceRow.claimed < moment)
    pending = _pending(select(AppearanceRow, FaceRow)).where(or_(FaceRow.message.is_(None), free))
    query = pending.order_by(AppearanceRow.message.desc()).limit(1)
    found = session.execute(query).first()
    if found is None:
        return None
    shown, known = found
    if known is None:
        # A message of before faces were remembered: it may well repeat the question.
        face(session, shown.post, shown.message, question=True)
        session.flush()
    change = update(FaceRow).where(FaceRow.message == shown.message, free).values(claimed=until)
    # Compared in the database alone: SQLite's times come back without a zone.
    if not getattr(session.execute(change, execution_options={"synchronize_session": False}), "rowcount", 0):
        # Another process was quicker; it is at work, and comes to the rest as well.
        return None
    how = (known.question, known.shared_by, known.watched_by) if known else (True, None, None)
    return Edit(shown.message, shown.channel, shown.post, *how)


def claim_message(session: Session, message: int, until: datetime, now: datetime | None = None) -> bool:
    """Take one message that is to be edited; False if it shows everything already, or another process is at it."""
    moment = now or datetime.now(UTC)
    free = or_(FaceRow.claimed.is_(None), FaceRow.claimed < moment)
    if (
        session.execute(_pending(select(AppearanceRow.message)).where(AppearanceRow.message == message, free)).first()
        is None
    ):
        return False
    change = update(FaceRow).where(FaceRow.message == message, free).values(claimed=until)
    return bool(getattr(session.execute(change, execution_options={"synchronize_session": False}), "rowcount", 0))


def next_due(session: Session) -> datetime | None:
    """When the first of the messages that are left for later is to be tried again; None if there is none."""
    due: datetime | None = session.scalar(_pending(select(func.min(FaceRow.claimed)).select_from(AppearanceRow)))
    # SQLite keeps no time zone.
    return due if due is None or due.tzinfo else due.replace(tzinfo=UTC)


def _pending(query: Any) -> Any:
    """Of messages that do not show the marks of their post and can be edited."""
    return (
        query.join(MarksRow, MarksRow.post == AppearanceRow.post)
        .outerjoin(FaceRow, FaceRow.message == AppearanceRow.message)
        .where(func.coalesce(FaceRow.shows, UNMARKED) != MarksRow.digest)
        .where(or_(FaceRow.message.is_(None), FaceRow.editable.is_(True)))
    )


def shows(session: Session, message: int, marks: Marks, answer: Answer | None = None) -> None:
    """Remember that a message shows these marks, and the sentences by a model of this answer, now."""
    shown = digest(marks, answer)
    session.execute(update(FaceRow).where(FaceRow.message == message).values(shows=shown, claimed=None))


def postpone(session: Session, message: int, until: datetime) -> None:
    """Leave a message alone until a moment."""
    session.execute(update(FaceRow).where(FaceRow.message == message).values(claimed=until))


def end(session: Session, message: int) -> None:
    """Remember that a message cannot be edited any more."""
    session.execute(update(FaceRow).where(FaceRow.message == message).values(editable=False, claimed=None))


def adopt(session: Session) -> None:
    """Take up posts of a time at which it was not remembered what they cite."""
    known = select(CitationRow.post)
    for row in session.execute(select(PostRow.id, PostRow.answer).where(PostRow.id.not_in(known))):
        citations.add(session, row.id, stored_answer.answer(row.answer))


def forget_message(session: Session, message: int) -> None:
    """Forget a message that is deleted."""
    session.execute(delete(AppearanceRow).where(AppearanceRow.message == message))
    session.execute(delete(FaceRow).where(FaceRow.message == message))
