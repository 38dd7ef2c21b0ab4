"""The gate before an answer is shown: every quote passes the verifier, against the articles on disk, or nothing is shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bot import corroboration
from bot.verifier import Original, Originals, Reason, Sentence, Violation, verify
from retrieval.corpus.article import text_digest
from retrieval.corpus.formats.part import Limits
from retrieval.errors import ArticleError, VerbatimError
from retrieval.index.catalogue import Catalogue, Entry
from retrieval.index.present import PresentTexts

NEAREST = 2
"""Passages that may stand beside a refusal."""


class UnverifiedAnswer(VerbatimError):
    """An answer that was held back, because a quote in it is not what its article says."""


def check(answer: Mapping[str, Any], originals: Originals) -> None:
    """Let an answer pass, or refuse it.

    Args:
        answer: the contract's Answer.
        originals: the articles.

    Raises:
        UnverifiedAnswer: a quote, or a reference to one, is wrong; names the article and says what is wrong.

    """
    if wrong := violations(answer, originals):
        raise UnverifiedAnswer(
            "The answer was held back, a quote in it did not pass the check against its article: "
            + "; ".join(dict.fromkeys(f"{v.reason}: {v.detail}" for v in wrong)),
            "Run verbatim ingest and ask again; if it stays so, run verbatim ingest --rebuild.",
        )


def violations(answer: Mapping[str, Any], originals: Originals) -> tuple[Violation, ...]:
    """Everything that is wrong with an answer, empty where nothing is."""
    found = list(_references(answer))
    for quote in (*answer["quotes"], *answer["nearest"]):
        name = quote.get("article")
        original = originals(name) if isinstance(name, str) else None
        found += [Violation(v.reason, f"{name}: {v.detail}") for v in verify(quote, original)]
    # What stands beside the quotes is looked at where they are what they say they are.
    return tuple(found or corroboration.violations(answer, originals))


def _references(answer: Mapping[str, Any]) -> Iterator[Violation]:
    """Whether status, parts and quotes say the same: nothing is cited that is not there, and nothing on a refusal."""
    quotes, parts, nearest = answer["quotes"], answer["parts"], answer["nearest"]
    numbers = [quote.get("number") for quote in quotes]
    if numbers != list(range(1, len(quotes) + 1)):
        yield Violation(Reason.CITATION, f"quotes are numbered {numbers}")
    answered = [part["status"] == "answered" for part in parts]
    status = "refused" if not any(answered) else "answered" if all(answered) else "partial"
    if answer["status"] != status:
        yield Violation(Reason.CITATION, f"the parts make it {status}, it says {answer['status']}")
    if any(bool(part["quotes"]) != (part["status"] == "answered") for part in parts):
        yield Violation(Reason.CITATION, "a part is answered without a quote, or refused with one")
    cited = {number for part in parts for number in part["quotes"]}
    if cited != set(numbers):
        yield Violation(Reason.CITATION, f"parts cite {sorted(cited)}, the quotes are {numbers}")
    if len(nearest) > NEAREST or (nearest and status == "answered"):
        yield Violation(Reason.CITATION, f"{len(nearest)} nearest passages beside {status}")
    shown = {(quote.get("article"), quote.get("start")) for quote in quotes}
    if any((quote.get("article"), quote.get("start")) in shown for quote in nearest):
        yield Violation(Reason.CITATION, "a quote stands among the passages that are no answer as well")


def shelf(catalogue: Catalogue, limits: Limits) -> Originals:
    """The articles on disk, with the sentences that the catalogue has of them. Each is read once: use it for one answer.

    Args:
        catalogue: which articles there are.
        limits: as in the settings; a file that has grown beyond them counts as missing.

    """
    entries: dict[str, Entry] = {}
    present = PresentTexts(catalogue, limits)

    @cache
    def look(name: str) -> Original | None:
        if not entries:
            entries.update((entry.name, entry) for entry in catalogue.entries())
        return _original(catalogue, entries[name], present) if name in entries else None

    return look


def _original(catalogue: Catalogue, entry: Entry, present: PresentTexts) -> Original | None:
    try:
        text = present.text(entry.name, entry.path)
    except ArticleError:
        return None
    sentences = tuple(
        Sentence(span, stored.passage.paragraph, stored.passage.heading)
        for stored in catalogue.passages(entry.sha256)
        for span in stored.passage.sentences
    )
    body = catalogue.body(entry.sha256)
    return Original(entry.name, text, text_digest(text), entry.sha256, entry.metadata, sentences, body)
