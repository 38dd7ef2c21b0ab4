"""The words behind a receipt, where they are still known: a receipt itself holds only their digest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from bot.wiring import Project
from retrieval.corpus import receipts
from retrieval.corpus.receipts import Receipt
from retrieval.errors import StoreError


def quoted(project: Project, receipt: Receipt) -> str | None:
    """The words that were quoted, proven by the receipt's digest; None where nothing remembers them.

    They are known while the index still has the article as it was, while an answer that shows them stands in Discord
    and is remembered, and while a run that quoted them is kept.

    Args:
        project: whose index and state are looked through; the state is opened only if the index does not have them.
        receipt: of the quote.

    """
    here = replace(receipt, start=0, end=receipt.end - receipt.start)
    try:
        return next((text for text in _known(project, receipt) if receipts.holds(here, text)), None)
    except StoreError:
        # What cannot be looked up is not known; the verdict stands without it.
        return None


def _known(project: Project, receipt: Receipt) -> Iterator[str]:
    catalogue = project.index.catalogue
    for entry in catalogue.entries():
        if receipts.same_article(receipt, entry.sha256):
            yield catalogue.text(entry.sha256)[receipt.start : receipt.end]
    yield from _in_state(project, receipts.code(receipt))


def _in_state(project: Project, code: str) -> Iterator[str]:
    # SQLAlchemy takes half a second to import, and most receipts hold.
    from sqlalchemy import select

    from bot.fates import keyed
    from bot.state import citations, posts
    from bot.state.runs import RunRow

    with project.database.session() as session:
        if (cited := citations.by_receipt(session, code)) and (post := posts.get(session, cited[0])):
            yield keyed(post.answer)[cited[1]].text
        # A receipt is plain ASCII without anything that JSON escapes.
        for answer in session.scalars(select(RunRow.answer).where(RunRow.answer.contains(code, autoescape=True)).limit(1)):
            body = json.loads(answer)
            yield from (q["text"] for q in (*body["quotes"], *body["nearest"]) if q["receipt"] == code)
