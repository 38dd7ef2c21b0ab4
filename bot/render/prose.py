"""A model's sentences above the quotes they rest on, in words: the same for a terminal and for Discord. Pure."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bot.answer import Answer

Escape = Callable[[str], str]
"""Makes other people's words harmless where they are shown."""


def head(answer: Answer, escape: Escape) -> str:
    """Who wrote, or that nothing of it holds; empty where no model wrote."""
    composed = answer.composed
    if composed is None or composed.failure is not None:
        return ""
    name = escape(composed.model)
    if not composed.sentences:
        return f"{name} (a language model) wrote about this; none of it held against the quotes, which stand alone."
    return f"Written by {name} (a language model) from the quotes below, each sentence checked against them:"


def sentences(answer: Answer, escape: Escape) -> list[str]:
    """Each sentence that is shown, with the numbers of its quotes behind it."""
    if answer.composed is None or answer.composed.failure is not None:
        return []
    return [
        f"{escape(' '.join(s.text.split()))} {''.join(escape(f'[{number}]') for number in s.quotes)}"
        for s in answer.composed.sentences
    ]


def standing(answer: Answer, fallen: AbstractSet[int]) -> Answer:
    """The answer without the sentences that rest on a quote which no longer stands.

    Args:
        answer: as it was shown.
        fallen: numbers of the quotes that do not stand.

    """
    composed = answer.composed
    if composed is None or not composed.sentences:
        return answer
    left = tuple(s for s in composed.sentences if not fallen & set(s.quotes))
    return replace(answer, composed=replace(composed, sentences=left) if left else None)
