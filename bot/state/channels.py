"""What holds in each channel, as moderators set it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import JSON

from bot.state.database import Base


class ChannelRow(Base):
    """One channel's settings."""

    __tablename__ = "channels"

    channel: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    guild: Mapped[int] = mapped_column(BigInteger, index=True)
    enabled: Mapped[bool]
    mention_needed: Mapped[bool]
    private: Mapped[bool]
    roles: Mapped[list[int]] = mapped_column(JSON)
    articles: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    changed: Mapped[datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel's settings."""

    enabled: bool = True
    mention_needed: bool = True
    private: bool = False
    """Answers to slash commands are for the asker alone unless said otherwise."""
    roles: frozenset[int] = frozenset()
    """Only members with one of these may ask; empty for everybody."""
    articles: frozenset[str] | None = None
    """Names of the articles to answer from; None for all."""


DEFAULT = Channel()


def get(session: Session, channel: int) -> Channel:
    """The settings of a channel; those of a channel that nobody set are the default."""
    row = session.get(ChannelRow, channel)
    if row is None:
        return DEFAULT
    articles = frozenset(row.articles) if row.articles is not None else None
    return Channel(row.enabled, row.mention_needed, row.private, frozenset(row.roles), articles)


def put(session: Session, guild: int, channel: int, settings: Channel, now: datetime | None = None) -> None:
    """Set a channel; the default is forgotten rather than stored."""
    row = session.get(ChannelRow, channel)
    if settings == DEFAULT:
        if row is not None:
            session.delete(row)
        return
    session.merge(
        ChannelRow(
            channel=channel,
            guild=guild,
            enabled=settings.enabled,
            mention_needed=settings.mention_needed,
            private=settings.private,
            roles=sorted(settings.roles),
            articles=sorted(settings.articles) if settings.articles is not None else None,
            changed=now or datetime.now(UTC),
        )
    )
