"""Which word of a sentence says what each word of a claim says: in order as far as can be, the rest one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.reading.aliases import Aliases, same_name
from retrieval.reading.meanings import Meanings
from retrieval.reading.statements import Kind, Word

_CURRENCIES = frozenset({"dollar", "euro", "pound", "percent"})
_LOCATIVE = frozenset({"in", "at", "near", "from"})

EXACT, ALIKE = 3.0, 2.0
GAP = 0.01
"""Taken off for each word between two partners, so that of equal alignments the closest is taken."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Indices of words, claim -> sentence."""

    ordered: dict[int, int]
    """Pairs that come in the same order in both."""
    moved: dict[int, int]
    """Pairs that stand elsewhere in the sentence."""

    @property
    def pairs(self) -> dict[int, int]:
        """All of them."""
        return self.ordered | self.moved


@dataclass(frozen=True, slots=True)
class Same:
    """Decides whether two words say the same."""

    meanings: Meanings
    aliases: Aliases

    def merged(self, words: Sequence[Word]) -> list[Word]:
        """Names of several words that the table of aliases knows become one word, under the group's number."""
        stems = [w.stem for w in words]
        made: list[Word] = []
        at = 0
        for start, end, group in self.aliases.merged(stems):
            near = words[end - 1].place - words[start].place == end - 1 - start
            if near and all(w.surface[:1].isupper() for w in words[start:end]):
                first, last = words[start], words[end - 1]
                surface = " ".join(w.surface for w in words[start:end])
                made += words[at:start]
                made.append(replace(first, surface=surface, stem=f"@{group}", end=last.end, kind=Kind.NAME))
                at = end
        return made + list(words[at:])

    def score(self, one: Word, other: Word) -> float:
        """How well two words agree; 0 for not at all."""
        if Kind.NUMBER in (one.kind, other.kind):
            if one.value is None or one.value != other.value:
                return 0.0
            units = {one.unit, other.unit} & _CURRENCIES
            return EXACT if not units or one.unit == other.unit else 0.0
        if one.stem.startswith("@") and one.stem == other.stem:
            # Moscow speaks for Russia, but what happens in Moscow does not happen anywhere in Russia.
            place = one.marker in _LOCATIVE and other.marker in _LOCATIVE
            return 0.0 if place and one.surface.casefold() != other.surface.casefold() else EXACT
        if self.meanings.base(one.stem) == self.meanings.base(other.stem):
            return EXACT
        if Kind.NAME in (one.kind, other.kind):
            return ALIKE if same_name(one.stem, other.stem) else 0.0
        return ALIKE if self.meanings.same(one.stem, other.stem) else 0.0

    def known_as(self, one: Word, other: Word) -> bool:
        """Whether two names may be names of one thing; then one is no rival of the other."""
        return one.stem == other.stem or same_name(one.stem, other.stem)


def align(claim: Sequence[Word], sentence: Sequence[Word], same: Same) -> Alignment:
    """The best alignment in order (as Needleman and Wunsch 1970, without crossing), then what is left over.

    Args:
        claim: words of the claim.
        sentence: words of the sentence.
        same: compares two words.

    """
    scores = [[same.score(c, s) for s in sentence] for c in claim]
    best: dict[tuple[int, int], tuple[float, tuple[tuple[int, int], ...]]] = {}
    ends: list[tuple[float, tuple[tuple[int, int], ...]]] = [(0.0, ())]
    for i in range(len(claim)):
        for j in range(len(sentence)):
            if not scores[i][j]:
                continue
            found: tuple[float, tuple[tuple[int, int], ...]] = (scores[i][j], ((i, j),))
            for (a, b), (before, chain) in best.items():
                if a < i and b < j:
                    value = before + scores[i][j] - GAP * (j - b)
                    if value > found[0]:
                        found = (value, (*chain, (i, j)))
            best[i, j] = found
            ends.append(found)
    ordered = dict(max(ends, key=lambda end: end[0])[1])
    taken = set(ordered.values())
    moved: dict[int, int] = {}
    for i in range(len(claim)):
        if i not in ordered:
            left = [(scores[i][j], -j) for j in range(len(sentence)) if scores[i][j] and j not in taken]
            if left:
                moved[i] = -max(left)[1]
                taken.add(moved[i])
    return Alignment(ordered, moved)
