"""Whether a sentence says what a claim says, or the contrary. Made to err on one side: never a false "the same".

A sentence says the same only if it has every word, name and number of the claim, in the same roles, and is meant in
the same way: neither has a negation, possibility, condition or governing verb that the other lacks. It says the
contrary if one thing alone differs and that thing excludes the other: a negation, an opposite, another number or name
in the same place. Everything else is neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from retrieval.reading import roles
from retrieval.reading.alignment import Alignment, Same, align
from retrieval.reading.roles import Case
from retrieval.reading.statements import Force, Kind, Statement, Word

REACH = 8
"""Tokens within which a rival name or number must stand from the words around the claim's."""

SHARE = 0.6
"""Least share of the claim's words that a contrary sentence has in common with it."""

_PRONOUNS = frozenset("he she they it him her them his its their this these those".split())
_UNITS = frozenset({"dollar", "euro", "pound", "percent"})


class Relation(StrEnum):
    """What a sentence says of a claim."""

    SAME = "same"
    CONTRARY = "contrary"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result, and why."""

    relation: Relation
    reason: str
    """In plain words, for a person; empty when the sentence says the same."""
    shared: float
    """Share of the claim's words that the sentence has."""
    differs: tuple[int, int] | None = None
    """Offsets into the sentence of what contradicts."""
    passed_on: bool = False
    """The sentence gives it as somebody's words, and the claim leaves out that somebody says so."""


def compare(claim: Statement, sentence: Statement, before: Sequence[Statement], same: Same) -> Comparison:
    """Compare a claim with one sentence.

    Args:
        claim: what is claimed.
        sentence: what an article says.
        before: the sentences that a quote brings along so that pronouns have their meaning, nearest last.
        same: compares two words.

    """
    ours, theirs = same.merged(claim.words), same.merged(sentence.words)
    found = align(ours, theirs, same)
    pairs = _in_role(ours, theirs, found)
    known = set(pairs) | _meant(ours, found, sentence, before, same)
    shared = len(known) / len(ours) if ours else 0.0
    ordered = sorted((i, j) for i, j in found.ordered.items() if i in pairs)
    case = Case(claim, sentence, ours, theirs, pairs, ordered, same)
    if why := roles.wrong(case):
        return Comparison(Relation.OTHER, why, shared)
    limits = {limit.force for limit in claim.limits} ^ roles.in_force(case)
    if limits - {Force.NOT}:
        return Comparison(Relation.OTHER, f"only one of the two says “{min(limits - {Force.NOT})}”", shared)
    missing = [i for i in range(len(ours)) if i not in known]
    if missing:
        return _contrary(case, missing, shared, denied=bool(limits))
    for i, j in pairs.items():
        one, other = ours[i], theirs[j]
        if one.kind is Kind.NUMBER and one.bound != other.bound:
            opposed = {one.bound, other.bound} == {"more", "less"} and not limits
            relation = Relation.CONTRARY if opposed else Relation.OTHER
            said = f"{other.bound} than {other.surface}" if other.bound in {"more", "less"} else other.surface
            differs = (other.start, other.end) if opposed else None
            return Comparison(relation, f"it says “{said}”", shared, differs, roles.passed_on(case))
    if limits:
        return Comparison(Relation.CONTRARY, "one denies what the other says", shared, None, roles.passed_on(case))
    return Comparison(Relation.SAME, "", shared, None, roles.passed_on(case))


def _in_role(ours: Sequence[Word], theirs: Sequence[Word], found: Alignment) -> dict[int, int]:
    """Partners in the same role: in order, or moved where the word or its preposition lets it move."""
    kept = dict(found.ordered)
    for i, j in found.moved.items():
        # The first word of a claim has a capital anyway; where its partner is a name, it is one.
        word = Kind.WORD is ours[i].kind is theirs[j].kind
        free = word or (ours[i].marker and ours[i].marker == theirs[j].marker)
        # A day belongs to the month before it, wherever the two stand.
        beside = i - 1 in found.pairs and theirs[j].place - theirs[found.pairs[i - 1]].place == 1
        if free or beside or _owned(i, ours, theirs, found.pairs):
            kept[i] = j
    return kept


def _owned(i: int, ours: Sequence[Word], theirs: Sequence[Word], pairs: dict[int, int]) -> bool:
    """Whether a claim's "X of Y" is the sentence's "Y's X", of which `i` is one."""
    for thing, owner in ((i, i + 1), (i - 1, i)):
        if thing in pairs and owner in pairs and ours[owner].marker == "of":
            return theirs[pairs[thing]].place - theirs[pairs[owner]].place == 1
    return False


def _meant(ours: Sequence[Word], found: Alignment, sentence: Statement, before: Sequence[Statement], same: Same) -> set[int]:
    """Names that the sentence means without having them.

    Its pronoun means the subject of the sentences before; its noun means "the noun of X" where those speak of both.
    """
    if not before or not _PRONOUNS.intersection(sentence.folded):
        return set()
    earlier = [w for s in before for w in same.merged(s.words)]
    subject = _subject([same.merged(s.words) for s in before])
    meant: set[int] = set()
    for i, word in enumerate(ours):
        if word.kind is not Kind.NAME or i in found.pairs:
            continue
        if not word.marker and any(same.score(word, w) for w in subject):
            meant.add(i)
        head = next((k for k in range(i - 1, -1, -1) if ours[k].kind is not Kind.NAME), None)
        of_known = word.marker == "of" and head is not None and head in found.pairs
        if of_known and head is not None and all(any(same.score(ours[k], w) for w in earlier) for k in (head, i)):
            meant.add(i)
    return meant


def _subject(earlier: Sequence[Sequence[Word]]) -> list[Word]:
    """The first name, all of it, of the nearest sentence that has one without a preposition."""
    for words in reversed(earlier):
        run: list[Word] = []
        for word in words:
            if word.kind is Kind.NAME and (not word.marker if not run else word.place - run[-1].place == 1):
                run.append(word)
            elif run:
                break
        if run:
            return run
    return []


def _contrary(case: Case, missing: Sequence[int], shared: float, *, denied: bool) -> Comparison:
    """Whether the one thing that the sentence lacks has a rival in it that excludes it."""
    words = " ".join(case.ours[i].surface for i in missing)
    other = Comparison(Relation.OTHER, f"it does not say “{words}”", shared)
    kinds = {case.ours[i].kind for i in missing}
    if denied or shared < SHARE or len(kinds) > 1 or missing[-1] - missing[0] >= len(missing):
        return other
    first = case.ours[missing[0]]
    taken = set(case.pairs.values())
    free = [w for j, w in enumerate(case.theirs) if j not in taken]
    if first.kind is Kind.WORD:
        rivals = [w for w in free if len(missing) == 1 and case.same.meanings.opposite(first.stem, w.stem)]
    elif any(case.same.known_as(case.ours[i], w) for i in missing for w in free):
        return other
    else:
        rivals = [w for w in free if w.kind is first.kind and _takes_place(case, missing, w)]
    if not rivals:
        return other
    rival = rivals[0]
    reason = f"it says “{rival.surface}”"
    return Comparison(Relation.CONTRARY, reason, shared, (rival.start, rival.end), roles.passed_on(case))


def _takes_place(case: Case, missing: Sequence[int], rival: Word) -> bool:
    """Whether a rival stands where the claim's name or number would have to stand."""
    one = case.ours[missing[0]]
    if one.marker != rival.marker or (one.unit != rival.unit and {one.unit, rival.unit} & _UNITS):
        return False
    before = [case.pairs.get(missing[0] - 1), max((p for p in case.ordered if p[0] < missing[0]), default=(0, None))[1]]
    after = [case.pairs.get(missing[-1] + 1), min((p for p in case.ordered if p[0] > missing[-1]), default=(0, None))[1]]
    follows = any(j is not None and 0 < rival.place - case.theirs[j].place <= REACH for j in before)
    leads = any(j is not None and 0 < case.theirs[j].place - rival.place <= REACH for j in after)
    return follows or leads
