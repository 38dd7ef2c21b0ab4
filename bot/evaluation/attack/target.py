"""What is attacked, and the register of alterations. A new one is a function with a decorator, in any module here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.verifier import Original
from retrieval.corpus import receipts
from retrieval.corpus.article import text_digest
from retrieval.corpus.sentences import Span

Quote = dict[str, Any]
"""The contract's Quote as JSON."""


@dataclass(frozen=True)
class Target:
    """A quote that is right, and what a forger knows."""

    quote: Quote
    original: Original
    others: tuple[Original, ...]
    """The other articles of the corpus, by name."""
    names: tuple[str, ...]
    """Names that occur in the corpus, sorted."""

    @property
    def text(self) -> str:
        """Its words."""
        return str(self.quote["text"])

    @property
    def span(self) -> Span:
        """Its place."""
        return self.quote["start"], self.quote["end"]

    @property
    def inside(self) -> list[Span]:
        """The sentences that it consists of."""
        start, end = self.span
        return [s for s in self.original.quotable if start <= s[0] and s[1] <= end]


Alteration = Callable[[Target], Iterator[Quote]]
Rewriting = Callable[[Target], Iterator[str]]
Cutting = Callable[[Target], Iterator[Span]]

ALTERATIONS: dict[str, list[Alteration]] = {}
"""By class, in the order in which they are reported."""


def alteration(name: str) -> Callable[[Alteration], Alteration]:
    """Register a function that forges a quote, under the class `name`."""

    def register(forge: Alteration) -> Alteration:
        ALTERATIONS.setdefault(name, []).append(forge)
        return forge

    return register


def rewriting(name: str) -> Callable[[Rewriting], Rewriting]:
    """Register a function that gives other words for a quote; each is tried in every disguise there is."""

    def register(rewrite: Rewriting) -> Rewriting:
        ALTERATIONS.setdefault(name, []).append(lambda target: _disguised(target, rewrite))
        return rewrite

    return register


def cutting(name: str) -> Callable[[Cutting], Cutting]:
    """Register a function that gives other places in the same article; the words there are quoted exactly."""

    def register(cut: Cutting) -> Cutting:
        ALTERATIONS.setdefault(name, []).append(lambda target: (exact(target, *span) for span in cut(target)))
        return cut

    return register


def exact(target: Target, start: int, end: int) -> Quote:
    """The words at another place of the same article, with everything that can be computed made to fit."""
    marked = target.quote["highlight"]
    if marked is not None:
        marked = [max(start, marked[0]), min(end, marked[1])]
    words = target.original.text[max(0, start) : end]
    changed = {"start": start, "end": end, "text": words, "highlight": marked if marked and marked[0] < marked[1] else None}
    return sealed(target.quote | changed)


def sealed(quote: Quote) -> Quote:
    """The quote with a receipt that is right for what it says of itself: anybody can compute one."""
    start, end = max(0, quote["start"]), max(0, quote["end"])
    return quote | {"receipt": receipts.make(quote["article"], start, end, quote["text"], quote["sha256"])}


def _disguised(target: Target, rewrite: Rewriting) -> Iterator[Quote]:
    """Other words as they are; with end, marked words and receipt made to fit; and with the digest of a forged article."""
    for words in rewrite(target):
        if words == target.text:
            continue
        yield target.quote | {"text": words}
        start = target.quote["start"]
        end = start + len(words)
        moved = target.quote | {"text": words, "end": end, "highlight": [start, end]}
        yield sealed(moved)
        yield sealed(moved | {"highlight": None})
        article = target.original.text
        forged = article[:start] + words + article[target.quote["end"] :]
        yield sealed(moved | {"highlight": None, "sha256": text_digest(forged)})
