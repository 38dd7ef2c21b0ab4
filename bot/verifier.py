"""The last look at a quote before anyone sees it: it must be what its article says, at its place, under its own name.

Nothing here trusts the code that made the quote: it takes the JSON that is about to be shown, and the article as it
lies on disk. A quote that fails says why, by `Reason`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from retrieval.corpus import receipts
from retrieval.corpus.article import Metadata
from retrieval.corpus.sentences import Span
from retrieval.reading.leaning import first_needed
from retrieval.reading.speakers import speaker


class Reason(StrEnum):
    """What is wrong with a quote."""

    MALFORMED = "malformed"
    """A field is missing, or of another kind than the contract says."""
    ARTICLE = "article"
    """There is no such article."""
    DIGEST = "digest"
    """It was taken from another text than the article's."""
    STALE = "stale"
    """The article has changed since its sentences were indexed."""
    PLACE = "place"
    """Its offsets lie outside the article."""
    WORDS = "words"
    """Its words are not those that stand at its offsets."""
    SENTENCE = "sentence"
    """It begins or ends within a sentence, so that a negation, a condition or a speaker may be cut away."""
    CONTEXT = "context"
    """The sentence before is missing, without which it is not clear whom or what it is about."""
    HIGHLIGHT = "highlight"
    """The marked words are not part of one of its sentences."""
    RECEIPT = "receipt"
    """The receipt is that of another quote."""
    LABEL = "label"
    """Title, publisher, address, date or paragraph are not the article's."""
    SPEAKER = "speaker"
    """Somebody else says this."""
    COPY = "copy"
    """An article is named as a copy and is none, or does not say the same; or the sources are counted otherwise."""
    DISAGREEMENT = "disagreement"
    """Two quotes are said to differ in words that they do not have, or stand in one article."""
    LATER = "later"
    """An article is said to be later and is not."""
    CITATION = "citation"
    """The answer refers to quotes otherwise than it has them."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the catalogue has it."""

    span: Span
    paragraph: int
    heading: bool


@dataclass(frozen=True)
class Original:
    """An article that quotes are held against."""

    name: str
    text: str
    """As it is on disk now."""
    sha256: str
    """Digest of that text."""
    indexed: str
    """Digest of the text that `sentences` belong to."""
    metadata: Metadata
    sentences: tuple[Sentence, ...]
    """All, in order, headings included."""
    body: int = 0
    """Where its metadata ends."""

    @cached_property
    def spans(self) -> list[Span]:
        """Of all sentences."""
        return [s.span for s in self.sentences]

    @cached_property
    def headings(self) -> set[Span]:
        """Those of headings."""
        return {s.span for s in self.sentences if s.heading}

    @cached_property
    def quotable(self) -> list[Span]:
        """Those of sentences that may be quoted."""
        return [s.span for s in self.sentences if not s.heading]


Originals = Callable[[str], Original | None]
"""Name of an article -> the article, or None."""

_KINDS: dict[str, tuple[type, ...]] = {
    "number": (int,), "text": (str,), "article": (str,), "title": (str,), "publisher": (str, type(None)),
    "url": (str, type(None)), "published": (str, type(None)), "start": (int,), "end": (int,), "sha256": (str,),
    "highlight": (list, type(None)), "speaker": (dict,), "paragraph": (int,), "score": (int, float), "receipt": (str,),
}  # fmt: skip


def verify(quote: Mapping[str, Any], original: Original | None) -> tuple[Violation, ...]:
    """Everything that is wrong with a quote, empty where nothing is.

    Args:
        quote: the contract's Quote, as it is about to be shown.
        original: the article that it names; None where there is none.

    """
    if problem := _malformed(quote):
        return (Violation(Reason.MALFORMED, problem),)
    if original is None or original.name != quote["article"]:
        return (Violation(Reason.ARTICLE, f"there is no article {quote['article']!r}"),)
    return tuple(_violations(quote, original))


def _violations(quote: Mapping[str, Any], original: Original) -> Iterator[Violation]:
    start, end, text = quote["start"], quote["end"], original.text
    if quote["sha256"] != original.sha256:
        yield Violation(Reason.DIGEST, f"taken from {quote['sha256'][:12]}, the article is {original.sha256[:12]}")
    if original.sha256 != original.indexed:
        yield Violation(Reason.STALE, "the article has changed since it was taken in")
        return
    yield from _labels(quote, original)
    if not 0 <= start < end <= len(text):
        yield Violation(Reason.PLACE, f"characters {start} to {end} of {len(text)}")
        return
    if quote["receipt"] != receipts.make(original.name, start, end, quote["text"], quote["sha256"]):
        yield Violation(Reason.RECEIPT, "the receipt is not that of these words at this place")
    if quote["text"] != text[start:end]:
        yield Violation(Reason.WORDS, f"characters {start} to {end} say other words")
    inside = [s for s in original.quotable if start <= s[0] and s[1] <= end]
    if not inside or inside[0][0] != start or inside[-1][1] != end:
        yield Violation(Reason.SENTENCE, f"characters {start} to {end} are not whole sentences")
        return
    begins = {original.spans[_needed(original, span)][0] for span in inside}
    if start not in begins:
        yield Violation(Reason.CONTEXT, "the sentence before belongs to it")
        return
    yield from _reading(quote, original, inside)


def _reading(quote: Mapping[str, Any], original: Original, inside: list[Span]) -> Iterator[Violation]:
    """What hangs on the sentence that answers: marked words, speaker, paragraph, and the sentence it leans on."""
    answering = inside
    if (marked := quote["highlight"]) is not None:
        answering = [s for s in inside if s[0] <= marked[0] < marked[1] <= s[1]]
        if not answering:
            yield Violation(Reason.HIGHLIGHT, f"characters {marked[0]} to {marked[1]} are not within a sentence of it")
            return
    # A reader that marks no words leaves open which of the sentences answers; one of them must fit.
    found = [list(_of_sentence(quote, original, span)) for span in answering]
    yield from min(found, key=len)


def _of_sentence(quote: Mapping[str, Any], original: Original, span: Span) -> Iterator[Violation]:
    index = original.spans.index(span)
    if original.sentences[index].paragraph != quote["paragraph"]:
        yield Violation(Reason.LABEL, f"it stands in paragraph {original.sentences[index].paragraph}")
    voice = speaker(original.text, original.quotable, original.quotable.index(span))
    if quote["speaker"] != {"name": voice.name, "kind": voice.kind}:
        yield Violation(Reason.SPEAKER, f"the words are those of {voice.name} ({voice.kind})")
    if original.spans[_needed(original, span)][0] < quote["start"]:
        yield Violation(Reason.CONTEXT, "the sentence before belongs to it")


def _needed(original: Original, span: Span) -> int:
    return first_needed(original.text, original.spans, original.headings, original.spans.index(span))


def _labels(quote: Mapping[str, Any], original: Original) -> Iterator[Violation]:
    known = original.metadata
    published = known.published.isoformat() if known.published else None
    right = {"title": known.title, "publisher": known.publisher, "url": known.url, "published": published}
    for name, value in right.items():
        if quote[name] != value:
            yield Violation(Reason.LABEL, f"{name} is {value!r}")


def _malformed(quote: Mapping[str, Any]) -> str | None:
    for name, kinds in _KINDS.items():
        if name not in quote:
            return f"there is no {name}"
        value = quote[name]
        if isinstance(value, bool) or not isinstance(value, kinds):
            return f"{name} is {value!r}"
    if quote["number"] < 1 or not quote["text"] or not math.isfinite(quote["score"]) or not 0 <= quote["score"] <= 1:
        return "number, text or score is out of range"
    marked = quote["highlight"]
    if marked is not None and not (len(marked) == 2 and all(type(place) is int for place in marked)):
        return f"highlight is {marked!r}"
    return None
