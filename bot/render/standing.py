"""How the articles stand to each other, in words: the same for a terminal and for Discord. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from bot.answer import Answer, Quote

NAMED = 3
"""Articles named one by one; the rest are counted."""

Escape = Callable[[str], str]
"""Makes other people's words harmless where they are shown."""


def differences(answer: Answer, escape: Escape) -> list[str]:
    """One line for each disagreement: which quotes, and what each of them says."""
    lines = []
    for found in answer.disagreements:
        (one, other), (mine, theirs) = found.quotes, found.values
        lines.append(f"The articles differ: “{escape(mine)}” in quote {one}, “{escape(theirs)}” in quote {other}.")
    return lines


def sources(answer: Answer) -> str:
    """On how many articles and independent sources the answer rests; empty where it is one article."""
    counted = answer.sources
    if counted.articles < 2:
        return ""
    return f"{counted.articles} articles, {counted.independent} independent source{'s' if counted.independent > 1 else ''}"


def later(answer: Answer, escape: Escape, day: Callable[[date], str]) -> str:
    """That articles which came out later say otherwise, and which; never what."""
    if not answer.later:
        return ""
    named = [f"{day(a.published)} ({escape(a.article)})" for a in answer.later[:NAMED]]
    count = len(answer.later)
    which = f"{count} later article{' says' if count == 1 else 's say'} otherwise"
    return f"{which}: {_listed(named, count)}"


def unnamed(answer: Answer, escape: Escape) -> str:
    """That nobody can tell from the articles whether the one asked about is the one who speaks; empty where nobody is."""
    names = list(dict.fromkeys(name for part in answer.parts for name in part.unnamed))
    if not names:
        return ""
    listed = _listed([escape(name) for name in names[:NAMED]], len(names))
    return f"No article mentions {listed}: this is said in the first person, in a text that does not name who speaks."


def copies(quote: Quote, escape: Escape) -> str:
    """In which copies of its article a quote stands as well; empty where there is none."""
    if not quote.copies:
        return ""
    return f"also in {_listed([escape(name) for name in quote.copies[:NAMED]], len(quote.copies))}"


def _listed(named: Sequence[str], count: int) -> str:
    more = count - len(named)
    return ", ".join(named) + (f" and {more} more" if more > 0 else "")
