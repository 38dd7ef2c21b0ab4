"""What has become of a quote, in words and word by word, for Discord. Pure."""

from __future__ import annotations

from bot.fates import Fate, Mark
from bot.render.difference import markdown


def fate(mark: Mark, *, shown: bool = True) -> str:
    """What has become of a quote, as it is said above it; `shown` where the difference stands there."""
    if mark.fate is Fate.GONE:
        return "⚠️ **The article is gone** since this was quoted; these were its words."
    if mark.now is None:
        return "⚠️ **The article has changed** since this was quoted: it no longer has these words, or any like them."
    if not shown:
        return "⚠️ **The article has changed** since this was quoted."
    return "⚠️ **The article has changed** since this was quoted: struck words are gone, bold ones are there now."


def compared(quoted: str, mark: Mark) -> str:
    """A quote of an article that has changed, as a block quote: what was struck of it and what is there now."""
    return f"> {markdown(quoted, mark.now)}"
