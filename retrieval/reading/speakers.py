"""Whose voice a sentence is: a person, a body that speaks as one, a document, or the reporter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Literal

from retrieval.corpus.sentences import Span
from retrieval.reading.attribution import Attribution, attributions
from retrieval.reading.known import known
from retrieval.reading.mentions import Mention, Sort, people, plural_people
from retrieval.reading.phrases import subject
from retrieval.reading.quotations import Outlines

Kind = Literal["person", "document", "reporter"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says what a quote says."""

    name: str
    kind: Kind


REPORTER = Speaker("the article", "reporter")

SPEECH = Speaker("the speech", "document")
"""Somebody speaks in the first person, and the text does not say who: a speech, a letter, a column."""

BACK = 12
"""Sentences before the one asked about that may be read to find its voice."""

FARTHEST = 40
"""More of them where the paragraph began earlier: quotation marks are counted from there."""

AHEAD = 8
"""Sentences after it in which a quotation that goes on may name its speaker."""

RECENT = 8
"""Sentences back in which whom "he" means is looked for; 4 for "it" and "they"."""

QUOTED = 0.6
"""Share of a sentence in quotation marks from which on it is a quotation, where nobody is named in it."""


def speaker(text: str, sentences: Sequence[Span], index: int) -> Speaker:
    """The voice of `sentences[index]`.

    Args:
        text: the article's text.
        sentences: its sentences in order, headings left out.
        index: which one.

    """
    return _listening(text, tuple(sentences))(index)


@lru_cache(maxsize=16)
def _listening(text: str, sentences: Sequence[Span]) -> Callable[[int], Speaker]:
    """Number of a sentence -> its voice, found once; for the texts asked about last."""
    return cache(partial(_heard, text, sentences))


def _heard(text: str, sentences: Sequence[Span], index: int) -> Speaker:
    first = max(0, index - BACK)
    while first > 0 and index - first < FARTHEST and not _breaks(text, sentences, first):
        first -= 1
    return _Listener(text, sentences, first, index).voice(index).speaker


def voices(text: str, sentences: Sequence[Span]) -> list[Speaker]:
    """The voice of every sentence, each as `speaker` tells it."""
    return [speaker(text, sentences, index) for index in range(len(sentences))]


def _breaks(text: str, sentences: Sequence[Span], index: int) -> bool:
    gap = text[sentences[index - 1][1] : sentences[index][0]]
    return "\n" in gap or "\r" in gap


@dataclass(frozen=True, slots=True)
class _Voice:
    """A voice, and how it may be referred to."""

    speaker: Speaker
    one: bool
    """It is one person's, so that "he" or "she" can mean it."""
    named: bool
    """Somebody is named, so that it is not just the text's own."""


class _Listener:
    """Finds voices in a run of sentences; looks at earlier ones only where a sentence refers to them."""

    def __init__(
        self, text: str, sentences: Sequence[Span], first: int, last: int, unknown: Sequence[int] | None = None
    ) -> None:
        """Of `sentences[first:last + 1]`; `unknown` are some whose voice this is to find out, so that it cannot be used."""
        self._text, self._sentences, self._first = text, sentences, first
        self._facts = known(text)
        self._outlines = Outlines(text, sentences, first, last + 1)
        self._looks_ahead = unknown is None
        self._voices: dict[int, _Voice] = {index: self._default(index) for index in unknown or ()}
        self._subjects: dict[int, Mention | None] = {}

    def voice(self, index: int) -> _Voice:
        """The voice of a sentence of the run."""
        if index not in self._voices:
            # Until it is found it is nobody's, also for those that are looked at on the way.
            self._voices[index] = self._default(index)
            found = self._own_voice(index) or self._quoted(index) or self._set_off(index)
            self._voices[index] = found or self._default(index)
        return self._voices[index]

    def _default(self, index: int) -> _Voice:
        """The text's own voice: the reporter's, or his whose turn it is in a transcript, or that of a speech."""
        turn = self._facts.turn(self._sentences[index][0])
        own = Speaker(turn, "person") if turn else SPEECH if self._facts.speech else REPORTER
        return _Voice(own, one=False, named=False)

    def _own_voice(self, index: int) -> _Voice | None:
        """Whom the sentence itself names."""
        outline = self._outlines[index]
        if not outline.quoted and not any(c.isalnum() for c in outline.words):
            # "(Applause.)" is nobody's.
            return _Voice(REPORTER, one=False, named=False)
        main = (a for a in attributions(outline.words) if a.main)
        return next((voice for a in main if (voice := self._meant(index, a))), None)

    def _meant(self, index: int, found: Attribution) -> _Voice | None:
        """The voice that an attribution means."""
        who = found.who
        if who.sort is Sort.PRONOUN:
            return self._of_pronoun(index, who.name, found.at)
        if self._is_common(index, who):
            return None
        if who.sort is Sort.PERSON or (who.sort is Sort.BODY and " " not in who.name):
            name = self._full(index, who)
            one = who.sort is Sort.PERSON or name is not None or self._facts.alone(who.name)
            return _person(name or who.name, one=one)
        if who.sort is Sort.ROLE and who.name.split()[0] in {"the", "this", "that"}:
            return _person(self._somebody(index, "", found.at) or who.name)
        if who.sort is Sort.DOCUMENT:
            return _Voice(Speaker(who.name, "document"), one=False, named=True)
        return _person(who.name, one=who.sort is Sort.ROLE)

    def _of_pronoun(self, index: int, word: str, at: int) -> _Voice | None:
        if word in {"i", "we", "you"}:
            return self._default(index)
        if word in {"he", "she"}:
            return _person(self._somebody(index, word, at) or word)
        for earlier in range(index - 1, max(self._first, index - RECENT // 2) - 1, -1):
            voice = self.voice(earlier)
            if voice.named and not voice.one and (word == "it" or voice.speaker.kind == "person"):
                return voice
            about = self._about(earlier)
            if about and about.sort in {Sort.BODY, Sort.DOCUMENT}:
                kind: Kind = "document" if about.sort is Sort.DOCUMENT else "person"
                return _Voice(Speaker(about.name, kind), one=False, named=True)
        return _person(word, one=False) if word == "they" else None

    def _somebody(self, index: int, pronoun: str, at: int) -> str | None:
        """Whom "he", "she" or "the official" means: who spoke last, else who was spoken of last.

        Args:
            index: of the sentence in which it stands.
            pronoun: "he", "she", or nothing for a role.
            at: where in the outline it stands.

        """
        words = self._outlines[index].words
        here = subject(words) if at > 0 else None
        if here and here.name in words[:at] and (name := self._one(index, here)) and self._fits(name, pronoun):
            return name
        before = reversed(people(words[:at])) if at > 0 else ()
        inside = (name for other in before if other.sort is Sort.PERSON and (name := self._one(index, other)))
        if found := next((name for name in inside if " " in name and self._fits(name, pronoun)), None):
            return found
        for earlier in range(index - 1, max(self._first, index - RECENT) - 1, -1):
            voice = self.voice(earlier)
            if voice.one and self._fits(voice.speaker.name, pronoun):
                return voice.speaker.name
            others = [self._about(earlier), *reversed(people(self._outlines[earlier].words))]
            names = (self._one(index, other) for other in others if other)
            if found := next((name for name in names if name and self._fits(name, pronoun)), None):
                return found
        return None

    def _about(self, index: int) -> Mention | None:
        """A sentence's subject, a pronoun replaced by whom it means."""
        if index not in self._subjects:
            found = subject(self._outlines[index].words)
            if found and found.sort is Sort.PRONOUN:
                found = self._referred(index, found.name)
            self._subjects[index] = None if found and self._is_common(index, found) else found
        return self._subjects[index]

    def _referred(self, index: int, pronoun: str) -> Mention | None:
        if pronoun in {"he", "she"}:
            name = self._somebody(index, pronoun, 0)
            return Mention(Sort.PERSON, name, name.split()[-1]) if name else None
        earlier = self._about(index - 1) if index > self._first else None
        return earlier if earlier and earlier.sort is not Sort.PERSON else None

    def _full(self, index: int, who: Mention) -> str | None:
        """A person's name as the article gave it in full before."""
        if " " in who.name:
            return who.name
        return self._facts.full(who.name, self._sentences[index][1]) or (who.name if who.sort is Sort.PERSON else None)

    def _one(self, index: int, who: Mention) -> str | None:
        """The name in full, if it is one person's."""
        if who.sort is Sort.PERSON:
            return self._full(index, who)
        if who.sort is not Sort.BODY or " " in who.name:
            return None
        return self._full(index, who) or (who.name if self._facts.alone(who.name) else None)

    def _is_common(self, index: int, who: Mention) -> bool:
        """Whether what looks like a name is the common noun with which the sentence begins."""
        word = who.name
        first = " " not in word and self._outlines[index].words.startswith(word)
        return first and who.sort is Sort.BODY and not plural_people(word) and self._facts.common(word)

    def _fits(self, name: str, pronoun: str) -> bool:
        sex = self._facts.sex(name) if pronoun else ""
        return not sex or sex == pronoun

    def _quoted(self, index: int) -> _Voice | None:
        """The voice of a sentence that is a quotation and names nobody."""
        outline = self._outlines[index]
        if not outline.inside and outline.quoted < QUOTED:
            return None
        before = self.voice(index - 1) if index > self._first else None
        if before and before.named:
            return before
        if outline.open and self._looks_ahead and (found := self._ahead(index)):
            return found
        about = self._about(index - 1) if index > self._first else None
        name = self._one(index, about) if about else None
        return _person(name) if name else None

    def _set_off(self, index: int) -> _Voice | None:
        """The voice of a paragraph that is a quotation without marks: the sentence before it ends with a colon."""
        start = index
        while start > self._first and not self._outlines[start].paragraph:
            start -= 1
        if start == self._first or not self._outlines[start - 1].words.endswith(":"):
            return None
        before = self.voice(start - 1)
        return before if before.named else None

    def _ahead(self, index: int) -> _Voice | None:
        """Who is named where a quotation that goes on ends."""
        last = min(len(self._sentences), index + 1 + AHEAD)
        following = Outlines(self._text, self._sentences, index, last, inside=self._outlines[index].inside)
        for later in range(index + 1, last):
            if not following[later].inside:
                return None
            if not following[later].open:
                unknown = range(index, later)
                return _Listener(self._text, self._sentences, self._first, later, unknown)._own_voice(later)
        return None


def _person(name: str, *, one: bool = True) -> _Voice:
    return _Voice(Speaker(name, "person"), one=one, named=True)
