"""What an ingest did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """What an ingest did, by name of article or file."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)
    """A file with the same text as another that is already taken in -> that other."""
    rejected: dict[str, str] = field(default_factory=dict)
    """A file that cannot be taken in -> why, and what to do."""
    passages: int = 0
    """Passages in the index afterwards."""
    copies: dict[str, list[str]] = field(default_factory=dict)
    """An article that was added or updated -> the articles that are near-copies of it, or it of them."""
    previous: dict[str, str] = field(default_factory=dict)
    """Of each article that was updated or removed, the digest of the text that it had before."""
