"""What speaks for and against a sentence as an answer, as numbers that mean the same in every corpus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from retrieval.index.words import is_content, stem, tokens
from retrieval.reading import kinds
from retrieval.reading.likeness import Likeness
from retrieval.reading.names import Term, Terms
from retrieval.reading.reader import Reading, SentenceReading
from retrieval.reading.windows import Window

Vector = NDArray[np.float64]


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
    """Share of the question's content, weighted by rarity, that the window holds, in these words or in like ones."""
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


def features(question: str, terms: Terms, passages: int, reading: Reading, likeness: Likeness) -> list[Features]:
    """Features of each sentence that a reading covers.

    Args:
        question: as it was asked.
        terms: the question's content words.
        passages: number of passages in the index, for rarity.
        reading: what the reader says of one window.
        likeness: tells how far another word stands for one of the question's.

    """
    window = reading.window
    terms = terms.heard_from(first_person=window.first_person)
    words = words_of(window.text)
    holding = _holding(terms.all, words, likeness)
    held = holding.max(axis=1, initial=0.0)
    best = max((s.score for s in reading.sentences), default=0.0)
    names = [t for t in terms.all if t.name and t.frequency]
    elsewhere = [t for t, share in zip(terms.all, held, strict=True) if t.name and t.frequency and not share]
    weights = np.array([_rarity(t, passages) for t in terms.all])
    absent = np.array([float(not t.frequency) for t in terms.all])
    kind = kinds.wanted(question)
    rows = []
    for sentence in reading.sentences:
        a, b = sentence.sentence
        inside = [a <= window.start + word.start < b for word in words]
        here = holding[:, inside].max(axis=1, initial=0.0)
        rows.append(
            Features(
                answers=reading.answers,
                span=_bounded(sentence),
                behind=max(-15.0, sentence.score - best),
                cosine=window.evidence.cosine,
                covered=_share(weights, held),
                covered_here=_share(weights, here),
                absent_names=float(min(2, len(terms.absent_names))),
                absent_words=_share(weights, absent),
                names_elsewhere=len(elsewhere) / len(names) if names else 0.0,
                wrong_kind=float(kind is not None and not kinds.holds(kind, _answering(window, sentence))),
                crowd=math.log(max(1, passages)),
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a window."""

    surface: str
    stem: str
    start: int
    """Offset into the window."""


@lru_cache(maxsize=4000)
def words_of(text: str) -> tuple[Word, ...]:
    """The content words of a window; the same windows come up for many questions."""
    return tuple(Word(surface, stem(surface), start) for surface, start, _ in tokens(text) if is_content(surface))


def _answering(window: Window, sentence: SentenceReading) -> str:
    a, b = sentence.answer or sentence.sentence
    return window.text[a - window.start : b - window.start]


def _bounded(sentence: SentenceReading) -> float:
    return max(-15.0, min(15.0, sentence.score))


def _rarity(term: Term, passages: int) -> float:
    """Inverse document frequency as in BM25 (Robertson and Zaragoza 2009), kept positive."""
    return math.log(1.0 + (passages - term.frequency + 0.5) / (term.frequency + 0.5))


def _holding(terms: Sequence[Term], words: Sequence[Word], likeness: Likeness) -> Vector:
    """How far each word stands for each term, shape (terms, words): 1 for the word itself, else how like it is.

    A name, a number or a date is only itself: Beijing is much like Moscow.
    """
    found = np.zeros((len(terms), len(words)))
    others = [row for row, term in enumerate(terms) if not term.name]
    found[others] = likeness.between([terms[row].surface for row in others], [word.surface for word in words])
    for row, term in enumerate(terms):
        found[row, [word.stem in term.variants for word in words]] = 1.0
    return found


def _share(weights: Vector, held: Vector) -> float:
    total = float(weights.sum())
    return float(weights @ held) / total if total else 0.0
