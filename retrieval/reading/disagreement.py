"""Whether two sentences that answer one question answer it differently: another number, day, place or name.

Only what can be compared is: two numbers of one unit, two points in time, two names. Everything that both could mean
agrees: "some 100,000" and 98,500, "Friday" and 17 December, "Ryabkov" and "Sergei Ryabkov", Kyiv and Kiev. And where
one sentence holds the other's answer anywhere, they agree: the reader may have marked the wrong one of two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from retrieval.corpus.sentences import Span
from retrieval.index.words import stems
from retrieval.reading import dates, kinds, quantities
from retrieval.reading.aliases import Aliases, same_name
from retrieval.reading.dates import Moment
from retrieval.reading.quantities import Quantity
from retrieval.reading.statements import Kind as WordKind
from retrieval.reading.statements import Word, statement


class Kind(StrEnum):
    """What differs."""

    NUMBER = "number"
    DATE = "date"
    PLACE = "place"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and which of its words answer."""

    sentence: str
    answer: Span
    """Offsets into the sentence."""
    published: date | None
    """When its article came out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Two answers compared."""

    kind: Kind
    agree: bool
    one: Span
    """The compared words, offsets into the first sentence."""
    other: Span
    """The same in the second."""
    vague: bool = False
    """One gives a number, the other only a size: "large forces"."""
    mentioned: bool = False
    """They agree because one sentence holds the other's answer among words that were not marked."""
    loose: bool = False
    """The two numbers count what is called by different words: soldiers and troops, or countries and languages."""
    counted: bool = False
    """The two numbers count the same: percent, euros, ships."""
    limited: bool = False
    """Both can be the same day, but only one of the sentences makes it a limit: "Saturday at the earliest"."""


SHORT = 6
"""Words of an answer that is nothing but a number or a name; a longer one says more than that."""

_LIST = re.compile(
    r"\b(?:which|what) (?:\w+ ){0,2}?(?!was\b|is\b|does\b|has\b)[a-z]\w*[^s\W]s\b(?! (?:is|was|does|has)\b)"
    r"|\bwho (?:are|were|have)\b|\bwhat are\b|\b(?:names?|list) (?:of|all|the)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"^\W*(?:\w+ )?where\b|\b(?:which|what) (?:\w+ )?(?:city|town|village|country|place|region|province|state|port|"
    r"harbour|capital|venue|island|district|county|continent|stadium|airport)\b",
    re.IGNORECASE,
)
_WHO = re.compile(r"\W*(?:\w+ )?who(?:m|se)?\b", re.IGNORECASE)
_SIZE = re.compile(r"(?:an? )?(?:large|huge|massive|vast|big|sizeable|considerable|small|tiny)\b[^\d]*$", re.IGNORECASE)
_TITLES = frozenset(
    "president prime minist deputi foreign mr mrs ms dr doctor professor sir ladi governor mayor senat general chancellor "
    "secretari king queen judg captain chief director chair chairman minist interior financ defenc transport health".split()
)
_PLACED = frozenset("in at near from to into toward towards".split())


def compare(question: str, one: Said, other: Said, aliases: Aliases) -> Verdict | None:
    """Compare two answers; None where nothing in them can be compared.

    Args:
        question: what both answer.
        one: the answer that is shown.
        other: the answer of another article.
        aliases: names that mean the same.

    """
    wanted = kinds.wanted(question)
    if wanted is kinds.Kind.TIME:
        return _times(one, other)
    if wanted is kinds.Kind.NUMBER:
        return _numbers(question, one, other)
    if _WHO.match(question) or _PLACE.search(question):
        return _names(question, one, other, aliases)
    if _short(one) and _short(other):
        return _numbers(question, one, other) or _times(one, other) or _names(question, one, other, aliases)
    return None


def _numbers(question: str, one: Said, other: Said) -> Verdict | None:
    mine, theirs = _counted(question, one), _counted(question, other)
    if not mine or not theirs:
        return _vague(one, other, mine, theirs)
    known = [(agree, m, t) for m in mine for t in theirs if (agree := quantities.agree(m, t)) is not None]
    if not known:
        return None
    agree, m, t = max(known, key=lambda f: f[0])
    pairs = [*((q, t) for q in _all(one)), *((m, q) for q in _all(other))]
    mentioned = not agree and any(a.unit == b.unit != "" and quantities.agree(a, b) for a, b in pairs)
    loose = bool(m.unit and t.unit and m.unit != t.unit)
    counted = m.unit == t.unit != ""
    return Verdict(Kind.NUMBER, agree or mentioned, m.span, t.span, mentioned=mentioned, loose=loose, counted=counted)


def _vague(one: Said, other: Said, mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> Verdict | None:
    """One gives a number and the other only a size."""
    if mine and _SIZE.match(other.sentence[slice(*other.answer)]):
        return Verdict(Kind.NUMBER, False, mine[0].span, other.answer, vague=True)
    if theirs and _SIZE.match(one.sentence[slice(*one.answer)]):
        return Verdict(Kind.NUMBER, False, one.answer, theirs[0].span, vague=True)
    return None


def _counted(question: str, said: Said) -> list[Quantity]:
    """The numbers among the answering words, no dates, and of what the question asks for where one is.

    Where the answering words hold none, the only one of the sentence that is of what the question asks for.
    """
    found = _all(said)
    asked = set(stems(question))
    touched = [q for q in found if _touch(q.span, said.answer)]
    named = [q for q in found if q.unit in asked]
    return [q for q in touched if q in named] or touched or (named if len(named) == 1 else [])


def _all(said: Said) -> list[Quantity]:
    """All numbers of a sentence that are no dates."""
    when = [m.span for m in dates.moments(said.sentence, said.published)]
    return [q for q in quantities.quantities(said.sentence) if not any(_touch(q.span, w) for w in when)]


def _times(one: Said, other: Said) -> Verdict | None:
    mine, theirs = _dated(one), _dated(other)
    if not mine or not theirs:
        return None
    known = [(agree, m.limit == t.limit, m, t) for m in mine for t in theirs if (agree := dates.agree(m, t)) is not None]
    if not known:
        return None
    agree, alike, m, t = max(known, key=lambda f: f[:2])
    here, there = (dates.moments(said.sentence, said.published) for said in (one, other))
    # What both sentences have beside their answers tells them apart in nothing: the year in a competition's name.
    own = [x for x in here if x is not m and x.parts not in {y.parts for y in there if y is not t}]
    others = [y for y in there if y is not t and y.parts not in {x.parts for x in here if x is not m}]
    mentioned = not agree and (any(dates.agree(x, t) for x in own) or any(dates.agree(m, y) for y in others))
    limited = agree and not alike
    return Verdict(Kind.DATE, mentioned or (agree and alike), m.span, t.span, mentioned=mentioned, limited=limited)


def _dated(said: Said) -> list[Moment]:
    """The points in time among the answering words; where there are none, the only one of the sentence."""
    found = list(dates.moments(said.sentence, said.published))
    return [m for m in found if _touch(m.span, said.answer)] or (found if len(found) == 1 else [])


def _names(question: str, one: Said, other: Said, aliases: Aliases) -> Verdict | None:
    if _LIST.search(question):
        return None
    mine, theirs = _named(one), _named(other)
    if not mine or not theirs:
        return None
    place = bool(_PLACE.search(question))
    if place and not (mine[0].marker in _PLACED and theirs[0].marker in _PLACED):
        return None
    agree = _same(mine, theirs, aliases)
    mentioned = not agree and (_mentions(other, mine, aliases) or _mentions(one, theirs, aliases))
    kind = Kind.PLACE if place else Kind.NAME
    spans = (mine[0].start, mine[-1].end), (theirs[0].start, theirs[-1].end)
    return Verdict(kind, agree or mentioned, *spans, mentioned=mentioned)


def _mentions(said: Said, names: Sequence[Word], aliases: Aliases) -> bool:
    """Whether a sentence has these names anywhere: then the reader may have taken others for the answer."""
    here = _keys([w for w in statement(said.sentence).words if w.kind is WordKind.NAME], aliases)
    return any(same_name(_keys(names, aliases)[-1], key) for key in here)


def _named(said: Said) -> list[Word]:
    """The names among the answering words, titles aside; none where other words say more than they do."""
    everything = statement(said.sentence).words
    marked = [n for n, w in enumerate(everything) if _touch((w.start, w.end), said.answer)]
    if not marked:
        return []
    # A reader that marks half of a name means all of it.
    first, last = marked[0], marked[-1]
    while first and _one_name(said.sentence, everything[first - 1], everything[first]):
        first -= 1
    while last + 1 < len(everything) and _one_name(said.sentence, everything[last], everything[last + 1]):
        last += 1
    words = everything[first : last + 1]
    names = [w for w in words if w.kind is WordKind.NAME and w.stem not in _TITLES]
    others = [w for w in words if w.kind is not WordKind.NAME and w.stem not in _TITLES]
    return names if len(others) <= 1 and len(names) <= SHORT else []


def _one_name(sentence: str, word: Word, following: Word) -> bool:
    together = sentence[word.end : following.start].isspace()
    return word.kind is WordKind.NAME is following.kind and together


def _same(mine: Sequence[Word], theirs: Sequence[Word], aliases: Aliases) -> bool:
    one, other = _keys(mine, aliases), _keys(theirs, aliases)
    if len(one) > 1 and len(other) > 1 and not any(k.startswith("@") for k in (one[-1], other[-1])):
        # Two full names: people share first names, and what counts is the last.
        return same_name(one[-1], other[-1]) or set(one) <= set(other) or set(other) <= set(one)
    return any(same_name(a, b) for a in one for b in other)


def _keys(names: Sequence[Word], aliases: Aliases) -> list[str]:
    stems = [w.stem for w in names]
    keys = list(stems)
    for start, end, group in aliases.merged(stems):
        keys[start:end] = [f"@{group}"] * (end - start)
    return keys


def _short(said: Said) -> bool:
    return len(said.sentence[slice(*said.answer)].split()) <= SHORT


def _touch(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
