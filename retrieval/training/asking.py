"""Other ways to ask: as people type, as yes-or-no questions, and about somebody else."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_STOP = frozenset(
    "a an and are as at be been by did do does for from had has have he her his how i in is it its of on or that the "
    "their them they this to was were what when where which who whom whose why will with would".split()
)
_WORD = re.compile(r"[\w'’.-]*\w")
_AUXILIARY = r"(?:did|does|do|can|could|will|would|has|have|had|is|are|was|were|should|must)"
_SUBJECT_FIRST = re.compile(rf"^(?:what|whom|where|when|which \w+)\s+({_AUXILIARY})\s+(.+)$", re.IGNORECASE)
_WHO = re.compile(r"^who\s+(.+)$", re.IGNORECASE)
_NAME = re.compile(r"(?<=\s)(?:[A-Z][\w’'-]*[a-z][\w’'-]*|[A-Z]{2,})(?:\s+(?:[A-Z][\w’'-]+))*|\b\d[\d,.]*\d\b|\b\d\b")
_WHAT_KIND = re.compile(rf"(what|which)\s+(?!{_AUXILIARY}\b)(?=[a-z]+\s)", re.IGNORECASE)

_TEXTS = (
    "the article", "the text", "the passage", "the report", "the author", "the document", "the speech", "the address",
    "the statement", "the story", "the speaker", "this article", "his speech", "her statement", "their report",
)  # fmt: skip

MAX_ANSWER_WORDS = 6
"""Longer answers make no yes-or-no question that a person would ask."""


def typed(question: str, rng: random.Random) -> str:
    """The question as people really type it: now and then without its mark, as keywords, or with a slip."""
    roll = rng.random()
    if roll < 0.12:
        return question.rstrip(" ?")
    if roll < 0.18:
        words = [w for w in _WORD.findall(question) if w.casefold() not in _STOP]
        return " ".join(words) if len(words) >= 3 else question
    if roll < 0.23:
        return _slip(question, rng)
    return question


def yes_or_no(question: str, answer: str) -> str | None:
    """The question turned into one that is answered by yes: "Where was it held?", "Geneva" -> "Was it held Geneva?".

    The grammar is rough; what matters is that the whole claim stands in the question and nothing is left to fill in.
    None where the question has no such form.
    """
    answer = answer.strip(" .,;:")
    if not answer or len(answer.split()) > MAX_ANSWER_WORDS:
        return None
    plain = question.rstrip(" ?.")
    if match := _SUBJECT_FIRST.match(plain):
        joined = (
            "in "
            if re.match(r"(?:when|where)\b", plain, re.IGNORECASE) and not re.match(r"(?:in|on|at|by)\b", answer)
            else ""
        )
        return f"{match[1].capitalize()} {match[2]} {joined}{answer}?"
    if match := _WHO.match(plain):
        return f"Is it true that {answer} {match[1]}?"
    return None


def framed(question: str, rng: random.Random) -> str:
    """The question as people ask it who have a text in mind: "According to the article, …", "… mentioned in the speech?".

    What is asked for stays the same, so a passage answers it or does not as before.
    """
    text = rng.choice(_TEXTS)
    lowered = question[:1].lower() + question[1:] if not question[:2].isupper() else question
    plain = question.rstrip(" ?.")
    forms = [
        f"According to {text}, {lowered}",
        f"{plain}, according to {text}?",
        f"{plain} according to {text}?",
        f"{plain} as {rng.choice(('mentioned', 'described', 'stated', 'reported', 'outlined'))} in {text}?",
        f"In {text}, {lowered}",
        f"What does {text} say: {lowered}",
        f"Can you tell me {lowered}",
    ]
    if _WHAT_KIND.match(question):
        added = rng.choice(("specific", "particular", "key", "significant"))
        forms += [_WHAT_KIND.sub(rf"\g<1> {added} ", question, count=1)] * 2
    return rng.choice(forms)


def names(question: str) -> list[str]:
    """Names and numbers in a question, by their form."""
    return [match[0] for match in _NAME.finditer(question)]


def of_another(question: str, others: Sequence[str], avoid: str, rng: random.Random) -> str | None:
    """The question with one of its names exchanged for one from another question: right form, fact not there.

    Args:
        question: an answerable question.
        others: names to choose from.
        avoid: a text that must not hold the new name, since it might then answer.
        rng: chooses.

    """
    places = list(_NAME.finditer(question))
    if not places:
        return None
    place = rng.choice(places)
    number = place[0][:1].isdigit()
    held = f"{question} {avoid}".casefold()
    fitting = [n for n in others if n[:1].isdigit() == number and n.casefold() not in held]
    if not fitting:
        return None
    return question[: place.start()] + rng.choice(fitting) + question[place.end() :]


def _slip(question: str, rng: random.Random) -> str:
    """Two neighbouring letters of one longer word exchanged, or one left out."""
    places = list(re.finditer(r"[A-Za-z]{5,}", question))
    if not places:
        return question
    place = rng.choice(places)
    i = rng.randrange(place.start() + 1, place.end() - 1)
    if rng.random() < 0.5:
        return question[:i] + question[i + 1] + question[i] + question[i + 2 :]
    return question[:i] + question[i + 1 :]
