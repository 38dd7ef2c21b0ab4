"""Sentences as exact slices. The rules are sentencex's (Wikimedia); this file makes their result provably whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from sentencex import get_sentence_boundaries

Span = tuple[int, int]
"""Start and end as code-point offsets, end-exclusive."""

_GOES_ON = re.compile(r"\s*(?:\Z|[\"'“‘(\[]?[a-z])")
_TIME_BEFORE_DAY = re.compile(r"\b[ap]\.\s?m\.$", re.IGNORECASE)
_TIME_WIDTH = 8
"""Characters before a cut that can hold such a time; a whole paragraph is not searched anew for every cut."""


def sentence_spans(text: str, start: int, end: int) -> list[Span]:
    """Sentences of one paragraph `text[start:end]`, in order, without overlap, trimmed of white space.

    Everything in the paragraph that is not white space lies in exactly one of them. A quotation stays in one piece
    with the words that say who spoke, so a sentence that ends inside it does not end the slice.
    """
    paragraph = text[start:end]
    cuts = [0, *_joined(paragraph, _boundaries(paragraph)), len(paragraph)]
    spans = (_trim(text, start + a, start + b) for a, b in pairwise(cuts))
    return [span for span in spans if span is not None]


def _boundaries(paragraph: str) -> Iterator[int]:
    """Offsets inside the paragraph at which a sentence ends, rising."""
    last = 0
    for found in get_sentence_boundaries("en", paragraph):
        end = int(found["end_index"])
        if last < end < len(paragraph):
            last = end
            yield end


def _joined(paragraph: str, cuts: Iterable[int]) -> Iterator[int]:
    """Without the cuts after which no sentence starts: small letters, and the day after "5 p.m."."""
    for cut in cuts:
        _, end = _trim(paragraph, 0, cut) or (0, 0)
        if not _GOES_ON.match(paragraph, cut) and not _TIME_BEFORE_DAY.search(paragraph[max(0, end - _TIME_WIDTH) : end]):
            yield cut


def _trim(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
