"""The last look at what an answer says of its articles: copies, sources, disagreements, later articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.verifier import Original, Originals, Reason, Violation
from retrieval.index.copies import alike, grouped
from retrieval.index.shingles import shingles
from retrieval.reading.disagreement import Kind
from retrieval.reading.sameness import held


def violations(answer: Mapping[str, Any], originals: Originals) -> Iterator[Violation]:
    """Everything that is wrong with it; the quotes themselves have been verified.

    Args:
        answer: the contract's Answer; fields that an earlier version did not have may be missing.
        originals: the articles as they lie on disk.

    """
    for quote in answer["quotes"]:
        yield from _copies(quote, originals)
    yield from _sources(answer, originals)
    numbered = {quote["number"]: quote for quote in answer["quotes"]}
    for found in answer.get("disagreements", ()):
        yield from _disagreement(found, numbered)
    yield from _later(answer, originals)


def _copies(quote: Mapping[str, Any], originals: Originals) -> Iterator[Violation]:
    mine = originals(quote["article"])
    names = quote.get("copies", [])
    if quote["article"] in names or len(set(names)) < len(names):
        yield Violation(Reason.COPY, f"{quote['article']}: {names} are not other articles")
    for name in names:
        theirs = originals(name)
        if mine is None or theirs is None or theirs.sha256 != theirs.indexed:
            yield Violation(Reason.COPY, f"{name} is not there, or has changed since it was taken in")
        elif not _are_copies(mine, theirs):
            yield Violation(Reason.COPY, f"{name} is no copy of {quote['article']}")
        elif not all(held(s, (theirs.text[a:b] for a, b in theirs.quotable)) for s in _answering(quote, mine)):
            yield Violation(Reason.COPY, f"{name} does not say what {quote['article']} says")


def _answering(quote: Mapping[str, Any], original: Original) -> list[str]:
    inside = [s for s in original.quotable if quote["start"] <= s[0] and s[1] <= quote["end"]]
    marked = quote["highlight"]
    return [original.text[a:b] for a, b in inside if marked is None or (a <= marked[0] and marked[1] <= b)]


def _sources(answer: Mapping[str, Any], originals: Originals) -> Iterator[Violation]:
    if "sources" not in answer:
        return
    names = sorted({name for q in answer["quotes"] for name in (q["article"], *q.get("copies", ()))})
    known = {name: original for name in names if (original := originals(name))}
    groups = grouped(names, lambda one, other: _are_copies(known[one], known[other])) if len(known) == len(names) else []
    counted = {"articles": len(names), "independent": len(groups)}
    if answer["sources"] != counted:
        yield Violation(Reason.COPY, f"there are {counted}, it says {answer['sources']}")


def _are_copies(one: Original, other: Original) -> bool:
    return alike(shingles(one.text, one.body), shingles(other.text, other.body))


def _disagreement(found: Mapping[str, Any], quotes: Mapping[int, Mapping[str, Any]]) -> Iterator[Violation]:
    numbers, values = found["quotes"], found["values"]
    if len(numbers) != 2 or len(values) != 2 or found["kind"] not in set(Kind):
        yield Violation(Reason.DISAGREEMENT, f"{found['kind']} of quotes {numbers}: {values}")
        return
    shown = [quotes.get(number) for number in numbers]
    if None in shown or len({quote["article"] for quote in shown if quote}) < 2:
        yield Violation(Reason.DISAGREEMENT, f"quotes {numbers} are not of two articles")
    elif any(not value or value not in quote["text"] for value, quote in zip(values, shown, strict=True) if quote):
        yield Violation(Reason.DISAGREEMENT, f"quotes {numbers} do not say {values}")


def _later(answer: Mapping[str, Any], originals: Originals) -> Iterator[Violation]:
    newest = max((quote["published"] or "" for quote in answer["quotes"]), default="")
    for found in answer.get("later", ()):
        original = originals(found["article"])
        published = original.metadata.published.isoformat() if original and original.metadata.published else None
        if not answer["quotes"] or published != found["published"] or found["published"] <= newest:
            yield Violation(Reason.LATER, f"{found['article']} did not come out later, on {found['published']}")
