"""Which words of a sentence can say what a word of another says, by form, table of names, WordNet, or likeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.index.words import stem
from retrieval.reading.aliases import Aliases, same_name
from retrieval.reading.grammar import Sentence, Token
from retrieval.reading.likeness import Likeness
from retrieval.reading.meanings import Meanings

ALIKE = 0.56
"""Least likeness of two nouns that may stand for each other: employees and workers have 0.58, court and judge 0.48."""

SAYING = frozenset(
    "say state tell add note report write explain announce declare remark mention describe comment inform".split()
)
"""Say that something is so, and no more."""

ASSERTING = SAYING | frozenset(
    "warn complain admit acknowledge stress insist argue emphasise emphasize reply answer confirm claim reveal conclude "
    "point accuse maintain assert contend quip testify estimate predict call".split()
)
"""Say that something is so, and how; “said” is true of them."""

_ONE = (frozenset({"VERB", "AUX"}), frozenset({"NOUN", "PROPN"}), frozenset({"ADJ", "ADV", "NOUN", "VERB"}))
_SPELLED = {"organization": "organisation", "program": "programme", "defense": "defence", "center": "centre"}


@dataclass(frozen=True, slots=True)
class Wording:
    """Compares words of parsed sentences."""

    meanings: Meanings
    aliases: Aliases
    likeness: Likeness

    def same(self, one: Token, other: Token) -> bool:
        """Whether two words can say the same where they stand; names by their form alone, see `groups`."""
        mine, theirs = stem(one.text), stem(other.text)
        if "PROPN" in (one.sort, other.sort) or one.text[:1].isupper() is other.text[:1].isupper() is True:
            return mine == theirs or same_name(mine, theirs)
        if "NUM" in (one.sort, other.sort):
            return mine == theirs
        if mine == theirs or self.meanings.base(mine) == self.meanings.base(theirs) or one.lemma == other.lemma:
            return True
        if (
            one.sort in {"VERB", "AUX"}
            and other.sort in {"VERB", "AUX"}
            and one.lemma in SAYING
            and other.lemma in ASSERTING
        ):
            return True
        if not any(one.sort in sorts and other.sort in sorts for sorts in _ONE) or self.meanings.opposite(mine, theirs):
            return False
        if self.meanings.same(stem(one.lemma), stem(other.lemma)):
            return True
        nouns = one.sort == other.sort == "NOUN"
        return nouns and float(self.likeness.between([one.text], [other.text])[0, 0]) >= ALIKE

    def groups(self, sentence: Sentence) -> dict[int, int]:
        """For each word that is of a name in the table: the number of the name's group."""
        found: dict[int, int] = {}
        for start, end, group in self.aliases.merged([stem(word.text) for word in sentence]):
            if all(sentence[at].text[:1].isupper() for at in range(start, end)):
                found |= dict.fromkeys(range(start, end), group)
        return found

    def named(self, words: Sequence[str], name: str) -> bool:
        """Whether one of these words is a word of the name."""
        parts = [stem(part) for part in name.split() if part[:1].isupper()]
        return any(same_name(stem(word), part) for word in words for part in parts)
