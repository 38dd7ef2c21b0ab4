"""All checks on what a model wrote. A sentence is shown only if none finds anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.answer import Quote
from bot.compose.checking import answering, figures, form, limits, naming, quotation, voices
from bot.compose.checking.material import Case, Preparer
from bot.compose.checking.relating import Laying
from bot.compose.prose import Checked, Fault, Sentence
from retrieval.reading.grammar import Grammar, Token
from retrieval.reading.reader import Reader
from retrieval.reading.wording import SAYING, Wording
from retrieval.stopping import checkpoint

_NEUTRAL = frozenset("article report story newspaper paper quote".split())


class Checker:
    """Implements `bot.compose.prose.ProseChecker`; safe to call from several threads."""

    def __init__(self, grammar: Grammar, wording: Wording, reader: Reader) -> None:
        """Collaborators.

        Args:
            grammar: takes sentences apart.
            wording: compares words.
            reader: reads the sentence, and the quotes, for the answer.

        """
        self._preparer = Preparer(grammar, wording)
        self._reader = reader

    def check(self, question: str, quotes: Sequence[Quote], sentences: Sequence[Sentence]) -> list[Checked]:
        """One verdict a sentence, in order."""
        checked: list[Checked] = []
        earlier: list[str] = []
        for sentence in sentences:
            checkpoint()
            faults = tuple(dict.fromkeys(self._faults(question, quotes, sentence, earlier)))
            checked.append(Checked(sentence, faults))
            earlier.append(sentence.text)
        return checked

    def _faults(
        self, question: str, quotes: Sequence[Quote], sentence: Sentence, earlier: Sequence[str]
    ) -> Iterator[tuple[Fault, str]]:
        by_number = {quote.number: quote for quote in quotes}
        if not sentence.quotes:
            yield Fault.CITATION, "no quote"
        if unknown := [number for number in sentence.quotes if number not in by_number]:
            yield Fault.CITATION, ", ".join(map(str, unknown))
        cited = [by_number[number] for number in dict.fromkeys(sentence.quotes) if number in by_number]
        case = self._preparer.case(question, sentence.text, cited)
        malformed = list(form.check(case, earlier))
        yield from malformed
        if malformed or not cited:
            return
        yield from quotation.check(case)
        yield from figures.check(case)
        yield from naming.check(case)
        yield from limits.check(case)
        laying = Laying(case)
        laid = laying.best()
        yield from _uncovered(case, laying.uncovered)
        yield from laid.faults
        yield from limits.denials(case, [(at, place.line, place.word) for at, place in laid.places])
        yield from voices.check(case, laid)
        yield from _spoken_of(case)
        yield from _unused(case)
        yield from answering.check(case, self._reader)


def _uncovered(case: Case, words: Sequence[Token]) -> Iterator[tuple[Fault, str]]:
    """Words of content that the quotes do not have, those aside by which a sentence speaks of its quotes."""
    labels = " ".join(f"{q.speaker.name} {q.publisher or ''}" for q in case.quotes)
    for word in words:
        if word.sort in {"VERB", "AUX"} and word.lemma in SAYING:
            continue
        if word.lemma.casefold() in _NEUTRAL or case.wording.named([word.text], labels):
            continue
        if figures.hour_of(case, word.lemma) or word.lemma.casefold() in labels.casefold().split():
            continue
        yield Fault.UNSUPPORTED, word.text


def _spoken_of(case: Case) -> Iterator[tuple[Fault, str]]:
    """A pronoun before any name is anybody."""
    for word in case.claim.parsed:
        if word.sort in {"NOUN", "PROPN"}:
            return
        if word.sort == "PRON" and word.text.casefold() in {
            "he",
            "she",
            "they",
            "his",
            "her",
            "their",
            "him",
            "them",
            "this",
            "these",
            "those",
            "its",
        }:
            yield Fault.SPEAKER, word.text
            return


def _unused(case: Case) -> Iterator[tuple[Fault, str]]:
    """Every quote that is cited must give something."""
    used = {line.quote.number for word in case.claim.content for line, _ in case.partners(word) if line.quote}
    for quote in case.quotes:
        if quote.number not in used:
            yield Fault.CITATION, f"nothing is taken from {quote.number}"
