"""What the reader sees of a passage: the passage itself, and the sentences before it that make it understandable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from retrieval.corpus.sentences import Span
from retrieval.index.catalogue import Stored
from retrieval.reading.search import Evidence


@dataclass(frozen=True, slots=True)
class Window:
    """An exact slice of an article, with the sentences in it."""

    evidence: Evidence
    text: str
    start: int
    """Offset of the slice in the article's text."""
    sentences: tuple[Span, ...]
    """Offsets into the article's text; headings are not among them, they are never an answer."""


def around(
    evidence: Sequence[Evidence],
    passages: Callable[[str], Sequence[Stored]],
    text: Callable[[str], str],
    context_words: int,
) -> list[Window]:
    """A window for each piece of evidence.

    Args:
        evidence: passages to read.
        passages: all passages of a text, in order.
        text: a text by its digest.
        context_words: at most so many words before the passage are shown with it.

    """
    windows = []
    for item in evidence:
        whole, here = text(item.stored.sha256), item.stored.passage
        start = here.start
        sentences = list(here.sentences) if not here.heading else []
        before = [p.passage for p in passages(item.stored.sha256)[: item.stored.ordinal]]
        budget = context_words
        for passage in reversed(before):
            taken = False
            for a, b in reversed(passage.sentences):
                budget -= len(whole[a:b].split())
                if budget < 0:
                    break
                start, taken = a, True
                if not passage.heading:
                    sentences.insert(0, (a, b))
            if not taken or budget < 0:
                break
        windows.append(Window(item, whole[start : here.end], start, tuple(sentences)))
    return windows
