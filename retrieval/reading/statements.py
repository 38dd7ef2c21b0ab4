"""A statement taken apart: its words, names and numbers, and what limits it: negation, possibility, condition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from retrieval.index.words import is_content, stem, tokens


class Kind(StrEnum):
    """What a word is, by its form."""

    WORD = "word"
    NAME = "name"
    NUMBER = "number"


class Force(StrEnum):
    """How a statement is meant. Two statements that differ in one of these do not say the same."""

    NOT = "not"
    MAY = "may"
    CAN = "can"
    MUST = "must"
    SHOULD = "should"
    WILL = "will"
    WOULD = "would"
    IF = "if"
    UNLIKELY = "unlikely"
    REPORTED = "said to be"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that carries content."""

    surface: str
    stem: str
    kind: Kind
    start: int
    end: int
    place: int
    """Which token of the text it is, from 0; grammar words count, so that distances mean something."""
    value: float | None
    """What a number says: 2.5 billion -> 2500000000."""
    bound: str
    """"more", "less" or "about" where the words before a number say so, else empty."""
    unit: str
    """Currency or percent sign of a number, else the stem of the content word after it, else empty."""
    marker: str
    """The preposition before a name or number, else empty."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A word that says how a statement is meant."""

    force: Force
    place: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as it is compared."""

    text: str
    words: tuple[Word, ...]
    limits: tuple[Limit, ...]
    folded: tuple[str, ...]
    """All tokens in small letters, grammar words included."""
    breaks: frozenset[int]
    """Places of tokens that begin something new that is said for itself: after a semicolon, "and", "but", "because"."""
    inner: frozenset[int]
    """Places of which, who, that and the like: what follows has a subject of its own."""


_FORCES: Mapping[Force, frozenset[str]] = {
    Force.NOT: frozenset("not never no none nobody nothing neither nor without cannot hardly barely n't".split()),
    Force.MAY: frozenset("may might could possibly perhaps maybe probably likely potentially seem seems seemed".split()),
    Force.CAN: frozenset(["can", "cannot"]),
    Force.MUST: frozenset("must shall".split()),
    Force.SHOULD: frozenset("should ought".split()),
    Force.WILL: frozenset(["will"]),
    Force.WOULD: frozenset(["would"]),
    Force.IF: frozenset("if unless whether until provided".split()),
    Force.UNLIKELY: frozenset("unlikely improbable doubtful questionable implausible".split()),
    Force.REPORTED: frozenset("reportedly allegedly apparently supposedly purportedly".split()),
}
_HAVE_TO = {(have, "to") for have in ("have", "has", "had", "having")}
_BOUNDS = {
    "more": r"more than|over|at least|above|exceeding|upwards of|a minimum of|no less than|no fewer than",
    "less": r"less than|fewer than|under|below|at most|up to|a maximum of|no more than|not more than",
    "about": r"about|around|approximately|nearly|almost|roughly|some|close to|circa",
}
_BOUND = {name: re.compile(rf"\b(?:{words})\s*(?:US|EUR)?[$€£]?\s*$", re.IGNORECASE) for name, words in _BOUNDS.items()}
_SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety hundred"
_SPELLED = {word: float(value) for value, word in enumerate(_SMALL.split())}
_SPELLED |= {word: 10.0 * value for value, word in enumerate(_TENS.split(), 2)}
_ORDINALS = dict(zip("first second third fourth fifth sixth seventh eighth ninth tenth".split(), range(1, 11), strict=True))
_CURRENCIES = {"$": "dollar", "€": "euro", "£": "pound", "%": "percent", "dollar": "dollar", "euro": "euro",
               "pound": "pound", "percent": "percent", "percentag": "percent"}  # fmt: skip
_MONTHS = "january february march april may june july august september october november december".split()
_SHORT = {m[:3]: m for m in _MONTHS} | {"sept": "september"}
_MARKERS = frozenset(
    "in on at by from to of with for against between into since until during near under over through toward towards".split()
)
_DIRECTIONS = frozenset("up down before after all only most".split())
"""Stop words of the index without which a statement is another one."""

_INNER = frozenset("which who whom whose that because while although though when where".split())
_JOINTS = frozenset("and but or after because".split())
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_NEGATED = re.compile(r"n['’]t$", re.IGNORECASE)


@lru_cache(maxsize=2000)
def statement(text: str) -> Statement:
    """Take a sentence apart."""
    found = tokens(_ORDINAL.sub(lambda ending: " " * len(ending[0]), text))
    folded = tuple(surface.casefold().replace("’", "'") for surface, _, _ in found)
    words: list[Word] = []
    limits: list[Limit] = []
    skip = -1
    for place, (surface, start, end) in enumerate(found):
        if place and folded[place] == "whether" and folded[place - 1] in _FORCES[Force.UNLIKELY]:
            # "It is doubtful whether": that it is doubtful is said already.
            continue
        limits += [Limit(force, place) for force in Force if folded[place] in _FORCES[force]]
        if folded[place : place + 2] in _HAVE_TO:
            limits.append(Limit(Force.MUST, place))
        if _NEGATED.search(surface):
            limits.append(Limit(Force.NOT, place))
        if place <= skip or not _counts(surface, folded, place):
            continue
        value, last = _number(folded, place)
        if value is not None:
            skip = last + (last + 1 < len(folded) and stem(found[last + 1][0]) in _CURRENCIES)
            words.append(_quantity(text, found, folded, place, last, value))
            continue
        kind = Kind.NAME if _is_name(text, found, place) else Kind.WORD
        month = _SHORT.get(folded[place].rstrip(".")) if kind is Kind.NAME else None
        words.append(Word(surface, month or stem(surface), kind, start, end, place, None, "", "", _marker(folded, place)))
    return Statement(text, tuple(words), tuple(limits), folded, _breaks(text, found, folded), _inner(folded))


def _counts(surface: str, folded: tuple[str, ...], place: int) -> bool:
    """Whether a token carries content; "up" and "down" do, and words of limits are counted elsewhere."""
    here = folded[place]
    if here in _DIRECTIONS:
        return True
    limited = _NEGATED.search(surface) or any(here in words for words in _FORCES.values())
    return is_content(surface) and here not in _MARKERS and not limited


def _number(folded: tuple[str, ...], place: int) -> tuple[float | None, int]:
    """The number that begins at a place, and the place where it ends; scales and spelled-out numbers are taken in."""
    here = folded[place]
    plain = here.replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", plain):
        value, last = float(plain), place
    elif here in _SPELLED:
        value, last = _SPELLED[here], place
        while last + 1 < len(folded) and folded[last + 1] in _SPELLED:
            step = _SPELLED[folded[last + 1]]
            value = value * step if step == 100 else value + step
            last += 1
    elif here in _ORDINALS:
        return float(_ORDINALS[here]), place
    else:
        return None, place
    while last + 1 < len(folded) and folded[last + 1] in _SCALES:
        value *= _SCALES[folded[last + 1]]
        last += 1
    return value, last


def _quantity(
    text: str, found: list[tuple[str, int, int]], folded: tuple[str, ...], place: int, last: int, value: float
) -> Word:
    start, end = found[place][1], found[last][2]
    before, after = text[:start].rstrip(), text[end : end + 1]
    unit = _CURRENCIES.get(before[-1:], "") or _CURRENCIES.get(after, "")
    if not unit and last + 1 < len(folded):
        following = stem(found[last + 1][0])
        unit = _CURRENCIES.get(following, following if is_content(found[last + 1][0]) else "")
    bound = next((name for name, pattern in _BOUND.items() if pattern.search(text[:start])), "")
    return Word(text[start:end], f"#{value!r}", Kind.NUMBER, start, end, place, value, bound, unit, _marker(folded, place))


def _marker(folded: tuple[str, ...], place: int) -> str:
    for before in range(place - 1, max(-1, place - 4), -1):
        if folded[before] in _MARKERS:
            return folded[before]
        if folded[before] not in {"the", "a", "an", "more", "than", "least", "any"}:
            break
    return ""


def _is_name(text: str, found: list[tuple[str, int, int]], place: int) -> bool:
    surface, start, _ = found[place]
    if not surface[:1].isupper():
        return False
    before = text[:start].rstrip(" \t\n\"'“‘(")
    if before and before[-1] not in ".!?:":
        return True
    following = found[place + 1][0] if place + 1 < len(found) else ""
    # The first word has a capital anyway: a name if all of it is in capitals or the next word is a name, or if it has
    # no other use, which its article or verb shows: a following word in small letters and no determiner before.
    return (surface.isupper() and len(surface) > 1) or following[:1].isupper() or stem(surface) == surface.casefold()


def _breaks(text: str, found: list[tuple[str, int, int]], folded: tuple[str, ...]) -> frozenset[int]:
    places = set()
    for place in range(1, len(found)):
        between = text[found[place - 1][2] : found[place][1]]
        if ";" in between or folded[place] in _JOINTS or (folded[place] in {"while", "as"} and "," in between):
            places.add(place)
    return frozenset(places)


def _inner(folded: tuple[str, ...]) -> frozenset[int]:
    return frozenset(place for place, token in enumerate(folded) if token in _INNER)
