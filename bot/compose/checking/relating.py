"""Whether the words of a sentence are said of the same things as in the quotes.

The sentence is a tree of words; each word is laid on a word of the quotes that can say the same, so that as few things
as possible differ: a word that stands in another relation to the word above it, or is meant in another way. What
differs then are the faults. All orders of words, passives, apposition and relative clauses count as the relation that
they express; a subject never counts as an object.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.compose.checking import limits
from bot.compose.checking.fitting import TIMES, Place, related
from bot.compose.checking.material import Case, Line, personal, predicate, pronoun
from bot.compose.prose import Fault
from retrieval.index.words import stem
from retrieval.reading.grammar import Token, over, under

Faults = tuple[tuple[Fault, str], ...]


@dataclass(frozen=True)
class Laid:
    """How a part of the tree was laid."""

    faults: Faults
    places: tuple[tuple[int, Place], ...]
    """Word of the sentence -> word of a quote."""


_OF_SPEAKERS = frozenset("i we me us my our".split())
"""Mean whoever speaks, never somebody who was named before."""

_MEANT = frozenset({"nsubj", "nsubjpass", "dobj", "appos", "attr", "conj", "ROOT"})
"""What a pronoun that is a subject can mean in the sentence before."""

NOTHING = Laid((), ())


class Laying:
    """Lays one sentence on its quotes."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._claim = case.claim
        self._partners = {word.place: self._places(word) for word in self._nodes()}
        self._children = self._tree()
        self._memory: dict[tuple[int, int], Laid] = {}

    def best(self) -> Laid:
        """The whole sentence."""
        found = NOTHING
        for root in self._children.get(None, ()):
            found = _joined(found, self._free(root))
        return found

    @property
    def uncovered(self) -> list[Token]:
        """Words of content that no word of the quotes can say."""
        return [word for word in self._claim.content if not self._partners.get(word.place)]

    def _nodes(self) -> list[Token]:
        return [word for word in self._claim.parsed if word in self._claim.content or pronoun(word)]

    def _tree(self) -> dict[int | None, list[Token]]:
        """Words by the word above, those left out that only say according to whom."""
        sentence = self._claim.parsed
        content = {word.place for word in self._claim.content}
        aside = {d for (_, d), labels in self._claim.relations.between.items() if "at according" in labels}
        children: dict[int | None, list[Token]] = {}
        for word in self._claim.content:
            chain = over(sentence, word.place)
            if word.place in aside or aside & {w.place for w in chain}:
                continue
            if predicate(sentence, word):
                chain = chain[1:]
            above = None
            for at in chain:
                if at.place in content:
                    above = at.place
                    break
                said = [
                    w
                    for w in under(sentence, at.place)
                    if w.head == at.place and predicate(sentence, w) and w.place in content and w is not word
                ]
                if said:
                    above = said[0].place
                    break
            children.setdefault(above, []).append(word)
        return children

    def _places(self, word: Token) -> list[Place]:
        if pronoun(word):
            return []
        found = [Place(line, other, None) for line, other in self._case.partners(word)]
        # A title stands for its bearer: the minister, Minister Aune.
        for place in list(found):
            head = place.line.parsed[place.word.head]
            if word.sort == "NOUN" and place.word.role == "compound" and head.sort == "PROPN":
                found.append(Place(place.line, head, None))
        if word.sort in {"PROPN", "NOUN"}:
            found += self._pronouns(word, found)
        return found

    def _pronouns(self, word: Token, found: list[Place]) -> Iterator[Place]:
        """Pronouns that can mean the word: one before them, or whoever speaks."""
        for line in self._case.lines:
            for other in line.parsed:
                if not pronoun(other):
                    continue
                quote = line.quote
                speaks = (
                    quote is not None
                    and quote.speaker.kind != "reporter"
                    and self._case.wording.named([word.text], quote.speaker.name)
                )
                if personal(other) and speaks:
                    yield Place(line, other, None, label=True)
                for place in found:
                    earlier = place.line in line.before or (place.line is line and place.word.place < other.place)
                    person = (
                        place.word.text[:1].isupper() or word.sort == "NOUN"
                    ) and other.text.casefold() not in _OF_SPEAKERS
                    if place.line is not line and other.role.startswith("nsubj") and place.word.role not in _MEANT:
                        continue
                    if earlier and place.line.quote is line.quote and (person or not personal(other)):
                        yield Place(line, other, (place.line, place.word))

    def _free(self, word: Token) -> Laid:
        """The part of the tree below a word, wherever it fits best."""
        places = self._partners[word.place]
        if not places:
            found = NOTHING
            for child in self._children.get(word.place, ()):
                found = _joined(found, self._free(child))
            return found
        return min((self._on(word, place) for place in places), key=_size)

    def _on(self, word: Token, place: Place) -> Laid:
        """The part of the tree below a word, with the word on this place."""
        key = (word.place, id(place))
        if key not in self._memory:
            self._memory[key] = NOTHING
            self._memory[key] = self._lay(word, place)
        return self._memory[key]

    def _lay(self, word: Token, place: Place) -> Laid:
        below = (place.line, place.word) if place.meant is None else place.meant
        # What stands with a pronoun stands with what it means.
        anchors = [below] if place.meant is None else [below, (place.line, place.word)]
        faults: Faults = tuple(limits.between(self._case, word, place.line, place.word))
        found = Laid((*faults, *self._shared(word, place)), ((word.place, place),))
        for child in self._children.get(word.place, ()):
            options = self._partners[child.place]
            if not options:
                found = _joined(found, self._free(child))
                continue
            laid = []
            for option in options:
                fits = place.label or any(self._fits(word, child, at, option) for at in anchors)
                why = () if fits else (_fault(word, child),)
                on = self._on(child, option)
                laid.append(Laid((*why, *on.faults), on.places))
            found = _joined(found, min(laid, key=_size))
        return found

    def _shared(self, word: Token, place: Place) -> Faults:
        """Subjects and objects that a verb has by another word: "sent soldiers and built kitchens"."""
        if word.sort not in {"VERB", "AUX"} or place.word.sort not in {"VERB", "AUX"}:
            return ()
        own = {w.place for w in self._children.get(word.place, ())}
        faults = []
        for label in ("subject", "object"):
            shared = [d for (h, d), found in self._claim.relations.between.items() if h == word.place and label in found]
            laid = {d: self._partners[d] for d in shared if d not in own and self._partners.get(d)}
            if own & set(shared) or not laid:
                continue
            if not any(
                related(frozenset({label}), (place.line, place.word), o) for options in laid.values() for o in options
            ):
                faults.append(_fault(word, self._claim.parsed[next(iter(laid))]))
        return tuple(faults)

    def _fits(self, head: Token, child: Token, below: tuple[Line, Token], option: Place) -> bool:
        if child.sort == "NUM" and child.role != "nummod":
            # "4-2", "6 a.m.": compared as figures.
            return option.line is below[0]
        if child.lemma.casefold() in TIMES and child.role in {"compound", "nmod"} and child.text[:1].isupper():
            # "On Saturday Rovers won": the day is no part of the name.
            return option.line is below[0]
        if child.role == "advcl" and self._joins(child, option):
            return True
        labels = self._claim.related(head.place, child.place) or frozenset({"part"})
        labels = frozenset({"manner"}) if child.sort == "ADV" else labels
        if related(labels, below, option):
            return True
        return self._said_before(labels, below, option)

    def _said_before(self, labels: frozenset[str], below: tuple[Line, Token], option: Place) -> bool:
        """Whether a thing is described where it is named before: "the army", and "the Ukrainian army" before it."""
        line, above = below
        if not labels & {"part", "at of", "is"} or above.sort not in {"NOUN", "PROPN"} or option.word.sort == "NUM":
            return False
        named = [
            (other, w) for other in (line, *line.before) for w in other.parsed if w is not above and _stem(w) == _stem(above)
        ]
        return any(related(labels, place, option) for place in named)

    def _joins(self, child: Token, option: Place) -> bool:
        """A clause with its conjunction, wherever in the sentence it stands; "while" joins what stands by itself."""
        mine = {w.text.casefold() for w in under(self._claim.parsed, child.place) if w.role in {"mark", "advmod"}}
        if mine & {"while", "whereas", "although", "though"}:
            return True
        above = [option.word, *over(option.line.parsed, option.word.place)[:1]]
        theirs = {
            w.text.casefold() for at in above for w in under(option.line.parsed, at.place) if w.role in {"mark", "advmod"}
        }
        return bool(mine & theirs & {"if", "unless", "once", "when", "after", "before", "because", "since", "until", "as"})


def _stem(word: Token) -> str:
    return stem(word.text)


def _fault(head: Token, child: Token) -> tuple[Fault, str]:
    words = (child, head) if child.place < head.place else (head, child)
    return Fault.UNSUPPORTED, " … ".join(word.text for word in words)


def _joined(one: Laid, other: Laid) -> Laid:
    return Laid((*one.faults, *other.faults), (*one.places, *other.places))


def _size(laid: Laid) -> int:
    return len(laid.faults)
