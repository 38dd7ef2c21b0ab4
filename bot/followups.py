"""Questions that only make sense after others: rewritten so that they stand alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import Answer
from bot.question import PERSON, refer
from retrieval.reading.voices import individual

_ABOUT = re.compile(r"^\W*(?:and\s+|but\s+|so\s+)?(?:what|how)\s+about\s+(.+?)\W*$", re.IGNORECASE)
_AND = re.compile(
    r"^\W*(?:[Aa]nd|[Oo]r|[Bb]ut)\s+((?:in|on|at|for|by|with|from|to|of)\s+)?([A-Z][\w’' -]*?|the [\w’' -]{2,40}?)\W*$"
)
_WHO_SAID = re.compile(
    r"^\W*(?:and\s+)?(?:who|which \w+)\s+(said|says|stated|claimed|wrote|called)\s+(?:that|this|it|so)\W*$", re.IGNORECASE
)
_BARE = re.compile(r"^\W*(?:and\s+)?(why|when|where|who|how|since when|how many|how much)\W*$", re.IGNORECASE)
_OPENER = re.compile(r"^\W*(?:and|but|so|then)\s+(?=\w)", re.IGNORECASE)
_QUESTION_WORDS = re.compile(r"^\W*(?:who|whom|what|when|where|which|why|how(?:\s+(?:many|much))?)\s+", re.IGNORECASE)
_TOPIC = re.compile(r"\b(about|on|of|regarding|concerning)\s+([^?]+?)(\W*)$", re.IGNORECASE)
_NAME = re.compile(r"(?<=\s)[A-Z][\w’'.-]*(?:\s+[A-Z][\w’'-]+)*")
_POINTING = re.compile(
    r"\b(?:he|she|him|his|her|hers|it|its|they|them|their|theirs|this|that|these|those|there)\b", re.IGNORECASE
)

_ASKS_WHO = re.compile(
    r"^\W*(?:who|whom|which (?:person|company|firm|organi[sz]ation|minister|country|team|party))\b", re.IGNORECASE
)
"""After such a question "he" or "it" is whoever the answer named."""

_PRONOUN = re.compile(r"\b(?:he|she|him|it|they|them)\b", re.IGNORECASE)
_ANSWER_NAME = re.compile(r"[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*")

QUOTED_WORDS = 14
"""Words of an earlier quote that are enough to find it again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question and, where it is known, its answer."""

    question: str
    """As it was understood, so that a chain of follow-ups keeps its subject."""
    answer: Answer | None = None


def understood(question: str, history: Sequence[Turn]) -> str:
    """The question as one that stands alone; unchanged when it does already or when nothing came before."""
    if not history:
        return question
    earlier = history[-1]
    if match := _WHO_SAID.match(question):
        return f"Who {match[1]} {_said(earlier)}?"
    if match := _ABOUT.match(question):
        return _swapped(earlier.question, match[1])
    if match := _AND.match(question):
        return _swapped(earlier.question, match[2])
    if match := _BARE.match(question):
        return f"{match[1].capitalize()} {_QUESTION_WORDS.sub('', earlier.question)}"
    bare = _OPENER.sub("", question)
    if not _POINTING.search(bare):
        return bare[:1].upper() + bare[1:]
    return _referred(bare[:1].upper() + bare[1:], earlier)


def _said(earlier: Turn) -> str:
    """The words that "that" points at: the answering words of the first quote, or the earlier question."""
    if earlier.answer and earlier.answer.quotes:
        quote = earlier.answer.quotes[0]
        if quote.highlight:
            a, b = quote.highlight
            if len(words := quote.text[a - quote.start : b - quote.start].split()) >= 3:
                return " ".join(words[:QUOTED_WORDS]).strip("“”\"'’.,;: ")
        return " ".join(quote.text.split()[:QUOTED_WORDS]).strip("“”\"'’.,;: ")
    return _QUESTION_WORDS.sub("", earlier.question).rstrip(" ?")


def _swapped(earlier: str, subject: str) -> str:
    """The earlier question asked of another subject: its topic, else its last name, gives way."""
    plain = earlier.rstrip(" ?")
    if match := _TOPIC.search(plain):
        return f"{plain[: match.start(2)]}{subject}?"
    names = list(_NAME.finditer(plain))
    if names:
        return f"{plain[: names[-1].start()]}{subject}{plain[names[-1].end() :]}?"
    return f"{plain} {subject}?"


def _referred(question: str, earlier: Turn) -> str:
    """Its pronoun replaced by what the earlier question was about, or by what the answer to it named."""
    found = _answered_name(earlier) if _ASKS_WHO.match(earlier.question) else None
    if found and (pronoun := _PRONOUN.search(question)):
        return question[: pronoun.start()] + found + question[pronoun.end() :]
    replaced = refer(question, earlier.question)
    if replaced != question:
        return replaced
    if (person := PERSON.search(question)) and earlier.answer and earlier.answer.quotes:
        speaker = earlier.answer.quotes[0].speaker
        if individual(speaker):
            return question[: person.start()] + speaker.name + question[person.end() :]
    subject = " ".join(_NAME.findall(earlier.question)) or _QUESTION_WORDS.sub("", earlier.question).rstrip(" ?")
    return f"{question.rstrip(' ?')} ({subject})?"


def _answered_name(earlier: Turn) -> str | None:
    """The name among the answering words of the first quote, the longest if there are several; else who is quoted."""
    if not earlier.answer or not earlier.answer.quotes:
        return None
    quote = earlier.answer.quotes[0]
    a, b = quote.highlight or (quote.start, quote.start)
    names: list[str] = _ANSWER_NAME.findall(quote.text[a - quote.start : b - quote.start])
    if names:
        return max(names, key=lambda name: (len(name.split()), len(name)))
    return quote.speaker.name if individual(quote.speaker) else None
