"""Whether words that a claim and a sentence have in common are said of the same things, in the same way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.reading.alignment import Same
from retrieval.reading.statements import Force, Kind, Statement, Word

_SAYING = frozenset(
    "say said state tell told add note announc report explain point wrote written write stress declar repeat present read "
    "accord confirm".split()
)
"""Stems of verbs that only pass on what is said."""

_OPINION = frozenset("claim alleg believ think thought suspect argu fear insist suggest hint accus".split())
_RESTRICTING = frozenset(
    "some most many few several part nearly almost half former alleged draft proposed possible potential only".split()
)
"""Words before a noun that make it another thing; a claim without them says more than the sentence."""

_TURNING = frozenset({"by", "from", "to", "against", "without"})
"""Prepositions that give a name another part in what happens."""

_AUXILIARY = frozenset("is are was were be been being has have had he she it they we i who which that".split())
_BE = frozenset("is are was were be been being".split())
_NOUN = re.compile(r"(?:ment|tion|sion|ance|ence|al|ing|s)$", re.IGNORECASE)
_PARTICIPLE = re.compile(r"(?:ed|en|nt|ld|lt|ght)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """A claim, a sentence, and which of their words are partners."""

    claim: Statement
    sentence: Statement
    ours: Sequence[Word]
    theirs: Sequence[Word]
    pairs: dict[int, int]
    """Partners in the same role."""
    ordered: Sequence[tuple[int, int]]
    """Those of them that come in the same order in both, in that order."""
    same: Same

    @property
    def places(self) -> list[int]:
        """Where the sentence's partners stand, those out of order left out."""
        return [self.theirs[j].place for _, j in self.ordered]


def wrong(case: Case) -> str:
    """What is wrong, in words for a person; empty if nothing is."""
    if case.sentence.text.rstrip("”\"' ").endswith("?"):
        return "it is a question"
    if not case.ordered:
        return "it says nothing of this"
    return _used_otherwise(case) or _tense(case) or _somebody_else(case) or _governed(case)


def passed_on(case: Case) -> bool:
    """Whether the sentence gives this as somebody's words, and the claim leaves out that somebody says so."""
    partners = set(case.pairs.values())
    return any(w.stem in _SAYING and w.kind is Kind.WORD for j, w in enumerate(case.theirs) if j not in partners)


def in_force(case: Case) -> set[Force]:
    """How the sentence means what it has in common with the claim."""
    places = sorted(case.theirs[j].place for j in case.pairs.values())
    kept = set()
    for limit in case.sentence.limits:
        following = next((p for p in places if p > limit.place), None)
        if limit.force is Force.IF or (following is not None and not _joined(case, limit.place, following)):
            kept.add(limit.force)
        elif limit.force is Force.UNLIKELY and following is None and places and not _joined(case, places[-1], limit.place):
            # "That Kiev will join is unlikely."
            kept.add(limit.force)
    return kept


def _used_otherwise(case: Case) -> str:
    for i, j in case.pairs.items():
        one, other = case.ours[i], case.theirs[j]
        word = Kind.WORD is one.kind is other.kind
        if not word and one.marker != other.marker and {one.marker, other.marker} & _TURNING:
            return f"“{other.surface}” has another part in it"
        if word and case.same.meanings.verb(one.stem):
            used, meant = _mood(case.sentence, other), _mood(case.claim, one)
            if used != meant:
                return f"it does not say that this is so (“{other.surface}”)"
        earlier = case.sentence.folded[other.place - 1] if other.place else ""
        if earlier in _RESTRICTING and earlier not in case.claim.folded:
            return f"it says “{earlier} {other.surface}”"
    return ""


def _mood(text: Statement, word: Word) -> str:
    """How a verb is used: passive, infinitive, or plainly."""
    earlier = text.folded[max(0, word.place - 2) : word.place]
    if _BE.intersection(earlier) and _PARTICIPLE.search(word.surface):
        return "passive"
    return "infinitive" if earlier[-1:] == ("to",) and not _NOUN.search(word.surface) else ""


def _tense(case: Case) -> str:
    """What was is no more what is."""
    low, high = case.places[0], case.places[-1]
    theirs = set(case.sentence.folded[low : high + 1])
    ours = set(case.claim.folded)
    past, present = {"was", "were"}, {"is", "are"}
    if ours & present and not ours & past and theirs & past and not theirs & present:
        return "it says so of the past"
    return (
        "it says so of the present" if ours & past and not ours & present and theirs & present and not theirs & past else ""
    )


def _somebody_else(case: Case) -> str:
    """Whether somebody else stands between two words that follow each other in the claim."""
    for (i, j), (k, m) in pairwise(case.ordered):
        start, end = case.theirs[j].place, case.theirs[m].place
        inner = [p for p in case.sentence.inner if start < p < end]
        if inner and any(case.ours[i].place < p < case.ours[k].place for p in case.claim.inner):
            continue
        others = [w for w in case.theirs[j + 1 : m] if w.kind is Kind.NAME]
        if inner:
            relative = all(case.sentence.folded[p] in {"who", "which", "whom"} for p in inner)
            if not relative or any(w.marker not in {"of", "from", "in", "at"} for w in others):
                return "it says so of something else"
            continue
        loose = [w for w in others if not w.marker and not _touches(w, case.theirs[j], [*others, case.theirs[m]])]
        loose = [w for w in loose if not _touches(w, case.theirs[m], others)]
        if loose and not _joined(case, start, end):
            return f"it says so of {loose[0].surface}"
    return ""


def _touches(word: Word, anchor: Word, run: Sequence[Word]) -> bool:
    """Whether a name belongs to the run of names at another word."""
    places = {w.place for w in run if w.kind is Kind.NAME} | {anchor.place}
    low, high = sorted((word.place, anchor.place))
    return anchor.kind is Kind.NAME and all(p in places for p in range(low, high + 1))


def _governed(case: Case) -> str:
    """Whether a verb that the claim lacks stands over what they have in common: accused of, denied, hoped to."""
    partners = set(case.pairs.values())
    places = case.places
    for j, word in enumerate(case.theirs):
        if j in partners or word.kind is not Kind.WORD:
            continue
        if word.place > places[-1]:
            between = case.sentence.text[_end_of(case, places[-1]) : word.start]
            if word.stem in _OPINION and "," in between:
                return f"it is what somebody thinks (“{word.surface}”)"
            continue
        if word.stem in _SAYING or not _governs(case, j, partners):
            continue
        following = next(p for p in places if p > word.place)
        opening = word.place < places[0] and "," in case.sentence.text[word.end : _start_of(case, following)]
        if not opening and not _joined(case, word.place, following):
            return f"it says “{word.surface}”"
    return ""


def _governs(case: Case, j: int, partners: set[int]) -> bool:
    """Whether a word is a verb over what follows; a participle right before its noun is not."""
    word = case.theirs[j]
    if not case.same.meanings.verb(word.stem):
        return False
    if j + 1 == len(case.theirs) or not word.surface.endswith(("ed", "ing")):
        return True
    following, before = case.theirs[j + 1], case.sentence.folded[word.place - 1] if word.place else ""
    if following.surface.endswith("ing") and "," in case.sentence.text[word.end : following.start]:
        # "…, killing many": it goes on about the same subject.
        return False
    noun = j + 1 in partners and following.place == word.place + 1 and following.kind is Kind.WORD
    subject = (
        j and case.theirs[j - 1].place == word.place - 1 and case.theirs[j - 1].kind is Kind.NAME
    ) or before in _AUXILIARY
    return bool(not noun or subject or case.same.meanings.verb(following.stem))


def _joined(case: Case, start: int, end: int) -> bool:
    """Whether "and", "but" or a semicolon stands between two places."""
    return any(start < p <= end for p in case.sentence.breaks)


def _end_of(case: Case, place: int) -> int:
    return next(w.end for w in case.theirs if w.place == place)


def _start_of(case: Case, place: int) -> int:
    return next(w.start for w in case.theirs if w.place == place)
