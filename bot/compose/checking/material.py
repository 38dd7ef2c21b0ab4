"""A sentence by the model and the sentences of the quotes that it cites, taken apart for the checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.answer import Quote
from bot.compose.prose import Fault
from retrieval.corpus.passages import paragraph_spans
from retrieval.corpus.sentences import sentence_spans
from retrieval.reading.grammar import Grammar, Sentence, Token, under
from retrieval.reading.memory import Memory
from retrieval.reading.relations import CONTENT, Relations, relations
from retrieval.reading.wording import Wording

Found = Iterator[tuple[Fault, str]]
"""What a check gives: faults, each with the words it is about."""

REMEMBERED = 200
"""Quotes kept taken apart."""

_ADVERBS = frozenset(
    "also too then however meanwhile there here moreover furthermore additionally as so when where why how".split()
)
_PERSONS = frozenset("he she him his her hers himself herself i we me us my our who".split())
_ANY = frozenset("it its they them their theirs this that these those which itself themselves".split())


@dataclass(frozen=True)
class Line:
    """One sentence of a quote, or the model's."""

    text: str
    parsed: Sentence
    relations: Relations
    groups: dict[int, int]
    quote: Quote | None
    """That it stands in; None for the model's."""
    before: tuple[Line, ...] = ()
    """The sentences of the quote before it."""

    @cached_property
    def content(self) -> list[Token]:
        """Words that carry content."""
        return [word for word in self.parsed if carries(word)]

    def node(self, place: int) -> frozenset[int]:
        """A word and the "is" that it belongs to: "the captain" in "he is the captain" is what the sentence is about."""
        word = self.parsed[place]
        return frozenset({place, word.head}) if predicate(self.parsed, word) else frozenset({place})

    def related(self, head: int, dependent: int) -> frozenset[str]:
        """How two words are related, an "is" counting as what it says."""
        found: set[str] = set()
        for one in self.node(head):
            for other in self.node(dependent):
                found |= self.relations.of(one, other)
        return frozenset(found)

    @cached_property
    def folded(self) -> frozenset[str]:
        """All words in small letters."""
        return frozenset(word.text.casefold() for word in self.parsed)


@dataclass(frozen=True)
class Case:
    """What the checks look at."""

    question: str
    claim: Line
    quotes: tuple[Quote, ...]
    """Those that the sentence cites."""
    lines: tuple[Line, ...]
    """All their sentences."""
    wording: Wording
    _known: dict[int, list[tuple[Line, Token]]] = field(default_factory=dict)

    def partners(self, word: Token) -> list[tuple[Line, Token]]:
        """The words of the quotes that can say what a word of the claim says."""
        if word.place not in self._known:
            self._known[word.place] = self._partners(word)
        return self._known[word.place]

    def _partners(self, word: Token) -> list[tuple[Line, Token]]:
        group = self.claim.groups.get(word.place)
        found = []
        for line in self.lines:
            for other in line.parsed:
                if not other.text[:1].isalnum():
                    continue
                named = group is not None and line.groups.get(other.place) == group
                if (named and not self._place_of(word, line, other)) or self.wording.same(word, other):
                    found.append((line, other))
        return found

    def _place_of(self, word: Token, line: Line, other: Token) -> bool:
        """Moscow speaks for Russia, but what happens in Moscow does not happen anywhere in Russia."""
        if word.text.casefold() == other.text.casefold():
            return False
        return all(is_place(sentence, token) for sentence, token in ((self.claim.parsed, word), (line.parsed, other)))


def predicate(sentence: Sentence, word: Token) -> bool:
    """Whether a word is what an "is" says of its subject; the subject itself where only a place or time is said."""
    head = sentence[word.head]
    if head.lemma != "be" or head.place == word.place or head.sort not in {"AUX", "VERB"} or head.role in {"aux", "auxpass"}:
        return False
    if word.role in {"attr", "acomp"}:
        return True
    return word.role == "nsubj" and not any(w.role in {"attr", "acomp"} for w in under(sentence, head.place))


def is_place(sentence: Sentence, word: Token) -> bool:
    """Whether a word says where."""
    return word.role == "pobj" and sentence[word.head].text.casefold() in {"in", "at", "near", "from", "inside", "outside"}


def carries(word: Token) -> bool:
    """Whether a word carries content that quotes must have."""
    if (
        word.sort not in CONTENT
        or (word.lemma == "be" and word.sort == "VERB")
        or word.text.casefold() in {"according", "n't", "not", "'s"}
    ):
        return False
    return not (word.sort == "ADV" and word.text.casefold() in _ADVERBS)


def pronoun(word: Token) -> bool:
    """Whether a word stands for another; "US" in capitals does not."""
    return word.text.casefold() in _PERSONS | _ANY and not (word.text.isupper() and len(word.text) > 1)


def personal(word: Token) -> bool:
    """Whether it stands for a person."""
    return pronoun(word) and word.text.casefold() in _PERSONS


class Preparer:
    """Takes sentences and quotes apart."""

    def __init__(self, grammar: Grammar, wording: Wording) -> None:
        self._grammar = grammar
        self._wording = wording
        self._memory: Memory[Quote, tuple[Line, ...]] = Memory(REMEMBERED)

    def case(self, question: str, text: str, cited: Sequence[Quote]) -> Case:
        """The sentence with the quotes that it cites."""
        lines = tuple(line for quote in cited for line in self._lines(quote))
        return Case(question, self._line(text, None, ()), tuple(cited), lines, self._wording)

    def _lines(self, quote: Quote) -> tuple[Line, ...]:
        if (known := self._memory.get(quote)) is not None:
            return known
        made: list[Line] = []
        for start, end in sentences(quote.text):
            made.append(self._line(quote.text[start:end], quote, tuple(made)))
        self._memory.put(quote, tuple(made))
        return tuple(made)

    def _line(self, text: str, quote: Quote | None, before: tuple[Line, ...]) -> Line:
        parsed = self._grammar.parse(text)
        return Line(text, parsed, relations(parsed), self._wording.groups(parsed), quote, before)


def sentences(text: str) -> list[tuple[int, int]]:
    """Sentences of a quote, as offsets into it."""
    return [span for start, end in paragraph_spans(text) for span in sentence_spans(text, start, end)]
