"""The articles as they were when everybody in the bot had last been told of a change; so that a restart loses none."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bot.state.database import Base
from retrieval.index.report import Report

_BEGUN = ""
"""Name of the row that says that the others are all there are."""


class AnnouncedRow(Base):
    """One article."""

    __tablename__ = "announced"

    application: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    """The bot, of which several may share the state."""
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))


def held(session: Session, application: int) -> dict[str, str] | None:
    """Article -> digest of its text; None before the first `begin`."""
    rows = session.scalars(select(AnnouncedRow).where(AnnouncedRow.application == application)).all()
    found = {row.name: row.sha256 for row in rows}
    return None if found.pop(_BEGUN, None) is None else found


def begin(session: Session, application: int, articles: Mapping[str, str]) -> None:
    """Take all of them for known."""
    session.execute(delete(AnnouncedRow).where(AnnouncedRow.application == application))
    session.add_all(AnnouncedRow(application=application, name=n, sha256=s) for n, s in {**articles, _BEGUN: ""}.items())


def told(session: Session, application: int, report: Report, articles: Mapping[str, str]) -> None:
    """Everybody knows of this change; `articles` gives the digests afterwards."""
    for name in (*report.added, *report.updated, *report.removed):
        if name in articles:
            session.merge(AnnouncedRow(application=application, name=name, sha256=articles[name]))
        else:
            session.execute(delete(AnnouncedRow).where(AnnouncedRow.application == application, AnnouncedRow.name == name))
