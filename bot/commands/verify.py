"""`verbatim verify`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from bot import remembered
from bot.render import difference
from bot.render.difference import Piece
from bot.render.terminal import visible
from bot.wiring import Project
from retrieval.corpus import files, metadata, receipts
from retrieval.corpus.article import text_digest
from retrieval.corpus.files import Source
from retrieval.corpus.formats import registry
from retrieval.corpus.matching import Version
from retrieval.corpus.receipts import Receipt
from retrieval.corpus.sentences import Span
from retrieval.errors import ArticleError, StorageError
from retrieval.index.present import PresentTexts

UNKNOWN = "The quoted words are not remembered here, so what has changed in them cannot be shown."
"""Said where only a receipt is left of a quote."""


class Verdict(StrEnum):
    """What became of quoted words."""

    IDENTICAL = "identical"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Check:
    """The verdict on a receipt."""

    verdict: Verdict
    detail: str
    found: str | None
    """The words that stand there now: at the receipt's offsets, or where the quoted words are or came from."""
    place: Span | None = None
    """Where those words stand."""
    moved: bool = False
    """They are the quoted words, at another place of the article."""
    quoted: str | None = None
    """The words that were quoted, where they are known."""

    @property
    def difference(self) -> list[Piece] | None:
        """What has changed in the words, word by word; None where they have not, or are not known."""
        if self.verdict is not Verdict.CHANGED or self.moved or self.quoted is None:
            return None
        return difference.difference(self.quoted, self.found)


def run(project: Project, code: str, *, as_json: bool) -> int:
    """Check a receipt against the article on disk; 0 identical, 1 changed or missing."""
    receipt = receipts.parse(code)
    check = verify(project, receipt)
    pieces = check.difference
    if as_json:
        body = {
            "verdict": check.verdict.value,
            "article": receipt.article,
            "start": receipt.start,
            "end": receipt.end,
            "detail": check.detail,
            "text": check.found,
            "now": list(check.place) if check.place else None,
            "moved": check.moved,
            "quoted": check.quoted,
            "difference": [piece.to_json() for piece in pieces] if pieces else None,
        }
        print(json.dumps(body, ensure_ascii=False))
        return 0 if check.verdict is Verdict.IDENTICAL else 1
    print(visible(f"{check.verdict.value}: {check.detail}"))
    if check.found:
        print(visible(check.found))
    if pieces:
        print(f"difference: {visible(difference.plain(check.quoted or '', check.found))}")
    elif check.verdict is not Verdict.IDENTICAL and not check.moved and check.quoted:
        print(visible(f"quoted: {check.quoted}"))
    elif check.verdict is Verdict.CHANGED and not check.moved:
        print(UNKNOWN)
    return 0 if check.verdict is Verdict.IDENTICAL else 1


def verify(project: Project, receipt: Receipt) -> Check:
    """Compare the words at the receipt's offsets with those that were quoted; where they differ, find out how."""
    path = _on_disk(project, receipt.article)
    if path is None:
        gone = f"there is no article {receipt.article} any more"
        return Check(Verdict.MISSING, gone, None, quoted=remembered.quoted(project, receipt))
    try:
        text = PresentTexts(project.index.catalogue, project.index.settings.limits).text(receipt.article, path)
    except ArticleError as error:
        return Check(Verdict.MISSING, str(error), None, quoted=remembered.quoted(project, receipt))
    place = f"{receipt.article}, characters {receipt.start} to {receipt.end}"
    if receipts.holds(receipt, text):
        whole = "" if receipts.same_article(receipt, text_digest(text)) else "; the article has changed elsewhere"
        words = text[receipt.start : receipt.end]
        return Check(Verdict.IDENTICAL, place + whole, words, (receipt.start, receipt.end), quoted=words)
    quoted = remembered.quoted(project, receipt)
    version = Version(text, _body(receipt.article, text))
    if moved := _moved(receipt, version, quoted):
        detail = f"the quoted words now stand at characters {moved[0]} to {moved[1]} of {receipt.article}"
        return Check(Verdict.CHANGED, detail, text[slice(*moved)], moved, True, text[slice(*moved)])
    span = version.closest(quoted) if quoted else version.around(receipt.start, receipt.end)
    if span is None:
        return Check(Verdict.CHANGED, f"{place} no longer hold the quoted words, nor any like them", None, quoted=quoted)
    what = "closest to them" if quoted else "there"
    detail = f"{place} no longer hold the quoted words; {what} now, at {span[0]} to {span[1]}:"
    return Check(Verdict.CHANGED, detail, text[slice(*span)], span, quoted=quoted)


def _on_disk(project: Project, name: str) -> Path | None:
    """Where the article lies: as ingested, else below one of the ingested folders."""
    known = {e.name: e.path for e in project.index.catalogue.entries()}
    if project.index.catalogue.follows:
        return known.get(name)
    places, file = [known[name]] if name in known else [], registry.file_of(name)
    for folder in project.paths():
        try:
            places += [s.path for s in files.find([folder]) if isinstance(s, Source) and s.name in {name, file}]
        except StorageError:
            continue
    return next((p for p in places if os.path.isfile(p)), None)  # noqa: PTH113 - Path.is_file raises where it may not look


def _body(name: str, text: str) -> int:
    """Where an article's metadata ends; at its beginning where that is broken."""
    if registry.is_extracted(registry.file_of(name)):
        return 0
    try:
        return metadata.article(name, text, {}).body
    except ArticleError:
        return 0


def _moved(receipt: Receipt, version: Version, quoted: str | None) -> Span | None:
    """Where the same words stand as whole sentences of the same article."""
    text, length = version.text, receipt.end - receipt.start
    if quoted is not None:
        return version.same(quoted, receipt.start)
    for start, end in ((start, start + length) for start, _ in version.sentences if start + length <= len(text)):
        if receipts.holds(replace(receipt, start=start, end=end), text):
            return version.same(text[start:end], start)
    return None
