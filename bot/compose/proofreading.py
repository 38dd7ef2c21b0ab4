"""A model's sentences against the quotes of an answer, part by part of its question."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer, Status
from bot.compose.prose import Checked, Fault, ProseChecker, Sentence

MOST_CHARACTERS = 500
"""Of a sentence; what is longer is none that anybody reads."""


def proofread(checker: ProseChecker, asked: str, answer: Answer, sentences: Sequence[Sentence]) -> list[Checked]:
    """One verdict a sentence, in order.

    A sentence is checked as an answer to every part of the question whose quotes it names.

    Args:
        checker: says what is wrong with a sentence.
        asked: the question as it was searched for.
        answer: with quotes.
        sentences: what the model wrote.

    """
    numbers = {quote.number for quote in answer.quotes}
    faults: dict[int, dict[tuple[Fault, str], None]] = {
        at: dict.fromkeys(_plain(s, numbers)) for at, s in enumerate(sentences)
    }
    for question, quotes in _parts(asked, answer):
        own = [at for at, found in faults.items() if not found and quotes & set(sentences[at].quotes)]
        checks = checker.check(question, answer.quotes, [sentences[at] for at in own]) if own else []
        if len(checks) != len(own) or any(c.sentence != sentences[at] for c, at in zip(checks, own, strict=True)):
            raise ValueError(f"{len(own)} sentences were to be checked, {len(checks)} other ones were")
        for at, checked in zip(own, checks, strict=True):
            faults[at] |= dict.fromkeys(checked.faults)
    return [Checked(sentence, tuple(faults[at])) for at, sentence in enumerate(sentences)]


def _plain(sentence: Sentence, numbers: set[int]) -> list[tuple[Fault, str]]:
    """What no checker is needed for."""
    found = []
    if not sentence.quotes:
        found.append((Fault.CITATION, "it names no quote"))
    if unknown := sorted(set(sentence.quotes) - numbers):
        found.append((Fault.CITATION, f"there is no quote {', '.join(map(str, unknown))}"))
    if not sentence.text.strip():
        found.append((Fault.FORM, "it is empty"))
    if len(sentence.text) > MOST_CHARACTERS:
        found.append((Fault.FORM, f"it has {len(sentence.text):,} characters"))
    return found


def _parts(asked: str, answer: Answer) -> list[tuple[str, set[int]]]:
    """Each question that is answered, and the numbers of the quotes that answer it."""
    if len(answer.parts) == 1:
        return [(asked, set(answer.parts[0].quotes))]
    return [(part.question, set(part.quotes)) for part in answer.parts if part.status is Status.ANSWERED]
