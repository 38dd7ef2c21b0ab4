"""Whether two words of a quote stand in the relation in which two words of a sentence stand."""

from __future__ import annotations

from dataclasses import dataclass

from bot.compose.checking.material import Line
from retrieval.reading.grammar import Token, over

_ALIKE = tuple(
    frozenset(group.split())
    for group in (
        "in at on near inside within",
        "for during over throughout",
        "to toward towards into onto",
        "over about on of concerning regarding for",
        "after following since",
        "from of",
        "by until",
        "because of due",
        "against with",
        "with by",
        "of in",
        "between among",
        "since from",
        "in for",
        "than over above",
    )
)
"""Prepositions that can say the same."""

TIMES = frozenset(
    "day week month year hour minute night morning evening noon afternoon weekend spring summer autumn winter yesterday "
    "today tomorrow monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
    "august september october november december christmas date time earliest latest".split()
)
"""Words that say when."""

_LIGHT = frozenset("launch make hold take give provide conduct carry have".split())
"""Verbs that say no more than the noun with them."""

LOOSE = frozenset({"manner"})
"""Relations that are given wherever both words stand in one sentence."""


@dataclass(frozen=True)
class Place:
    """A word of a quote on which a word of the sentence is laid."""

    line: Line
    word: Token
    meant: tuple[Line, Token] | None
    """What a pronoun there means; None for other words."""
    label: bool = False
    """The word means the quote's speaker, whose name stands only beside it."""


def related(labels: frozenset[str], below: tuple[Line, Token], option: Place) -> bool:
    """Whether a word of a quote stands to another as one of the labels says."""
    line, above = below
    if labels & {"and"} or (labels <= LOOSE and option.line is line):
        return True
    if option.line is not line:
        # Each thing must be said in one sentence.
        return False
    theirs = line.related(above.place, option.word.place)
    back = line.related(option.word.place, above.place)
    if _agree(labels, theirs, back):
        return True
    if above.place == option.word.place:
        return True
    if labels & {"at in", "at by"} and "subject" in theirs and option.word.sort == "NOUN":
        # Killed in the conflict: the conflict killed.
        return True
    if labels & {"object", "at for"} and any(
        "clause" in line.relations.of(above.place, at)
        and line.parsed[at].lemma in _LIGHT
        and "object" in line.related(at, option.word.place)
        for at in range(len(line.parsed))
    ):
        # Planning an attack: planning to launch one.
        return True
    if any(label.startswith("at ") or label == "at" for label in labels):
        return _elsewhere(labels, line, above, option.word)
    if "object" in labels and any(
        "object" in line.relations.of(above.place, at) and "at of" in line.relations.of(at, option.word.place)
        for at in range(len(line.parsed))
        if _counted(line, option.word)
    ):
        # To demand 35 percent: a supplement of 35 percent.
        return True
    if "clause" in labels and above.sort in {"NOUN", "NUM"} and option.word.role in {"acl", "advcl", "xcomp"}:
        # Money to support the army, provided to support it.
        shared = {w.place for w in over(line.parsed, option.word.place)[:3]} & {
            w.place for w in over(line.parsed, above.place)[:3]
        }
        if any(line.parsed[at].sort == "VERB" for at in shared):
            return True
    if "clause" in labels and above.role == "parataxis" and option.word.head == option.word.place:
        # "Goods, she warned, would have to be destroyed."
        return True
    if "clause" in labels:
        return above.place in {w.place for w in over(line.parsed, option.word.place)[:4]} or bool(
            theirs & {"and"} | back & {"and", "clause", "subject", "object"}
        )
    if "subject" in labels and above.sort in {"VERB", "AUX"}:
        # A verb without any subject: whose doing it is, the sentence leaves open.
        return not line.relations.subjects(above.place) and not theirs and _near(line, above, option.word)
    if "part" in labels or "is" in labels:
        return _one_phrase(line, above, option.word)
    return False


def _elsewhere(labels: frozenset[str], line: Line, above: Token, word: Token) -> bool:
    """A phrase with a preposition that the parser gave to a neighbour of the word above."""
    mine = {label.partition(" ")[2] for label in labels if label.startswith("at")}
    for (head, dependent), theirs in line.relations.between.items():
        if dependent != word.place:
            continue
        fits = any(_alike(one, label.partition(" ")[2]) for label in theirs if label.startswith("at") for one in mine)
        dated = line.parsed[head].lemma.casefold() in TIMES
        timely = _says_when(word) and (dated or any(label.startswith("at") for label in theirs))
        fits = fits or (mine == {"of"} and "part" in theirs) or timely
        owner = line.parsed[head]
        nouns = {w.place for w in over(line.parsed, head)[:3]}
        noun_of = owner.sort in {"NOUN", "PROPN", "NUM", "ADJ"} and (above.place in nouns or _one_phrase(line, above, owner))
        verb_of = owner.sort in {"VERB", "AUX"} and (
            (owner.role == "xcomp" and owner.head == above.place)
            or (above.role in {"xcomp"} and above.head == owner.place)
            or (above.head == owner.place and above.sort in {"NOUN", "PROPN", "NUM"})
            or any(label in {"subject", "object"} for label in line.relations.of(owner.place, above.place))
            or "and" in line.relations.of(owner.place, above.place)
            or (above.role == "acl" and above.head in {w.head for w in [owner]})
        )
        if fits and (noun_of or verb_of):
            return True
    return False


def _agree(mine: frozenset[str], theirs: frozenset[str], back: frozenset[str]) -> bool:
    if mine & theirs & {"subject", "object", "part", "is", "clause", "manner", "at"}:
        return True
    if "is" in mine and (theirs & {"is", "part"} or back & {"is", "part"}):
        return True
    if "part" in mine and (
        theirs & {"is", "part", "manner", "subject", "object"}
        or any(label.startswith("at ") for label in theirs)
        or back & {"is", "part", "subject", "object", "clause"}
    ):
        return True
    if "object" in mine and theirs & {"part", "is"}:
        return True
    if "clause" in mine and (theirs & {"clause", "object", "part"} or back & {"subject", "object", "clause"}):
        return True
    if "subject" in mine and back & {"clause"} and "object" not in theirs:
        return True
    prepositions = {label.partition(" ")[2] for label in mine if label.startswith("at")}
    others = {label.partition(" ")[2] for label in theirs if label.startswith("at")}
    if any(_alike(one, other) for one in prepositions for other in others):
        return True
    if prepositions & {"of", "about", "on"} and theirs & {"object", "clause"}:
        return True
    return bool("part" in theirs and prepositions & {"of", "in", "at", "for", "on", "with", "from"})


def _alike(one: str, other: str) -> bool:
    return one == other or not one or not other or any(one in group and other in group for group in _ALIKE)


def _one_phrase(line: Line, one: Token, other: Token) -> bool:
    """Whether two words are of one noun phrase: nothing but modifiers between them and their common head."""
    parts = {"compound", "amod", "nmod", "poss", "nummod", "quantmod", "advmod", "appos"}

    def top(word: Token) -> int:
        while (
            word.role in parts and word.head != word.place and line.parsed[word.head].sort in {"NOUN", "PROPN", "NUM", "ADJ"}
        ):
            word = line.parsed[word.head]
        return word.place

    return top(one) == top(other)


def _near(line: Line, verb: Token, word: Token) -> bool:
    """Whether a word stands in the clause of a verb."""
    return any(w.place == verb.place for w in over(line.parsed, word.place)) or any(
        w.place == word.place for w in over(line.parsed, verb.place)[:2]
    )


def _counted(line: Line, word: Token) -> bool:
    return any(w.head == word.place and w.role == "nummod" for w in line.parsed)


def _says_when(word: Token) -> bool:
    return bool({word.lemma.casefold(), word.text.casefold()} & TIMES)
