"""Alterations of where a quote begins and ends. Every word in them is the article's own, at its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.evaluation.attack.target import Quote, Target, alteration, cutting, exact, sealed
from bot.evaluation.attack.words import CONDITION, NEGATION
from retrieval.corpus.sentences import Span
from retrieval.reading.leaning import first_needed

_CLAUSE = re.compile(r"[,;:–—-] |[“”\"]|\b(?:and|but|that|which|or)\b")
_SAID = re.compile(
    r"[,”\"] ?[^,“”]{0,80}\b(?:said|says|stated|added|pointed out|told|warned)\b|\b(?:said|stated|says)\b:? (?:that )?"
)


@cutting("cut short")
def cut_short(target: Target) -> Iterator[Span]:
    """A letter, a word, a clause or half of it left out at either end."""
    start, end = target.span
    text = target.text
    words = [start + m.start() for m in re.finditer(r"\S+", text)]
    ends = [start + m.end() for m in re.finditer(r"\S+", text)]
    clauses = [start + m.end() for m in _CLAUSE.finditer(text)]
    spans = {(start + 1, end), (start, end - 1), (start + 1, end - 1), (words[len(words) // 2], end)}
    spans |= {(words[1], end), (start, ends[-2])} if len(words) > 1 else set()
    spans |= {(at, end) for at in clauses} | {(start, at) for at in clauses}
    if (marked := target.quote["highlight"]) is not None:
        spans.add((marked[0], marked[1]))
    yield from _torn(target, spans)


@cutting("negation cut away")
def negation_cut_away(target: Target) -> Iterator[Span]:
    """The words behind a not, or those before it."""
    start, end = target.span
    found = list(NEGATION.finditer(target.text))
    yield from _torn(target, {(start + m.end(), end) for m in found} | {(start, start + m.start()) for m in found})


@cutting("condition cut away")
def condition_cut_away(target: Target) -> Iterator[Span]:
    """The words without their if, when or unless."""
    start, end = target.span
    found = list(CONDITION.finditer(target.text))
    yield from _torn(target, {(start, start + m.start()) for m in found} | {(start + m.end(), end) for m in found})


@cutting("speaker cut away")
def speaker_cut_away(target: Target) -> Iterator[Span]:
    """What is said, without who says it."""
    start, end = target.span
    found = list(_SAID.finditer(target.text))
    yield from _torn(target, {(start, start + m.start()) for m in found} | {(start + m.end(), end) for m in found})


@alteration("context cut away")
def context_cut_away(target: Target) -> Iterator[Quote]:
    """Whole sentences, but without the first, on which the next one leans."""
    article = target.original
    for first, end in target.inside[1:]:
        index = article.spans.index((first, end))
        if first_needed(article.text, article.spans, article.headings, index) < index:
            cut = exact(target, first, target.span[1])
            yield cut | {"highlight": None}
            yield cut | {"highlight": [first, end]}


@cutting("stretched")
def stretched(target: Target) -> Iterator[Span]:
    """Into the neighbouring sentence, or beyond the article."""
    start, end = target.span
    length = len(target.original.text)
    spans = {(max(0, start - 9), end), (start, min(length, end + 9)), (start - 1, end), (start, end + 1)}
    yield from _torn(target, spans | {(start, length + 7), (-3, end), (0, length)})


@cutting("heading")
def heading(target: Target) -> Iterator[Span]:
    """A headline is no statement."""
    yield from sorted(target.original.headings)


@alteration("offsets")
def offsets(target: Target) -> Iterator[Quote]:
    """Shifted by one and by many, with the same words or with those that stand there, and as other kinds of number."""
    start, end = target.span
    for by in (-1, 1, 2, 7, len(target.original.text)):
        for a, b in ((start + by, end + by), (start + by, end), (start, end + by)):
            yield target.quote | {"start": a, "end": b}
            yield sealed(target.quote | {"start": a, "end": b})
        yield exact(target, start + by, end + by)
    yield target.quote | {"start": end, "end": start}
    yield target.quote | {"start": start - len(target.original.text), "end": end - len(target.original.text)}
    yield target.quote | {"start": float(start)}
    yield target.quote | {"end": str(end)}
    yield target.quote | {"start": None}


def _torn(target: Target, spans: set[Span]) -> Iterator[Span]:
    """Those of the places that do not begin and end with a sentence."""
    starts = {s[0] for s in target.original.quotable}
    ends = {s[1] for s in target.original.quotable}
    for start, end in sorted(spans):
        if start < end and not (start in starts and end in ends):
            yield start, end
