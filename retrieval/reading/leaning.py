"""Sentences that cannot stand alone, and where a reader must begin to understand them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.corpus.sentences import Span

_LEANS = re.compile(
    r"[\W_]*(?:(?:and|but|so|then|also|instead|however|besides|in addition|moreover|later|meanwhile)[, ]+)?"
    r"(?:he|she|it|they|this|these|those|such|his|her|its|their|both|the (?:former|latter))\b"
    r"|[\W_]*according to (?:him|her|them)\b"
    r"|[^.“”\"]{0,40}, (?:he|she|they|these|those|this)\b",
    re.IGNORECASE,
)
"""A sentence whose subject stands in the one before it."""

_EMPTY_IT = re.compile(
    r"[\W_]*(?:but |and )?it(?:’s|'s| is| was| seems| appears| remains| has been| will be| would be)\b", re.IGNORECASE
)
"""It is clear that …: nothing before is meant."""

MAX_BEFORE = 2
"""Sentences that may be brought along; what leans further back than that is shown as it is."""

MAX_WORDS_BEFORE = 60


def leans(sentence: str) -> bool:
    """Whether a sentence cannot stand alone."""
    return bool(_LEANS.match(sentence)) and not _EMPTY_IT.match(sentence)


def first_needed(text: str, sentences: Sequence[Span], headings: set[Span], index: int) -> int:
    """The sentence at which a quote must begin so that `sentences[index]` can be understood.

    Args:
        text: the article's text.
        sentences: all its sentences in order, headings included.
        headings: those of them that are headings.
        index: the sentence to be quoted.

    """
    first = index
    for _ in range(MAX_BEFORE):
        if first == 0 or not leans(text[slice(*sentences[first])]):
            return first
        before = first - 1
        while before > 0 and sentences[before] in headings:
            before -= 1
        if sentences[before] in headings or len(text[sentences[before][0] : sentences[index][0]].split()) > MAX_WORDS_BEFORE:
            return first
        first = before
    return first
