"""Answers that people voted down, with why."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.answer import Answer
from bot.state import conversations, stored_answer
from bot.state.feedback import Reason, VoteRow
from bot.state.posts import PostRow

TURNS = 6
"""Earlier questions that are taken along; longer conversations are rarely needed to understand the last one."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One answer with every bad vote on it."""

    answer: Answer
    history: tuple[str, ...]
    """Earlier questions of its conversation, oldest first."""
    reasons: tuple[Reason, ...]
    comments: tuple[str, ...]


def read(session: Session) -> list[Complaint]:
    """All of them, oldest first. The same question in the same conversation comes once."""
    posts = session.scalars(
        select(PostRow).where(PostRow.id.in_(select(VoteRow.post).where(VoteRow.good.is_(False)))).order_by(PostRow.created)
    ).all()
    found: dict[tuple[str, ...], Complaint] = {}
    for post in posts:
        votes = session.scalars(select(VoteRow).where(VoteRow.post == post.id, VoteRow.good.is_(False))).all()
        answer = stored_answer.answer(post.answer)
        history = tuple(turn.question for turn in conversations.history(session, post.parent, TURNS))
        reasons = tuple(Reason(vote.reason) for vote in votes if vote.reason)
        comments = tuple(vote.comment for vote in votes if vote.comment)
        key = (*history, answer.question)
        if known := found.get(key):
            reasons, comments = known.reasons + reasons, known.comments + comments
        found[key] = Complaint(answer, history, tuple(dict.fromkeys(reasons)), tuple(dict.fromkeys(comments)))
    return list(found.values())
