"""Whether two sentences are the same sentence, as copied and perhaps touched up by an editor."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz.distance import Indel

from retrieval.index.words import tokens
from retrieval.reading.statements import Kind, Statement, statement

ALIKE = 0.75
"""Least share of words in the same order; an editor who changes more writes a sentence of his own."""


def same_sentence(one: str, other: str) -> bool:
    """Whether one sentence is the other, a few words aside: none of them a number, a name, a negation or the like."""
    mine, theirs = _words(one), _words(other)
    if mine == theirs:
        return True
    if Indel.normalized_similarity(mine, theirs, score_cutoff=ALIKE) < ALIKE:
        return False
    return _weighty(statement(one)) == _weighty(statement(other))


def held(sentence: str, among: Iterable[str]) -> bool:
    """Whether one of the sentences is that sentence."""
    return any(same_sentence(sentence, other) for other in among)


@lru_cache(4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(surface.casefold().replace("’", "'") for surface, _, _ in tokens(text))


def _weighty(taken: Statement) -> tuple[object, ...]:
    """What may not differ. Names count wherever a word has them in capitals, so an exchanged first word does no harm."""
    numbers = sorted((w.value or 0.0, w.unit) for w in taken.words if w.kind is Kind.NUMBER)
    names = {w.stem for w in taken.words if w.kind is Kind.NAME and w.start > 0}
    return numbers, names, sorted(limit.force for limit in taken.limits)
