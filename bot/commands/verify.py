"""`verbatim verify`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.render.terminal import visible
from bot.wiring import Project
from retrieval.corpus import files, receipts
from retrieval.corpus.article import text_digest
from retrieval.corpus.files import Source
from retrieval.corpus.receipts import Receipt
from retrieval.errors import ArticleError, StorageError

SEARCHED = 300_000
"""Characters in which moved words are looked for; each place costs a digest."""


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
    """The words that stand at the receipt's offsets now."""


def run(project: Project, code: str, *, as_json: bool) -> int:
    """Check a receipt against the article on disk; 0 identical, 1 changed or missing."""
    receipt = receipts.parse(code)
    check = verify(project, receipt)
    if as_json:
        body = {"verdict": check.verdict.value, "article": receipt.article, "start": receipt.start, "end": receipt.end}
        print(json.dumps(body | {"detail": check.detail, "text": check.found}, ensure_ascii=False))
    else:
        print(visible(f"{check.verdict.value}: {check.detail}"))
        if check.found:
            print(visible(check.found))
    return 0 if check.verdict is Verdict.IDENTICAL else 1


def verify(project: Project, receipt: Receipt) -> Check:
    """Compare the words at the receipt's offsets with those that were quoted."""
    path = _on_disk(project, receipt.article)
    if path is None:
        return Check(Verdict.MISSING, f"there is no article {receipt.article} any more", None)
    try:
        text = files.read_text(Source(receipt.article, path), project.settings.ingest.max_bytes)
    except ArticleError as error:
        return Check(Verdict.MISSING, str(error), None)
    place = f"{receipt.article}, characters {receipt.start} to {receipt.end}"
    if receipts.holds(receipt, text):
        whole = "" if receipts.same_article(receipt, text_digest(text)) else "; the article has changed elsewhere"
        return Check(Verdict.IDENTICAL, place + whole, text[receipt.start : receipt.end])
    moved = _moved(receipt, text)
    if moved is not None:
        detail = f"the quoted words now stand at characters {moved.start} to {moved.end} of {receipt.article}"
        return Check(Verdict.CHANGED, detail, text[moved.start : moved.end])
    now = text[receipt.start : receipt.end]
    return Check(Verdict.CHANGED, f"{place} no longer hold the quoted words" + ("; there now:" if now else ""), now or None)


def _on_disk(project: Project, name: str) -> Path | None:
    """Where the article lies: as ingested, else below one of the ingested folders."""
    known = {e.name: e.path for e in project.index.catalogue.entries()}
    places = [known[name]] if name in known else []
    for folder in project.paths():
        try:
            places += [s.path for s in files.find([folder]) if isinstance(s, Source) and s.name == name]
        except StorageError:
            continue
    return next((p for p in places if os.path.isfile(p)), None)  # noqa: PTH113 - Path.is_file raises where it may not look


def _moved(receipt: Receipt, text: str) -> Receipt | None:
    """The same words at another place of the same article."""
    length = receipt.end - receipt.start
    if len(text) > SEARCHED:
        return None
    for start in range(len(text) - length + 1):
        there = Receipt(receipt.article, start, start + length, receipt.article_check, receipt.quote_check)
        if receipts.holds(there, text):
            return there
    return None
