"""Answers that were given, looked up for a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from bot.answer import Quote
from bot.cogs.trouble import TooLate
from bot.fates import Marks, keyed
from bot.state import posts, stale
from bot.state.posts import Post

if TYPE_CHECKING:
    from bot.cogs.client import VerbatimBot

T = TypeVar("T")

FORGOTTEN = ("This answer is no longer remembered", "Ask again; the articles are still here.")


async def write(bot: VerbatimBot, work: Callable[[Session], T]) -> T:
    """The result of some work on the state, done in a thread."""

    def run() -> T:
        with bot.database.session() as session:
            return work(session)

    return await bot.state.run(run)


async def recall(bot: VerbatimBot, post: str) -> Post:
    """The post that a button belongs to.

    Raises:
        TooLate: it is forgotten.

    """
    found = await write(bot, lambda session: posts.get(session, post))
    if found is None:
        raise TooLate(*FORGOTTEN)
    return found


async def recall_marked(bot: VerbatimBot, post: str) -> tuple[Post, Marks]:
    """The post that a button belongs to, and what no longer stands of it.

    Raises:
        TooLate: it is forgotten.

    """
    found, marks = await write(bot, lambda session: (posts.get(session, post), stale.get(session, post)))
    if found is None:
        raise TooLate(*FORGOTTEN)
    return found, marks


def passage(post: Post, key: str) -> Quote:
    """The passage of a post that a button names.

    Raises:
        TooLate: there is none of that name.

    """
    found = keyed(post.answer).get(key)
    if found is None:
        raise TooLate("This button belongs to an earlier version of me", "Ask again.")
    return found
