"""Questions in other words than the passage's, so that the reader does not take shared words for an answer."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from retrieval.index.words import is_content, stem, tokens
from retrieval.reading.likeness import Likeness
from retrieval.reading.meanings import Meanings

LIKE = 0.30
"""Least likeness of two words of a WordNet group: with less, not the same senses of both are meant."""

COMMON = 5
"""A word that so many questions use is one that people use."""

EXCHANGED = 0.6
"""So many of the words that can be exchanged are."""

REFORMED = 0.4
"""So many of the questions get another question word."""

_FORMS = [
    (re.compile(pattern, re.IGNORECASE), forms)
    for pattern, forms in (
        (r"^where\b", ("in which place", "at what place", "in what location")),
        (r"^when\b", ("at what time", "on which date", "in what period")),
        (
            r"^who (?=was|is|were|are|did|has|had|[a-z]+ed\b)",
            ("which person ", "what is the name of the person who ", "which people "),
        ),
        (r"^how many\b", ("what number of", "how large a number of", "roughly how many")),
        (r"^why\b", ("for what reason", "what is the reason that", "how come")),
        (r"^how much\b", ("what amount of", "roughly how much")),
        (r"^what (?=is|was|are|were)", ("which thing ", "can you tell me what ", "what exactly ")),
        (r"^what (?=did|does|do)", ("which thing ", "what exactly ", "what kind of thing ")),
        (r"^which\b", ("what",)),
        (r"^what (?=[a-z]+ (?:is|was|did|does|has|had|were|are))", ("which ",)),
    )
]
_ENDING = re.compile(r"(ing|ed|ies|es|s|ly)$")
_NAME = re.compile(r"(?<=\s)(?:[A-Z][\w’'-]*[a-z][\w’'-]*|[A-Z]{2,})(?:\s+(?:[A-Z][\w’'-]+))*")
_JOINED = re.compile(r"^\s*(?:,|and|or|with|versus|vs\.?|to)\s*$", re.IGNORECASE)


class Rewording:
    """Exchanges words of a question for others of the same meaning and form."""

    def __init__(self, questions: Iterable[str], meanings: Meanings, likeness: Likeness) -> None:
        """`questions` give the words to choose from."""
        counts = Counter(
            surface
            for question in questions
            for surface, _, _ in tokens(question)
            if surface.islower() and surface.isalpha() and len(surface) > 3 and is_content(surface)
        )
        common: dict[str, list[str]] = defaultdict(list)
        for word in sorted(w for w, n in counts.items() if n >= COMMON):
            common[_ending(word)].append(word)
        self._others = {
            word: others for words in common.values() for word, others in _alike(words, meanings, likeness).items()
        }

    def reworded(self, question: str, rng: random.Random) -> str:
        """The question in other words, and now and then with another question word. The grammar is rough."""
        parts: list[str] = []
        last = 0
        for surface, start, end in tokens(question):
            others = self._others.get(surface)
            if others and rng.random() < EXCHANGED:
                parts += [question[last:start], rng.choice(others)]
                last = end
        said = "".join([*parts, question[last:]])
        fitting = [form for form in _FORMS if form[0].match(said)]
        if fitting and rng.random() < REFORMED:
            pattern, forms = rng.choice(fitting)
            said = pattern.sub(rng.choice(forms), said, count=1)
            said = said[:1].upper() + said[1:]
        return said


def swapped(question: str, context: str) -> str | None:
    """The question with its two names exchanged: who does it to whom is then another; None where that changes nothing."""
    places = list(_NAME.finditer(question))
    if len(places) != 2:
        return None
    one, two = places
    between = question[one.end() : two.start()]
    if len(between.split()) < 2 or _JOINED.match(between) or re.search(r"\b(?:between|and)\b", question):
        return None
    if one[0] not in context or two[0] not in context or one[0] in two[0] or two[0] in one[0]:
        return None
    return question[: one.start()] + two[0] + between + one[0] + question[two.end() :]


def _alike(words: list[str], meanings: Meanings, likeness: Likeness) -> dict[str, list[str]]:
    """For each word those of the same ending that mean the same."""
    found = {}
    for word in words:
        own = stem(word)
        others = [
            other
            for other in words
            if stem(other) != own and meanings.same(own, stem(other)) and not meanings.opposite(own, stem(other))
        ]
        near = likeness.cosines([word], others)[0] if others else []
        if kept := [other for other, cosine in zip(others, near, strict=True) if cosine >= LIKE]:
            found[word] = kept
    return found


def _ending(word: str) -> str:
    match = _ENDING.search(word)
    return {"ies": "s", "es": "s"}.get(match[1], match[1]) if match else ""
