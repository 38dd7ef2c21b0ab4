"""Two sentences that are nearly one, laid side by side: what stands in one where the answer stands in the other."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance.Levenshtein import opcodes

from retrieval.corpus.sentences import Span
from retrieval.index.words import tokens

Places = tuple[int, int]
"""First token and the one behind the last."""


def counterparts(one: str, answer: Span, other: str, others: Span) -> tuple[Span, Span] | None:
    """The words of two sentences that differ where either has its answer; the first's answer in both where nothing does.

    A shortest edit of words (Levenshtein 1965) says which word stands for which.

    Args:
        one: a sentence.
        answer: offsets of the answering words into it.
        other: a sentence that is nearly the same.
        others: offsets into that one of the words that are taken for its answer.

    Returns:
        Offsets into the first and into the second; None where the second has nothing in that place.

    """
    mine, theirs = list(tokens(one)), list(tokens(other))
    here, there = _inside(mine, answer), _inside(theirs, others)
    edits = list(opcodes(_folded(mine), _folded(theirs)))
    changed = [
        edit
        for edit in edits
        if edit.tag == "replace"
        and (_meet((edit.src_start, edit.src_end), here) or _meet((edit.dest_start, edit.dest_end), there))
    ]
    if changed:
        return _span(mine, changed[0].src_start, changed[-1].src_end), _span(
            theirs, changed[0].dest_start, changed[-1].dest_end
        )
    kept = [edit for edit in edits if edit.tag == "equal" and _meet((edit.src_start, edit.src_end), here)]
    if not kept:
        return None
    start, end = max(here[0], kept[0].src_start), min(here[1], kept[-1].src_end)
    first, last = kept[0].dest_start - kept[0].src_start, kept[-1].dest_end - kept[-1].src_end
    return _span(mine, start, end), _span(theirs, start + first, end + last)


def _inside(found: Sequence[tuple[str, int, int]], answer: Span) -> Places:
    """The tokens of an answer."""
    inside = [n for n, (_, start, end) in enumerate(found) if start < answer[1] and answer[0] < end]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _folded(found: Sequence[tuple[str, int, int]]) -> list[str]:
    return [surface.casefold().replace("’", "'") for surface, _, _ in found]


def _meet(one: Places, other: Places) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _span(found: Sequence[tuple[str, int, int]], first: int, last: int) -> Span:
    return found[first][1], found[last - 1][2]
