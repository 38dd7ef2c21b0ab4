"""What every extractor gets and gives."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from retrieval.errors import VerbatimError


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be, so that none stops the others."""

    max_bytes: int = 5_000_000
    """Of a text file, and of the text that comes out of any other."""
    document_bytes: int = 25_000_000
    """Of a file whose text is extracted: pictures and fonts count, words are few."""
    pages: int = 2000
    """Of a PDF."""
    expanded_bytes: int = 200_000_000
    """Of a compressed document when it is unpacked."""


@dataclass(frozen=True, slots=True)
class Part:
    """One article of a file, as extracted."""

    text: str
    """Paragraphs with a blank line between them. This is the article: offsets, quotes and receipts refer to it."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Of title, publisher, url and published what the file says."""
    part: str | None = None
    """Which article of the file; None where the file is one article."""


class Unreadable(VerbatimError):
    """A file, or one article of it, from which nothing can be taken; turned into an ArticleError with its name."""

    def __init__(self, what: str, remedy: str, part: str | None = None) -> None:
        super().__init__(what, remedy)
        self.part = part


Extractor = Callable[[bytes, Limits], Iterator[Part | Unreadable]]
"""The articles of a file. An error that is raised is the whole file's, one that is yielded that of one article."""

_SPACES = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\u00ad\u200b\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SLUG = re.compile(r"[^0-9A-Za-z]+")
SLUG_CHARACTERS = 32


def one_line(text: str) -> str:
    """White space of any kind as one blank; soft hyphens and other characters without a shape left out."""
    return _SPACES.sub(" ", _BETWEEN.sub("", text)).strip()


def joined(paragraphs: Iterable[str]) -> str:
    """Paragraphs as the text of an article."""
    return "\n\n".join(p for p in paragraphs if p)


def heading(text: str) -> str:
    """A heading, marked as in Markdown: it is read, and never quoted as an answer."""
    return f"## {text}" if text else ""


def known(**fields: str | None) -> dict[str, str]:
    """The fields that say something. An address that is none is left out rather than the article."""
    kept = {key: one_line(value) for key, value in fields.items() if value and one_line(value)}
    if "url" in kept and not is_address(kept["url"]):
        del kept["url"]
    return kept


def is_address(url: str) -> bool:
    """Whether a url leads to a page of the web."""
    try:
        found = urlsplit(url)
    except ValueError:
        return False
    return found.scheme in {"http", "https"} and bool(found.netloc) and not re.search(r"\s", url)


def short_name(identity: str) -> str:
    """A readable name that stays the same: the last words of an identity, and a digest of all of it."""
    tail = identity.split("?")[0].split("#")[0].rstrip("/").rpartition("/")[2]
    slug = _SLUG.sub("-", tail).strip("-")[:SLUG_CHARACTERS].strip("-").lower()
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{digest}" if slug else digest
