"""What speaks for and against a sentence as an answer, as numbers that mean the same in every corpus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

from retrieval.index.words import stems
from retrieval.reading import kinds
from retrieval.reading.names import Term, Terms
from retrieval.reading.reader import Reading, SentenceReading
from retrieval.reading.windows import Window


@dataclass(frozen=True, slots=True)
class Features:
    """One candidate sentence for one question."""

    answers: float
    """The reader: logit of "the window answers"."""
    span: float
    """The reader: best answer in this sentence against "no answer", logits."""
    behind: float
    """How far the span's score lies behind the best one in the same window, logits; 0 for the best."""
    cosine: float
    """Retrieval: similarity of question and passage."""
    covered: float
    """Share of the question's content, weighted by rarity, that the window holds."""
    covered_here: float
    """The same for the sentence alone."""
    absent_names: float
    """Names in the question that no article mentions, at most 2."""
    absent_words: float
    """Share of the question's content, weighted by rarity, that no article holds."""
    names_elsewhere: float
    """Share of the question's names that articles mention, but not this window."""
    wrong_kind: float
    """1 where the question asks for a number or a time and the answering words hold none."""
    crowd: float
    """Logarithm of the number of passages: the more there are, the better the best wrong one looks."""


NAMES = tuple(Features.__dataclass_fields__)
_VALUES = attrgetter(*NAMES)

SIGNS = (1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1)
"""In the order of `NAMES`: 1 where more can only speak for an answer, -1 where it can only speak against one."""


def vector(features: Features) -> list[float]:
    """The features as numbers, in the order of `NAMES`."""
    return [float(value) for value in _VALUES(features)]


def features(question: str, terms: Terms, passages: int, reading: Reading) -> list[Features]:
    """Features of each sentence that a reading covers.

    Args:
        question: as it was asked.
        terms: the question's content words.
        passages: number of passages in the index, for rarity.
        reading: what the reader says of one window.

    """
    window = reading.window
    held = _held(window.text)
    best = max((s.score for s in reading.sentences), default=0.0)
    names = [t for t in terms.all if t.name and t.frequency]
    elsewhere = [t for t in names if not held.intersection(t.variants)]
    weights = [_rarity(t, passages) for t in terms.all]
    kind = kinds.wanted(question)
    rows = []
    for sentence in reading.sentences:
        a, b = sentence.sentence
        here = _held(window.text[a - window.start : b - window.start])
        rows.append(
            Features(
                answers=reading.answers,
                span=_bounded(sentence),
                behind=max(-15.0, sentence.score - best),
                cosine=window.evidence.cosine,
                covered=_share(terms.all, weights, held),
                covered_here=_share(terms.all, weights, here),
                absent_names=float(min(2, len(terms.absent_names))),
                absent_words=_share_absent(terms.all, weights),
                names_elsewhere=len(elsewhere) / len(names) if names else 0.0,
                wrong_kind=float(kind is not None and not kinds.holds(kind, _answering(window, sentence))),
                crowd=math.log(max(1, passages)),
            )
        )
    return rows


@lru_cache(maxsize=4000)
def _held(text: str) -> frozenset[str]:
    """The stems in a text; the same windows and sentences come up for many questions."""
    return frozenset(stems(text))


def _answering(window: Window, sentence: SentenceReading) -> str:
    a, b = sentence.answer or sentence.sentence
    return window.text[a - window.start : b - window.start]


def _bounded(sentence: SentenceReading) -> float:
    return max(-15.0, min(15.0, sentence.score))


def _rarity(term: Term, passages: int) -> float:
    """Inverse document frequency as in BM25 (Robertson and Zaragoza 2009), kept positive."""
    return math.log(1.0 + (passages - term.frequency + 0.5) / (term.frequency + 0.5))


def _share(terms: Sequence[Term], weights: Sequence[float], held: frozenset[str]) -> float:
    total = sum(weights)
    return sum(w for t, w in zip(terms, weights, strict=True) if held.intersection(t.variants)) / total if total else 0.0


def _share_absent(terms: Sequence[Term], weights: Sequence[float]) -> float:
    total = sum(weights)
    return sum(w for t, w in zip(terms, weights, strict=True) if not t.frequency) / total if total else 0.0
