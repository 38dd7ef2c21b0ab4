"""What was said before: every thread, direct message and chain of replies has a history of its own."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.followups import Turn
from bot.state import stored_answer
from bot.state.posts import AppearanceRow, PostRow, of_message


def latest(session: Session, channel: int, person: int) -> str | None:
    """The post last shown to a person in a thread or direct message; in a new thread that which it was opened under."""
    query = (
        select(PostRow.id)
        .join(AppearanceRow, AppearanceRow.post == PostRow.id)
        .where(AppearanceRow.channel == channel)
        .where(or_(PostRow.private.is_(False), PostRow.shared.is_(True), PostRow.person == person))
        .order_by(AppearanceRow.message.desc())
        .limit(1)
    )
    # A thread opened under a message has that message's id.
    return session.scalars(query).first() or of_message(session, channel)


def history(session: Session, post: str | None, turns: int) -> list[Turn]:
    """The last turns up to and including a post, oldest first; those that were forgotten end the chain."""
    found: list[Turn] = []
    while post is not None and len(found) < turns:
        row = session.get(PostRow, post)
        if row is None:
            break
        found.append(Turn(row.understood, stored_answer.answer(row.answer)))
        post = row.parent
    return found[::-1]
