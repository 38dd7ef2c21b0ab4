"""How many, how much: a number in a sentence as the range of what it can mean, so that two ways to say it agree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from retrieval.corpus.sentences import Span
from retrieval.index.words import is_content, stem
from retrieval.reading.statements import Kind, Word, statement

NEAR = 0.06
"""How far "about", "nearly" or "more than" a number reaches, as a share of it: some 100,000 may be 94,000, not 70,000."""

ROUNDED = 0.02
"""How far a number of one or two digits and zeros may lie from an exact one: 1.7 billion is 1,690 million."""

LEAST_ROUNDED = 1000
SMALL = 20
"""Below it people count: at least eleven is not twelve."""

_MAGNITUDE = re.compile(
    r"\b(?:(tens|hundreds) of (thousands|millions)|(dozens|hundreds|thousands|millions|billions))\b",
    re.IGNORECASE,
)
_TIMES = {"tens": 10.0, "dozens": 12.0, "hundreds": 100.0, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
_PART = re.compile(r"\b(?:(half)|(?:a|one) (third|quarter)|(two) thirds|(three) quarters)\b", re.IGNORECASE)
_PARTS = {"half": 50.0, "third": 33.3, "quarter": 25.0, "two": 66.7, "three": 75.0}
_MEASURES = frozenset(
    stem(word)
    for word in "metre meter kilometre kilometer mile foot feet inch centimetre millimetre km cm mm ton tonne kilogram kilo "
    "gram pound litre liter gallon hour day week month year minute second night decade century degree hectare acre barrel "
    "megawatt gigawatt kilowatt watt volt percent percentage dollar euro yen yuan rouble ruble crown krona lei franc rupee "
    "dollars euros pounds crowns point times".split()
)
_SIGNS = frozenset("$€£%")
_UNIT = re.compile(r"[ -]?(per cent|%|[^\W\d_]+)")
_SCALED = re.compile(r"\b(?:thousand|million|billion|trillion|mn|bn|k)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as a sentence gives it."""

    span: Span
    """Offsets into the sentence, with what is counted where that stands beside the number."""
    low: float
    high: float
    unit: str
    """Stem of what is counted or measured; empty where the sentence leaves it out."""

    @property
    def measured(self) -> bool:
        """Whether the unit is one of measure: metres are never minutes, while dead are people."""
        return self.unit in _MEASURES


@lru_cache(1024)
def quantities(sentence: str) -> tuple[Quantity, ...]:
    """All numbers of a sentence, in order, dates and years among them."""
    vague = [_vague(match, sentence) for match in _MAGNITUDE.finditer(sentence)]
    vague += [_part(match) for match in _PART.finditer(sentence)]
    taken = [q.span for q in vague]
    exact = [
        _exact(word, sentence)
        for word in statement(sentence).words
        if word.kind is Kind.NUMBER and not any(a < word.end and word.start < b for a, b in taken)
    ]
    return tuple(sorted([*vague, *exact], key=lambda q: q.span))


def agree(one: Quantity, other: Quantity) -> bool | None:
    """Whether two numbers can mean the same; None where they count different things and cannot be compared."""
    if one.unit != other.unit and one.unit and other.unit and (one.measured or other.measured):
        return None
    return one.low <= other.high and other.low <= one.high


def _exact(word: Word, sentence: str) -> Quantity:
    value = word.value or 0.0
    low = high = value
    year = 1000 <= value <= 2100 and len(word.surface) == 4
    if value >= SMALL and word.bound and not year:
        low = value if word.bound == "more" else value * (1 - NEAR)
        high = value if word.bound == "less" else value * (1 + NEAR)
    elif value >= LEAST_ROUNDED and not year and (_digits(value) <= 2 or _SCALED.search(word.surface)):
        low, high = value * (1 - ROUNDED), value * (1 + ROUNDED)
    return Quantity(_with_unit(sentence, word), low, high, word.unit)


def _with_unit(sentence: str, word: Word) -> Span:
    start = word.start - (sentence[word.start - 1 : word.start] in _SIGNS)
    following = _UNIT.match(sentence, word.end)
    beside = following and (following[1] in _SIGNS or stem(following[1]) == word.unit or word.unit == "percent")
    return start, following.end() if following and beside else word.end


def _digits(value: float) -> int:
    """Significant digits."""
    return len(f"{value:.12g}".replace(".", "").rstrip("0").lstrip("0")) if value < 1e12 else len(f"{value:e}".split("e")[0])


def _vague(match: re.Match[str], sentence: str) -> Quantity:
    first, scale, alone = (group.casefold() if group else "" for group in match.groups())
    least = _TIMES[alone] if alone else _TIMES[first] * _TIMES[scale]
    following = re.match(r"(?: of)?(?: the| its| their)?\s+([\w’'-]+)", sentence[match.end() :])
    unit = stem(following[1]) if following and is_content(following[1]) else ""
    return Quantity(match.span(), least, 120.0 if alone == "dozens" else least * 10, unit)


def _part(match: re.Match[str]) -> Quantity:
    value = _PARTS[next(group for group in match.groups() if group).casefold()]
    return Quantity(match.span(), value * 0.97, value * 1.03, "percent")
