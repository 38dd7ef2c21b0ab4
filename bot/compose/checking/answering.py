"""Whether a sentence, read as a passage, gives the reader the answer that its quotes give."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Quote
from bot.compose.checking.material import Case, Found
from bot.compose.prose import Fault
from retrieval.index.words import content_stems, is_content, stem, tokens
from retrieval.reading import loose
from retrieval.reading.aliases import same_name
from retrieval.reading.reader import Reader

LEAST = -2.0
"""Least score of a span in the sentence, and of one in a quote, to be an answer."""


def check(case: Case, reader: Reader) -> Found:
    """The reader's answer in the sentence must be, hold, or be part of one in the quotes."""
    texts = [case.claim.text, *(line.text for line in case.lines)]
    mine, *theirs = loose.read(reader, case.question, texts)
    if mine.answer is None:
        return
    words = mine.words(case.claim.text)
    found = [
        (reading, text)
        for reading, text in zip(theirs, texts[1:], strict=True)
        if reading.score >= LEAST or len(theirs) == 1
    ]
    known = [reading.words(text) for reading, text in found] + _highlights(case.quotes)
    if any(agree(case, words, other) or _holds(case, other) for other in known):
        return
    # What the reader finds more surely in the sentence than anything in the quote, and in the quote's own words.
    if any(mine.score >= reading.score and _verbatim(words, text) for reading, text in found):
        return
    yield Fault.ANSWER, words


def _verbatim(words: str, text: str) -> bool:
    """Whether the words of content stand together in the text."""
    mine, theirs = (" " + " ".join(stem(s) for s, _, _ in tokens(t) if is_content(s)) + " " for t in (words, text))
    return mine in theirs


def _holds(case: Case, answer: str) -> bool:
    """Whether the sentence has all of an answer, wherever the reader looks in it."""
    words = content_stems(answer)
    mine = content_stems(case.claim.text)
    return bool(words) and all(
        any(w == o or same_name(w, o) or case.wording.meanings.same(w, o) for o in mine) for w in words
    )


def agree(case: Case, one: str, other: str) -> bool:
    """Whether two answers are the same, or one holds the other."""
    mine, theirs = content_stems(one), content_stems(other)
    if not mine or not theirs:
        return one.casefold() == other.casefold()
    less, more = sorted((mine, theirs), key=len)
    aliases = case.wording.aliases
    groups = [{g for _, _, g in aliases.merged(words)} for words in (less, more)]
    held = [w for w in less if any(w == o or same_name(w, o) or case.wording.meanings.same(w, o) for o in more)]
    return len(held) >= (len(less) + 1) // 2 or bool(groups[0] & groups[1])


def _highlights(quotes: Sequence[Quote]) -> list[str]:
    return [q.text[q.highlight[0] - q.start : q.highlight[1] - q.start] for q in quotes if q.highlight]
