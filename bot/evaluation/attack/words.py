"""Alterations of what a quote says: the numbers, dates, names and small words on which its sense hangs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, pairwise

from bot.evaluation.attack.target import Target, rewriting

MOST = 4
"""Names tried in the place of each name."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_COUNTED = "one two three four five six seven eight nine ten hundred thousand million billion".split()
_COUNT = re.compile(rf"\b({'|'.join(_COUNTED)})s?\b", re.IGNORECASE)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_TURNED = {
    "today": "tomorrow", "tomorrow": "yesterday", "yesterday": "today", "this week": "last week", "last week": "next week",
    "before": "after", "after": "before", "since": "until",
}  # fmt: skip
_DATED = re.compile(rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}})\b|\b(\d{{1,2}}) ({'|'.join(_MONTHS)})\b")
_NAME = re.compile(r"(?<![.!?] )(?<!^)(?<![“\"])\b[A-Z][\w’'-]*[a-z]\w*(?: [A-Z][\w’'-]*[a-z]\w*)*")
_PLACE = re.compile(r"\b(?:in|at|to|from|near|of|on) (?:the )?([A-Z][\w’'-]*[a-z]\w*(?: [A-Z][\w’'-]*[a-z]\w*)*)")
NEGATION = re.compile(r"\b(?:not|never|no|nor|neither|none|without)\b ?|n[’']t\b", re.IGNORECASE)
_OPPOSITE = {
    "denied": "confirmed", "denies": "confirms", "refused": "agreed", "unlikely": "likely", "impossible": "possible",
    "prohibit": "permit", "prohibits": "permits", "prohibition": "permission", "cannot": "can", "must": "must not",
    "will": "will not", "is": "is not", "was": "was not", "should": "should not", "has": "has not", "have": "have not",
    "more than": "less than", "accuses": "absolves", "said": "never said", "stated": "never stated",
}  # fmt: skip
CONDITION = re.compile(
    r",? ?\b(?:if|unless|provided|in the event|in case|as long as|until|once|when|whether|except|although|because)\b"
    r"[^,.;“”]*",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|allegedly|reportedly|likely|at the earliest|at least|almost|about|nearly|seems? (?:that|to)|"
    r"more than|less than|up to|only|some|or even)\b ?",
    re.IGNORECASE,
)


def names(text: str) -> set[str]:
    """Names in a text, judged by their capitals; never the first word of a sentence alone."""
    return {match[0] for match in _NAME.finditer(text)}


@rewriting("number")
def number(target: Target) -> Iterator[str]:
    """One more, ten times as many, another separator, another word."""
    text = target.text
    for match in _NUMBER.finditer(text):
        found = match[0]
        last = str((int(found[-1]) + 1) % 10)
        for other in {found[:-1] + last, found + "0", found.replace(",", "."), found.replace(".", ","), f"-{found}"} - {
            found
        }:
            yield _put(text, match, other)
    for match in _COUNT.finditer(text):
        word = match[1].lower()
        yield _put(text, match, match[0].replace(match[1], _COUNTED[(_COUNTED.index(word) + 1) % len(_COUNTED)]))


@rewriting("date")
def date(target: Target) -> Iterator[str]:
    """Another day, month, weekday or year, or the other side of it."""
    text = target.text
    for cycle in (_MONTHS, _DAYS):
        for at, name in enumerate(cycle):
            yield from _swapped(text, name, cycle[(at + 1) % len(cycle)])
    for match in _DATED.finditer(text):
        day = match[2] or match[3]
        yield _put(text, match, match[0].replace(day, str(int(day) % 28 + 1)))
    for match in re.finditer(r"\b(?:19|20)\d\d\b", text):
        yield _put(text, match, str(int(match[0]) + 1))
        yield _put(text, match, str(int(match[0]) - 10))
    for word, other in _TURNED.items():
        yield from _swapped(text, word, other)


@rewriting("name")
def name(target: Target) -> Iterator[str]:
    """Another name of the same corpus, and two names of the sentence exchanged."""
    text = target.text
    found = list(_NAME.finditer(text))
    for match in found:
        others = [other for other in target.names if other not in match[0] and match[0] not in other]
        for other in islice(others, MOST):
            yield _put(text, match, other)
        first, _, rest = match[0].partition(" ")
        if rest:
            yield _put(text, match, first)
            yield _put(text, match, rest)
    for one, two in pairwise(found):
        if one[0] != two[0]:
            yield text[: one.start()] + two[0] + text[one.end() : two.start()] + one[0] + text[two.end() :]


@rewriting("place")
def place(target: Target) -> Iterator[str]:
    """Another place of the same corpus."""
    everywhere = sorted({m[1] for o in (target.original, *target.others) for m in _PLACE.finditer(o.text)})
    for match in _PLACE.finditer(target.text):
        for other in islice((p for p in everywhere if p not in match[1] and match[1] not in p), MOST):
            yield target.text[: match.start(1)] + other + target.text[match.end(1) :]


@rewriting("negation")
def negation(target: Target) -> Iterator[str]:
    """Dropped, added, or turned into its opposite."""
    text = target.text
    for match in NEGATION.finditer(text):
        yield _put(text, match, "")
    for word, other in _OPPOSITE.items():
        yield from _swapped(text, word, other)


@rewriting("condition")
def condition(target: Target) -> Iterator[str]:
    """An if, an unless, a may, an at least left out."""
    for pattern in (CONDITION, _HEDGE):
        for match in pattern.finditer(target.text):
            yield _put(target.text, match, "")


@rewriting("invented")
def invented(target: Target) -> Iterator[str]:
    """Words that no article has, alone and behind words that one has."""
    lie = "The parties signed the agreement in Minsk on Sunday."
    yield lie
    yield f"{target.text} {lie}"
    yield f"{lie} {target.text}"
    yield target.text.rstrip(".”") + ", which was confirmed.”"
    yield re.sub(r"\s+", " ", target.text[: len(target.text) // 2]) + " …"


@rewriting("spliced")
def spliced(target: Target) -> Iterator[str]:
    """True words put together that do not stand together."""
    text = target.text
    words = text.split(" ")
    half = len(words) // 2
    yield " ".join(words[half:] + words[:half])
    yield " ".join([*words[:half], "[…]", *words[half + 1 :]])
    for article in (target.original, *target.others):
        for start, end in islice((s for s in article.quotable if s not in target.inside), MOST):
            other = article.text[start:end]
            if start < target.span[0] or target.original.text[target.span[1] : start].strip():
                yield f"{text} {other}"
            yield f"{text} … {other}"
            yield " ".join(words[:half] + other.split(" ")[len(other.split(" ")) // 2 :])


def _put(text: str, match: re.Match[str], other: str) -> str:
    return text[: match.start()] + other + text[match.end() :]


def _swapped(text: str, word: str, other: str) -> Iterator[str]:
    for match in re.finditer(rf"\b{re.escape(word)}\b", text):
        yield _put(text, match, other)
