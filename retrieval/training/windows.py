"""Cutting a passage to the window a reader sees: a run of whole sentences, with or without the answer in it."""

from __future__ import annotations

import random
import re
from itertools import pairwise

_BREAK = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])|\n+")
"""Good enough to cut training windows; frozen here so that better sentence rules do not change the training data."""

_WORD = re.compile(r"\w+")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Offsets of rough sentences that cover `text` without overlap."""
    cuts = [0, *(m.end() for m in _BREAK.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]


def around(text: str, start: int, end: int, words: int, rng: random.Random) -> tuple[int, int]:
    """A run of sentences that holds `text[start:end]`, grown at random sides to about `words` words."""
    spans = sentence_spans(text)
    first = next((i for i, (_, b) in enumerate(spans) if start < b), 0)
    last = next((i for i, (_, b) in enumerate(spans) if end <= b), len(spans) - 1)
    return _grow(text, spans, first, max(first, last), words, rng)


def closest(text: str, question: str, words: int, rng: random.Random) -> tuple[int, int]:
    """A run of about `words` words around the sentence that shares most words with the question."""
    spans = sentence_spans(text)
    asked = {w.casefold() for w in _WORD.findall(question) if len(w) > 3}
    overlap = [len(asked & {w.casefold() for w in _WORD.findall(text[a:b])}) + rng.random() for a, b in spans]
    best = max(range(len(spans)), key=overlap.__getitem__)
    return _grow(text, spans, best, best, words, rng)


def beside(text: str, question: str, start: int, end: int, words: int, rng: random.Random) -> tuple[int, int] | None:
    """A run next to the answer that neither overlaps nor repeats it, or None: right paragraph, answer missing."""
    sides = [(0, start), (end, len(text))]
    runs = []
    for low, high in sides:
        spans = [(a, b) for a, b in sentence_spans(text) if low <= a and b <= high]
        if spans:
            runs.append((spans[0][0], spans[-1][1]))
    answer = text[start:end].casefold()
    runs = [(a, b) for a, b in runs if answer not in text[a:b].casefold() and len(text[a:b].split()) >= 8]
    if not runs:
        return None
    low, high = rng.choice(runs)
    a, b = closest(text[low:high], question, words, rng)
    return low + a, low + b


def _grow(text: str, spans: list[tuple[int, int]], first: int, last: int, words: int, rng: random.Random) -> tuple[int, int]:
    size = len(text[spans[first][0] : spans[last][1]].split())
    while first > 0 or last < len(spans) - 1:
        left = first > 0 and (last == len(spans) - 1 or rng.random() < 0.5)
        index = first - 1 if left else last + 1
        size += len(text[slice(*spans[index])].split())
        if size > words:
            break
        first, last = (index, last) if left else (first, index)
    return spans[first][0], spans[last][1]
