"""Whether words in quotation marks are the quotes' words."""

from __future__ import annotations

import re

from bot.compose.checking.material import Case, Found
from bot.compose.prose import Fault

_MARKED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|„([^“”„]*)[“”]|«([^«»]*)»|(?<!\w)‘([^‘’]*)’(?!\w)|(?<!\w)'([^']*)'(?!\w)|``(.*?)''"
)
_ANY = re.compile(r"[“”„«»\"]|``|''|(?<!\w)[‘']|(?<=[.,!?])['’]")


def check(case: Case) -> Found:
    """Everything between quotation marks must stand in a cited quote, to the letter."""
    text = case.claim.text
    quotes = [_plain(quote.text) for quote in case.quotes]
    rest = text
    for match in _MARKED.finditer(text):
        words = next((group for group in match.groups() if group is not None), "")
        # A comma or full stop before the closing mark is the sentence's own, not the quote's.
        exact = _plain(words)
        inner = exact.rstrip(".,") if exact.endswith((".", ",")) else exact
        if not inner or not any(_whole(inner, quote) for quote in quotes):
            yield Fault.QUOTATION, words
        rest = rest.replace(match[0], " ", 1)
    if stray := _ANY.search(rest):
        yield Fault.QUOTATION, stray[0]


def _whole(words: str, quote: str) -> bool:
    """Whether the words stand there, and are not the middle of others."""
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", quote))


def _plain(text: str) -> str:
    """One form of apostrophes and spaces; nothing else may differ."""
    return re.sub(r"\s+", " ", text.replace("’", "'").replace("‘", "'")).strip()
