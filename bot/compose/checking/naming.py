"""Whether the names of a sentence are its quotes' names."""

from __future__ import annotations

from bot.compose.checking.material import Case, Found
from bot.compose.prose import Fault
from retrieval.index.words import is_content, stem, tokens
from retrieval.reading.aliases import same_name
from retrieval.reading.dates import moments


def check(case: Case) -> Found:
    """Every name must stand in a cited quote, or beside it: as its speaker, or as the paper that printed it."""
    dates = {w.casefold() for m in moments(case.claim.text, None) for w in case.claim.text[slice(*m.span)].split()}
    beside = [q.speaker.name for q in case.quotes] + [q.publisher or "" for q in case.quotes]
    labels = {stem(surface) for label in beside for surface, _, _ in tokens(label)}
    for word in case.claim.parsed:
        named = word.sort == "PROPN" or (word.text[:1].isupper() and word.place > 0)
        if not named or word.text == "I" or word.text.casefold() in dates or not word.text[:1].isalpha():
            continue
        known = case.partners(word) or any(same_name(stem(word.text), label) for label in labels)
        # "Among" in the place of a name: a word of grammar counts only as the quotes write it.
        as_written = is_content(word.text) or any(word.text == w.text for line in case.lines for w in line.parsed)
        if not known or not as_written:
            yield Fault.NAME, word.text
