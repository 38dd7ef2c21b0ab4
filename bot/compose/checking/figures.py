"""Numbers, dates and times: those of the quotes, meant alike, or none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bot.compose.checking.material import Case, Found
from bot.compose.prose import Fault
from retrieval.reading.dates import Moment, agree, moments
from retrieval.reading.quantities import Quantity, quantities
from retrieval.reading.statements import statement

_PAIR = re.compile(r"\b\d+\s?[-–:]\s?\d+\b")
_BETWEEN = re.compile(r"\W*(?:(?:percent|per cent|%|points?)\W+)?(?:in|on|by|since|until|at|of)\W+", re.IGNORECASE)
_ABOUT_ONE = re.compile(
    r"\b(more than|less than|at least|at most|up to|nearly|almost|about|around|over) ((?:a|an|half|half a|one) \w+)",
    re.IGNORECASE,
)
_HOURS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (17, 24), "night": (20, 30)}
_PARTS = ("year", "month", "day", "minute")


def check(case: Case) -> Found:
    """Every number and every point in time of the sentence must be one of the quotes'."""
    text = case.claim.text
    days = {quote.published for quote in case.quotes}
    published = next(iter(days)) if len(days) == 1 else None
    times = moments(text, published)
    known = [(m, q.published) for q in case.quotes for m in moments(q.text, q.published)]
    for moment in times:
        if not any(_same_time(moment, other) for other, _ in known) and not _of_article(case, moment, published):
            yield Fault.NUMBER, text[slice(*moment.span)]
    taken = [moment.span for moment in times]
    counted = [(q, quote.text) for quote in case.quotes for q in quantities(quote.text)]
    for quantity in quantities(text):
        if any(a <= quantity.span[0] < b for a, b in taken):
            continue
        if not any(_same_number(quantity, text, other, theirs) for other, theirs in counted):
            yield Fault.NUMBER, text[slice(*quantity.span)]

    for pair in _PAIR.finditer(text):
        if not any(re.search(rf"(?<!\d){re.escape(pair[0])}(?!\d)", quote.text) for quote in case.quotes):
            yield Fault.NUMBER, pair[0]
    yield from _turned(case)
    for bound, one in (m.groups() for quote in case.quotes for m in _ABOUT_ONE.finditer(quote.text)):
        if one.casefold() in text.casefold() and f"{bound} {one}".casefold() not in text.casefold():
            yield Fault.NUMBER, f"{bound} {one}"
    theirs = [p for quote in case.quotes for p in _dated(quote.text, quote.published)]
    for number, moment in _dated(text, published):
        same = [other for value, other in theirs if (value.low, value.high) == (number.low, number.high)]
        if same and not any(_same_time(moment, other) for other in same):
            yield Fault.NUMBER, f"{text[slice(*number.span)]} … {text[slice(*moment.span)]}"


def _turned(case: Case) -> Found:
    """From 1 to 2 is not from 2 to 1."""
    turning = {"from", "to", "by"}
    known = [w for quote in case.quotes for w in statement(quote.text).words if w.value is not None and w.marker in turning]
    for word in statement(case.claim.text).words:
        same = [w for w in known if w.value == word.value]
        if word.value is not None and word.marker in turning and same and all(w.marker != word.marker for w in same):
            yield Fault.NUMBER, f"{word.marker} {word.surface}"


def _dated(text: str, published: date | None) -> Iterator[tuple[Quantity, Moment]]:
    """Numbers right before a date: 5.1 percent in August."""
    for number in quantities(text):
        for moment in moments(text, published):
            if number.span[1] <= moment.span[0] and _BETWEEN.fullmatch(text[number.span[1] : moment.span[0]]):
                yield number, moment


def _same_time(one: Moment, other: Moment) -> bool:
    """Whether the quote gives this point in time, and nothing of it is left open there."""
    if agree(one, other) is not True or one.limit != other.limit:
        return False
    if one.days and other.days:
        return True
    return all(getattr(one, name) is None or getattr(other, name) is not None for name in _PARTS)


def _of_article(case: Case, moment: Moment, published: date | None) -> bool:
    """Whether it is the day on which the article came out, said of the article."""
    said_of = {"article", "report", "published", "publication", "dated"} & case.claim.folded
    return bool(said_of and published and moment.days == {published})


def _same_number(one: Quantity, mine: str, other: Quantity, theirs: str) -> bool:
    """The same value, with the same bounds, of the same thing where both say of what."""
    if (one.low, one.high) != (other.low, other.high):
        return False
    return one.unit == other.unit or not (one.measured or other.measured) or _sign(one, mine) == _sign(other, theirs)


def _sign(quantity: Quantity, text: str) -> str:
    """Currency or percent sign beside it, else its unit."""
    beside = text[quantity.span[0]] if quantity.span[0] < len(text) else ""
    return beside if beside in "$€£%" else quantity.unit


def hour_of(case: Case, word: str) -> bool:
    """Whether a time of day is that of an hour which the sentence gives as well: the morning, at 6 a.m."""
    first, last = _HOURS.get(word, (0, 0))
    minutes = [m.minute for m in moments(case.claim.text, None) if m.minute is not None]
    return any(first * 60 <= minute < last * 60 or first * 60 <= minute + 1440 < last * 60 for minute in minutes)
