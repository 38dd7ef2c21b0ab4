"""Addresses that lead to the words themselves.

Text fragments: https://wicg.github.io/scroll-to-text-fragment/
"""

from __future__ import annotations

import re
from urllib.parse import quote as percent
from urllib.parse import urlsplit

from bot.answer import Quote

LONG = 10
"""Words from which on a passage is named by its first and last ones."""

EDGE = 4
"""Fewest words that name an edge."""

MAX_CHARACTERS = 1500
"""An address longer than that fills the message; it leads to the article alone."""

_ALLOWED = "!#$%&'*+,/:;=?@~"
"""Besides letters, digits and -._: no brackets, which would end a Markdown link."""


def address(passage: Quote, article: str) -> str | None:
    """Where a passage can be read: its article's address, with a fragment for the words where they are unique.

    Args:
        passage: with or without a url.
        article: the whole text that it was quoted from.

    """
    base = web(passage.url)
    if base is None:
        return None
    for words in _candidates(passage):
        if directive := _directive(words, article):
            whole = f"{base}{'' if '#' in base else '#'}:~:text={directive}"
            return whole if len(whole) <= MAX_CHARACTERS else base
    return base


def web(url: str | None) -> str | None:
    """The address if it is one of the web, safe inside a Markdown link; else None."""
    if url is None:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"} or not parts.netloc or len(url) > MAX_CHARACTERS:
        return None
    return percent(url.strip(), safe=_ALLOWED)


def _candidates(passage: Quote) -> list[str]:
    """The answering words, then the whole passage."""
    if passage.highlight is None:
        return [passage.text]
    a, b = passage.highlight
    return [passage.text[a - passage.start : b - passage.start], passage.text]


def _directive(words: str, article: str) -> str | None:
    """What stands behind `text=`; None if the words, or those at their beginning, are not unique in the article."""
    split = words.split()
    if not split:
        return None
    if len(split) < LONG and "\n" not in words.strip():
        return _encoded(split) if _unique(split, article) else None
    for length in range(EDGE, min(len(split) // 2, 3 * EDGE) + 1):
        if _unique(split[:length], article):
            return f"{_encoded(split[:length])},{_encoded(split[-EDGE:])}"
    return None


def _unique(words: list[str], article: str) -> bool:
    """Whether a browser, which ignores case and looks for whole words, finds them at one place only."""
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, words)) + r"(?!\w)"
    return len(re.findall(pattern, article, re.IGNORECASE)) == 1


def _encoded(words: list[str]) -> str:
    return percent(" ".join(words), safe="").replace("-", "%2D")
