"""Pages that a browser saved into a single file (MHTML): the page is its first part of HTML."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.corpus.formats import html, markup
from retrieval.corpus.formats.part import Limits, Part, Unreadable, known


def extract(raw: bytes, limits: Limits) -> Iterator[Part | Unreadable]:
    """The article of the page.

    Raises:
        Unreadable: there is no page in the file, or no article in the page.

    """
    del limits
    from email import message_from_bytes, policy

    message = message_from_bytes(raw, policy=policy.default)
    page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    content = page.get_payload(decode=True) if page is not None else None
    if not isinstance(content, bytes):
        raise Unreadable("holds no page", "Save the page again.")
    charset = page.get_content_charset() if page is not None else None
    found = html.page(markup.decoded(content, charset))
    # Where the browser was when it saved the page; the page itself knows better.
    address = known(url=str(message.get("Snapshot-Content-Location", "")))
    yield Part(found.text, {**address, **found.fields})
