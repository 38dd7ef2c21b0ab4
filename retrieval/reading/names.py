"""What a question names, and which of it no article mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.index.words import STOP, is_content, stem, tokens
from retrieval.reading.aliases import Aliases, close_spelling, initials
from retrieval.reading.narration import acts

ABOUT_TEXTS = frozenset(
    stem(word)
    for word in "address article author describe discuss document emphasize highlight mention outline paragraph passage "
    "quote refer remark report say sentence speaker speech state statement story text write writer".split()
)
"""What a text is and does. In a question such a word speaks of the text that answers, which need not call itself so."""


@dataclass(frozen=True, slots=True)
class Term:
    """A content word of the question and where the corpus stands to it."""

    surface: str
    stem: str
    name: bool
    """A person, place, organisation, number or date, judged by its form."""
    frequency: int
    """Passages that hold it, or a close spelling of it, or another name for the same."""
    variants: tuple[str, ...]
    """Stems that count as this term when passages are searched and compared, itself included."""
    acting: bool = False
    """A name that stands in the question as of one who says or does something."""


@dataclass(frozen=True, slots=True)
class Terms:
    """All content words of a question."""

    all: tuple[Term, ...]

    @property
    def absent_names(self) -> list[str]:
        """Names that no article mentions, as the person wrote them."""
        return [t.surface for t in self.all if t.name and not t.frequency]

    @property
    def absent(self) -> list[str]:
        """All content words that no article holds."""
        return [t.surface for t in self.all if not t.frequency]

    @property
    def foreign(self) -> bool:
        """Whether the question speaks of nothing that any article speaks of."""
        return bool(self.all) and not any(t.frequency for t in self.all)

    @property
    def acting(self) -> list[str]:
        """Absent names of those who may be speaking, as the person wrote them."""
        return [t.surface for t in self.all if t.acting and not t.frequency]

    def heard_from(self, *, first_person: bool) -> Terms:
        """What of the question a text can be expected to name.

        Who speaks in the first person is seldom named in the text: that a speech does not hold the name of the one who is
        asked about is no sign that it does not answer.
        """
        if not first_person:
            return self
        return Terms(tuple(t for t in self.all if t.frequency or not t.acting))

    @property
    def searched(self) -> list[str]:
        """The stems to look for."""
        return list(dict.fromkeys(v for t in self.all for v in t.variants))


class Words(Protocol):
    """The words of the articles that may be used: a catalogue's, or those of a part of it."""

    def document_frequencies(self, asked: Sequence[str]) -> dict[str, int]:
        """In how many passages each stem occurs; those that occur in none are left out."""

    def vocabulary(self, initials: str | None = None) -> list[str]:
        """Every stem that occurs, and maybe others; of those that begin with one of these letters, where any are given."""

    def count(self) -> int:
        """Number of passages."""


def terms(question: str, words: Words, aliases: Aliases) -> Terms:
    """Look up every content word of a question in the corpus."""
    found = [(surface, start) for surface, start, _ in tokens(question)]
    all_stems = [stem(surface) for surface, _ in found]
    others = aliases.found(all_stems)
    wanted = {s for names in others.values() for name in names for s in name} | set(all_stems)
    frequencies = words.document_frequencies(sorted(wanted))
    named = _named(question, found)
    acting = _acting(question, found, named)
    kept: dict[str, Term] = {}
    for position, (surface, _) in enumerate(found):
        own = all_stems[position]
        if own in kept or not is_content(surface):
            continue
        variants = [own]
        if position in others:
            variants += sorted(s for name in others[position] if all(frequencies.get(s) for s in name) for s in name)
        if not any(frequencies.get(v) for v in variants):
            spellings = close_spelling(own, words.vocabulary(initials(own)))
            frequencies |= words.document_frequencies(spellings)
            variants += [s for s in spellings if frequencies.get(s)]
        frequency = max((frequencies.get(v, 0) for v in variants), default=0)
        kept[own] = Term(surface, own, named[position], frequency, tuple(dict.fromkeys(variants)), acting[position])
    content = [t for t in kept.values() if t.frequency or t.stem not in ABOUT_TEXTS]
    return Terms(tuple(content or kept.values()))


def _named(question: str, found: Sequence[tuple[str, int]]) -> list[bool]:
    """Which words are names by their form: numbers, and capitals where capitals mean something."""
    letters = [surface for surface, _ in found if surface[:1].isalpha()]
    small = sum(surface[:1].islower() for surface in letters)
    shouted = len(letters) > 2 and all(surface.isupper() for surface in letters)
    titled = len(letters) > 4 and small == 0
    named = []
    for position, (surface, start) in enumerate(found):
        if surface[:1].isdigit():
            named.append(True)
        elif shouted or titled or not surface[:1].isupper() or surface.casefold() in STOP:
            named.append(False)
        elif _opens_sentence(question, start):
            # The first word has a capital anyway; it is a name if it is one in full, or if the next is one too.
            following = found[position + 1][0] if position + 1 < len(found) else ""
            named.append((surface.isupper() and len(surface) > 1) or following[:1].isupper())
        else:
            named.append(True)
    return named


def _acting(question: str, found: Sequence[tuple[str, int]], named: Sequence[bool]) -> list[bool]:
    """Which words belong to the name of one who says or does something; titles and first names are looked at with it."""
    acting = [False] * len(found)
    first = 0
    for position, (surface, start) in enumerate(found):
        if not named[position]:
            first = position + 1
        elif position + 1 == len(found) or not named[position + 1]:
            whole = acts(question, found[first][1], start + len(surface)) and not surface[:1].isdigit()
            acting[first : position + 1] = [whole] * (position + 1 - first)
    return acting


def _opens_sentence(question: str, start: int) -> bool:
    before = question[:start].rstrip(" \t\n\"'“‘(")
    return not before or before[-1] in ".!?:"
