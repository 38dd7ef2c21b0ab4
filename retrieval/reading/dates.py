"""When: days, months, years, weekdays and times of day in a sentence, as what they can mean on the day it was published."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

from retrieval.corpus.sentences import Span

MONTHS = "january february march april may june july august september october november december".split()
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?|sept?(?:ember|\.)?"
    r"|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_CAPITAL = r"(?=[A-Z])"
_FORMS = {
    "iso": re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b"),
    "day_month": re.compile(rf"\b{_DAY}(?: of)? {_CAPITAL}((?i:{_MONTH}))(?:,? (\d{{4}}))?(?!\w)"),
    "month_day": re.compile(rf"\b{_CAPITAL}((?i:{_MONTH})) {_DAY}(?!\d|,\d)(?:,? (\d{{4}}))?\b"),
    "month": re.compile(rf"\b{_CAPITAL}((?i:{_MONTH}))(?:,? (\d{{4}}))?(?!\w)"),
    "year": re.compile(r"\b((?:1[0-9]|20)\d\d)\b(?![,.]\d| (?:people|soldiers|percent|euros|dollars))"),
    "weekday": re.compile(rf"\b({'|'.join(d.capitalize() for d in WEEKDAYS)})s?\b"),
    "relative": re.compile(r"\b(today|tonight|yesterday|tomorrow)\b", re.IGNORECASE),
}
_CLOCK = re.compile(r"\b(?:(\d{1,2})(?:[:.](\d\d))? ?([ap])\.? ?m\b\.?|(\d{1,2}):(\d\d)|(noon|midnight))", re.IGNORECASE)
_PARTS = ("year", "month", "day", "weekday", "minute")
_RELATIVE = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}
_EARLIEST = re.compile(r"\b(?:at the earliest|(?:no|not) (?:earlier than|before))\b", re.IGNORECASE)
_LATEST = re.compile(r"\b(?:at the latest|no later than|not later than)\b", re.IGNORECASE)
REACH = 24
"""Characters around a date in which such words belong to it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time as a sentence gives it; what it leaves open is None."""

    span: Span
    """Offsets into the sentence."""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    """0 for Monday."""
    minute: int | None = None
    """Of the day."""
    days: frozenset[date] = field(default_factory=frozenset)
    """The days that it can mean; empty where that is open."""
    limit: str = ""
    """"earliest" or "latest" where the sentence makes it a limit."""

    @property
    def parts(self) -> tuple[int | None, ...]:
        """What the sentence says of it, whatever that means."""
        return tuple(getattr(self, name) for name in _PARTS)


@lru_cache(1024)
def moments(sentence: str, published: date | None) -> tuple[Moment, ...]:
    """All points in time of a sentence, in order; several words for one ("tomorrow, Saturday, 18 December") are one.

    Args:
        sentence: its text.
        published: the day on which its article came out, which says what "Friday" means.

    """
    found: list[Moment] = []
    for moment in sorted(_found(sentence, published), key=lambda m: (m.span[0], -m.span[1])):
        if found and moment.span[0] < found[-1].span[1]:
            continue
        together = found and re.fullmatch(r"[\s,(“”\-–]*(?:at |on )?", sentence[found[-1].span[1] : moment.span[0]])
        joined = _joined(found[-1], moment) if together else None
        found[-1:] = [joined] if joined else [*found[-1:], moment]
    return tuple(_limited(sentence, moment) for moment in found)


def agree(one: Moment, other: Moment) -> bool | None:
    """Whether two points in time can be the same, limits aside; None where nothing in them can be compared."""
    compared = False
    if one.days and other.days:
        compared = True
        if one.days.isdisjoint(other.days):
            return False
    else:
        for name in _PARTS[:-1]:
            mine, theirs = getattr(one, name), getattr(other, name)
            if mine is not None and theirs is not None:
                compared = True
                if mine != theirs:
                    return False
    if one.minute is not None and other.minute is not None:
        compared = True
        if one.minute != other.minute:
            return False
    return True if compared else None


def _found(sentence: str, published: date | None) -> Iterator[Moment]:
    for form, pattern in _FORMS.items():
        for match in pattern.finditer(sentence):
            if moment := _moment(form, match, published):
                yield moment
    for match in _CLOCK.finditer(sentence):
        if (minute := _minute(match)) is not None:
            yield Moment(match.span(), minute=minute)


def _moment(form: str, match: re.Match[str], published: date | None) -> Moment | None:
    span, groups = match.span(), match.groups()
    if form == "weekday":
        weekday = WEEKDAYS.index(groups[0].casefold())
        return Moment(span, weekday=weekday, days=_around(weekday, published))
    if form == "relative":
        day = published + timedelta(_RELATIVE[groups[0].casefold()]) if published else None
        return _of(span, day) if day else None
    if form == "year":
        return Moment(span, year=int(groups[0]))
    if form == "month":
        return Moment(span, int(groups[1]) if groups[1] else None, _month(groups[0]))
    if form == "iso":
        year, month, number = (int(g) for g in groups)
    else:
        number, month = (int(groups[0]), _month(groups[1])) if form == "day_month" else (int(groups[1]), _month(groups[0]))
        year = int(groups[2]) if groups[2] else 0
    if not year and published:
        # The year in which that day is nearest: in January, December is the last one.
        near = [d for y in (-1, 0, 1) if (d := _date(published.year + y, month, number))]
        year = min(near, key=lambda d: abs((d - published).days)).year if near else 0
    day = _date(year, month, number) if year else None
    return _of(span, day) if day else Moment(span, year or None, month, number)


def _of(span: Span, day: date) -> Moment:
    return Moment(span, day.year, day.month, day.day, day.weekday(), None, frozenset({day}))


def _around(weekday: int, published: date | None) -> frozenset[date]:
    """The days of that name up to a week before and after."""
    if published is None:
        return frozenset()
    return frozenset(d for off in range(-7, 8) if (d := published + timedelta(off)).weekday() == weekday)


def _joined(one: Moment, other: Moment) -> Moment | None:
    """One moment of both, or None where they are not the same: "between Monday and Tuesday"."""
    if agree(one, other) is False or (one.minute is not None and other.minute is not None):
        return None
    days = one.days & other.days if one.days and other.days else one.days or other.days
    known = {name: getattr(other, name) for name in _PARTS if getattr(one, name) is None}
    return replace(one, span=(one.span[0], other.span[1]), days=days, **known)


def _limited(sentence: str, moment: Moment) -> Moment:
    """The moment with the words around it that make it a limit."""
    first, last = moment.span
    start = max(0, first - REACH)
    for limit, pattern in (("earliest", _EARLIEST), ("latest", _LATEST)):
        if match := pattern.search(sentence, start, last + REACH):
            return replace(moment, span=(min(first, match.start()), max(last, match.end())), limit=limit)
    return moment


def _minute(match: re.Match[str]) -> int | None:
    hour, past, half, hours, minutes, word = match.groups()
    if word:
        return 0 if word.casefold() == "midnight" else 720
    if hours:
        return int(hours) * 60 + int(minutes) if int(hours) < 24 and int(minutes) < 60 else None
    return int(hour) % 12 * 60 + int(past or 0) + (720 if half.casefold() == "p" else 0) if int(hour) <= 12 else None


def _month(word: str) -> int:
    return next(n for n, name in enumerate(MONTHS, 1) if name[:3] == word[:3].casefold())


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
