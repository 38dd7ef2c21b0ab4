"""The whole text of one article, and what is known about it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a reader wants to know of an article besides its words."""

    title: str
    """As published where the file or the table says so, else the article's first words."""
    publisher: str | None = None
    url: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One file, or one article of a file that holds many: its text and its metadata."""

    name: str
    """Path relative to the ingested folder, with forward slashes; in a file of many followed by # and an id."""
    text: str
    """A plain file decoded as UTF-8 with newlines untouched, else what was extracted. Every offset refers to it."""
    body: int
    """Code-point offset at which metadata ends and quotable text begins."""
    metadata: Metadata

    @property
    def sha256(self) -> str:
        """Hex digest of the text as UTF-8: the identity of what is quoted."""
        return text_digest(self.text)


def text_digest(text: str) -> str:
    """SHA-256 of the text encoded as UTF-8, in hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def is_blank(text: str) -> bool:
    """Whether nothing in a text can be quoted: white space of any script, and byte order marks."""
    return not text.replace("\ufeff", "").strip()
