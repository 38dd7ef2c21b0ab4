"""Who holds an office: a deputy minister is no minister, and a former one is none any more."""

from __future__ import annotations

import re

from retrieval.reading.nouns import ROLES

_LESSER = frozenset(
    "deputy vice former ex acting interim assistant associate junior would-be designate elect outgoing late onetime "
    "shadow honorary".split()
)
"""Words before an office that make it another one (privative and near-privative modifiers: Kamp and Partee 1995)."""

_WHO = re.compile(r"\bwho(?:m|se)?\b|\bname of\b|\bwhat(?:[’']s| is| was) the name\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def another_office(question: str, sentence: str) -> bool:
    """Whether a question asks who holds an office, and a sentence speaks only of a deputy or former holder.

    Args:
        question: as asked; one that names the lesser office asks about it.
        sentence: a candidate.

    """
    if not _WHO.search(question):
        return False
    asked = [office for office in _offices(question) if not office[0]]
    for _, office in asked:
        given = [lesser for lesser, other in _offices(sentence) if other == office]
        if given and all(given):
            return True
    return False


def _offices(text: str) -> list[tuple[bool, tuple[str, ...]]]:
    """Every office a text names: whether it is a lesser one, and its words, as (True, ("foreign", "minister"))."""
    words = [word.casefold() for word in _WORD.findall(text)]
    found = []
    run: list[str] = []
    for word in [*words, ""]:
        if word in ROLES or word in _LESSER:
            run.append(word)
            continue
        office = tuple(w for w in run if w not in _LESSER)
        if office:
            found.append((len(office) < len(run), office))
        run = []
    return found
