"""Who may ask where, with which articles, and when: what is settled before a question is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

from retrieval.errors import VerbatimError


class NotHere(VerbatimError):
    """Asking is switched off here, or not for this person."""


class NotNow(VerbatimError):
    """Too many questions: the person's, the server's, or all together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks."""

    user: int
    channel: int
    """The channel, or the channel of the thread."""
    guild: int | None = None
    """None in direct messages."""
    thread: int | None = None
    roles: frozenset[int] = frozenset()
    """The roles of the one who asks."""
    admin: bool = False
    """Whether the one who asks may manage the server."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in a channel."""

    enabled: bool = True
    mention_needed: bool = True
    """False: every message is a question, where the bot may read messages at all."""
    private: bool = False
    """Answers to slash commands are for the asker alone unless said otherwise."""
    roles: frozenset[int] = frozenset()
    """Only members with one of these may ask; empty for everybody."""
    articles: frozenset[str] | None = None
    """Names of the articles to answer from, or None for all."""


Waiting = Callable[[int], Awaitable[None]]
"""Told the place in the queue, from 1, at most once and only if there is a wait."""


class Gate(Protocol):
    """Settles before each answer who may ask. Called on the event loop; must not block it."""

    async def rules(self, place: Place) -> Rules:
        """What holds there."""

    def admission(self, place: Place, waiting: Waiting) -> AbstractAsyncContextManager[None]:
        """Entered before a question is answered and left after it.

        Raises:
            NotNow: over a limit, or the queue is full; the message says when to ask again.

        """

    def close(self) -> None:
        """Release what it holds."""


class OpenGate:
    """Everybody may ask everything everywhere, at once."""

    async def rules(self, place: Place) -> Rules:
        del place
        return Rules()

    @asynccontextmanager
    async def admission(self, place: Place, waiting: Waiting) -> AsyncIterator[None]:
        del place, waiting
        yield

    def close(self) -> None:
        pass


def check(rules: Rules, place: Place) -> None:
    """Whether somebody may ask there.

    Raises:
        NotHere: no.

    """
    if not rules.enabled:
        raise NotHere("I do not answer in this channel", "Ask in another channel, or write to me directly.")
    if rules.roles and not rules.roles & place.roles and not place.admin:
        raise NotHere("In this channel only some roles may ask", "Ask a moderator, or write to me directly.")
