"""Pages as saved from a browser: trafilatura finds the main text and what the page says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

from retrieval.corpus.formats import hidden, markup
from retrieval.corpus.formats.part import Limits, Part, Unreadable, joined, known, one_line
from retrieval.corpus.passages import ends_sentence

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SAVED_FROM = re.compile(r"<!-- saved from url=\(\d+\)(\S+) -->")
"""What browsers write at the head of a page that they save."""

# htmldate may also guess from any date on the page; a wrong one would let an article through an as-of.
_DATES = {"extensive_search": False, "original_date": True}


def extract(raw: bytes, limits: Limits) -> Iterator[Part | Unreadable]:
    """The article of a page: visible main text, without navigation, notices, advertisements and what is related."""
    del limits
    yield page(markup.decoded(raw))


def page(text: str) -> Part:
    """The article of a page that is decoded.

    Raises:
        Unreadable: it has no main text.

    """
    from trafilatura import bare_extraction

    tree = markup.tree(text)
    # JSON-LD stands in a script, so this comes before scripts are removed.
    saved = _SAVED_FROM.search(text[:4096])
    fields = known(url=saved[1] if saved else None) | _fields(tree)
    hidden.remove(tree)
    found = bare_extraction(tree, with_metadata=False, include_comments=False, include_images=False)
    body = found.body if found is not None and not isinstance(found, dict) else None
    paragraphs = markup.paragraphs(body) if body is not None else []
    # The headline is the title, which stands beside the text.
    if paragraphs and paragraphs[0].removeprefix("## ").casefold() == fields.get("title", "").casefold():
        paragraphs = paragraphs[1:]
    # Where there is no article the menu is what is left.
    if not any(ends_sentence(p) for p in paragraphs):
        raise Unreadable(
            "holds no article: no main text was found",
            "Save the page when it is loaded and no notice covers it, or save its text.",
        )
    return Part(joined(paragraphs), fields)


def _fields(tree: HtmlElement) -> dict[str, str]:
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(deepcopy(tree), date_config=_DATES)
    canonical = [one_line(link.get("href", "")) for link in tree.iter("link") if link.get("rel", "").lower() == "canonical"]
    fields = known(url=canonical[0] if canonical else None)
    return known(title=found.title, publisher=found.sitename, url=found.url, published=found.date) | fields
