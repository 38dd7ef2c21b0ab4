"""Which articles a post shows words of, and against which text of each article they were checked last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ForeignKey, String, Text, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.answer import Answer
from bot.fates import keyed
from bot.state.database import Base

ABSENT = ""
"""Stands for the digest of an article that is not there."""


class CitationRow(Base):
    """One passage that one post shows."""

    __tablename__ = "citations"

    post: Mapped[str] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(8), primary_key=True)
    article: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(Text)
    checked: Mapped[str] = mapped_column(String(64), index=True)
    """Digest of the article's text against which the words were checked last; `ABSENT` if there was none."""


def add(session: Session, post: str, answer: Answer) -> None:
    """Remember what a post shows; at that time its words are those of the articles."""
    session.add_all(
        CitationRow(post=post, key=key, article=quote.article, receipt=quote.receipt, checked=quote.sha256)
        for key, quote in keyed(answer).items()
    )


def some(session: Session) -> bool:
    """Whether any post shows words of articles."""
    return session.execute(select(CitationRow.post).limit(1)).first() is not None


def outdated(session: Session, digests: Mapping[str, str], limit: int) -> list[str]:
    """Ids of posts with a passage that was not checked against its article as it is now, the newest articles' first.

    Args:
        session: of the state.
        digests: of every article's text now, by name.
        limit: how many at the most.

    """
    known = session.execute(select(CitationRow.article, CitationRow.checked).distinct()).all()
    found: dict[str, None] = {}
    for article, checked in known:
        if len(found) < limit and digests.get(article, ABSENT) != checked:
            posts = select(CitationRow.post).where(CitationRow.article == article, CitationRow.checked == checked)
            found |= dict.fromkeys(session.scalars(posts.distinct().limit(limit)))
    return list(found)[:limit]


def checked(session: Session, posts: Sequence[str], digests: Mapping[str, str]) -> None:
    """Remember that all passages of these posts were checked against the articles of these digests."""
    rows = select(CitationRow.article).where(CitationRow.post.in_(posts)).distinct()
    for article in session.scalars(rows).all():
        session.execute(
            update(CitationRow)
            .where(CitationRow.post.in_(posts), CitationRow.article == article)
            .values(checked=digests.get(article, ABSENT))
        )


def by_receipt(session: Session, receipt: str) -> tuple[str, str] | None:
    """A post that shows a quote with this receipt, and the quote's key there; None if none is remembered."""
    found = session.execute(select(CitationRow.post, CitationRow.key).where(CitationRow.receipt == receipt).limit(1)).first()
    return None if found is None else (found[0], found[1])
