"""RSS and Atom feeds: one article for each entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from retrieval.corpus.formats import hidden, markup
from retrieval.corpus.formats.part import Limits, Part, Unreadable, joined, known, one_line, short_name

if TYPE_CHECKING:
    from feedparser import FeedParserDict

_HTML = frozenset({"text/html", "application/xhtml+xml"})


def extract(raw: bytes, limits: Limits) -> Iterator[Part | Unreadable]:
    """One article for each entry that holds text; the others are named.

    Raises:
        Unreadable: it is no feed, is broken, or declares entities that would be expanded.

    """
    del limits
    _check(raw)
    import feedparser

    # Its own sanitising would take away the style by which hidden text is known.
    read: FeedParserDict = feedparser.parse(raw, sanitize_html=False, resolve_relative_uris=False)
    if not read.get("version"):
        raise Unreadable("is XML, but no RSS or Atom feed", "Give a feed, or leave it out.")
    if not read.entries:
        raise Unreadable("is a feed without entries", "Fetch it again, or leave it out.")
    publisher = _plain(read.feed.get("title_detail"))
    seen: set[str] = set()
    for number, entry in enumerate(read.entries, 1):
        text = joined(_paragraphs(entry))
        title, published = _plain(entry.get("title_detail")), _day(entry)
        identity = entry.get("id") or entry.get("link") or (f"{title}\0{published}" if title else text)
        name = short_name(identity)
        if name in seen:
            yield Unreadable("has the id of an earlier entry", "Give every entry an id of its own.", f"entry {number}")
        elif not text:
            yield Unreadable("holds no text", "Save the page that it leads to.", name)
        else:
            yield Part(text, known(title=title, publisher=publisher, url=entry.get("link"), published=published), name)
        seen.add(name)


def _check(raw: bytes) -> None:
    """See that the file is whole, and that nothing in it grows when it is read."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        ElementTree.fromstring(raw.lstrip(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except DefusedXmlException:
        raise Unreadable(
            "declares entities, which could grow without end", "Fetch the feed again, or leave it out."
        ) from None
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        line = f" (line {error.position[0]})" if isinstance(error, ElementTree.ParseError) else ""
        # The rest may be missing, and half an article would be quoted as a whole one.
        raise Unreadable(f"is not well-formed XML{line}", "Fetch the feed again.") from None


def _paragraphs(entry: Any) -> list[str]:
    """The longest text of an entry: feeds carry a summary, and some the whole article."""
    details = [*entry.get("content", ()), entry.get("summary_detail")]
    return max((_read(d) for d in details if d), key=lambda ps: sum(map(len, ps)), default=[])


def _read(detail: Any) -> list[str]:
    value = detail.get("value") or ""
    if detail.get("type") not in _HTML:
        return [one_line(p) for p in value.replace("\r\n", "\n").split("\n\n") if one_line(p)]
    if not value.strip():
        return []
    tree = markup.tree(f"<html><body>{value}</body></html>")
    hidden.remove(tree)
    return markup.paragraphs(tree)


def _plain(detail: Any) -> str | None:
    return " ".join(p.removeprefix("## ") for p in _read(detail)) if detail else None


def _day(entry: Any) -> str | None:
    """The day of publication, by the clock of Greenwich, to which the standard library of feeds turns all times."""
    when = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return date(*when[:3]).isoformat() if when else None
    except ValueError:
        return None
