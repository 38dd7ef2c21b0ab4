"""Deleting what a person said, everywhere at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.state import checks, feedback, posts, runs, watches
from bot.state.posts import PostRow


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much was deleted."""

    questions: int
    votes: int
    checks: int
    watches: int


def person(session: Session, who: int) -> Forgotten:
    """Delete a person's questions with their answers and the runs behind them, votes, watches, and what was checked."""
    answers = session.scalars(select(PostRow.answer).where(PostRow.person == who)).all()
    runs.forget(session, [str(answer["run_id"]) for answer in answers])
    votes = feedback.forget_person(session, who)
    watched = watches.forget_person(session, who)
    return Forgotten(posts.forget_person(session, who), votes, checks.forget_person(session, who), watched)
