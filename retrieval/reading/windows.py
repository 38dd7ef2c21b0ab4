"""What the reader sees of a passage: the passage itself, and the sentences before it that make it understandable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from retrieval.corpus.sentences import Span
from retrieval.index.catalogue import Stored
from retrieval.reading.leaning import first_needed
from retrieval.reading.narration import first_person
from retrieval.reading.search import Evidence

REACH = 8
"""Passages before the one at hand that are looked at; context never reaches further."""


@dataclass(frozen=True, slots=True)
class Window:
    """An exact slice of an article, with the sentences in it."""

    evidence: Evidence
    text: str
    start: int
    """Offset of the slice in the article's text."""
    sentences: tuple[Span, ...]
    """Offsets into the article's text; headings are not among them, they are never an answer."""
    first_person: bool = False
    """The article is one person speaking."""


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
        context_words: at most so many words before the passage are shown with it; more only where the passage begins
            with a sentence that leans on those before ("He also said …").

    """
    # Most of the evidence is often of one article; it is looked up once.
    text, passages = cache(text), cache(passages)
    return [_window(item, text(item.stored.sha256), passages(item.stored.sha256), context_words) for item in evidence]


def _window(item: Evidence, text: str, passages: Sequence[Stored], context_words: int) -> Window:
    here = item.stored.passage
    near = passages[max(0, item.stored.ordinal - REACH) : item.stored.ordinal + 1]
    sentences = [s for p in near for s in p.passage.sentences]
    headings = {s for p in near if p.passage.heading for s in p.passage.sentences}
    own = sentences.index(here.sentences[0])
    first = first_needed(text, sentences, headings, own)
    budget = context_words - len(text[sentences[first][0] : here.start].split())
    while first > 0:
        budget -= len(text[slice(*sentences[first - 1])].split())
        if budget < 0:
            break
        first -= 1
    start = sentences[first][0]
    own_sentences = tuple(s for s in sentences[first:] if s not in headings)
    return Window(item, text[start : here.end], start, own_sentences, first_person(text))
