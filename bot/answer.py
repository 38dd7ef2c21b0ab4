"""What a question gets: quotes or a refusal, as one value. Its JSON form is fixed by docs/contract.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from retrieval.corpus.sentences import Span
from retrieval.reading.speakers import Speaker

if TYPE_CHECKING:
    from bot.compose.prose import Composition

SCHEMA = 1


class Status(StrEnum):
    """How far the question is answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of an article, copied by offset."""

    number: int
    text: str
    article: str
    title: str
    publisher: str | None
    url: str | None
    published: date | None
    start: int
    """Code-point offset into the article's text."""
    end: int
    sha256: str
    """Digest of the text quoted from."""
    highlight: Span | None
    """The words inside the quote that answer, as offsets into the article's text."""
    speaker: Speaker
    paragraph: int
    """Number of the paragraph in which the answering sentence stands, from 1."""
    score: float
    """Calibrated probability that this sentence answers."""
    receipt: str
    copies: tuple[str, ...] = ()
    """Names of other articles that are copies of this one, or it of them, and hold the sentence that answers as well."""

    def to_json(self) -> dict[str, Any]:
        """The contract's Quote."""
        return {
            "number": self.number,
            "text": self.text,
            "article": self.article,
            "title": self.title,
            "publisher": self.publisher,
            "url": self.url,
            "published": self.published.isoformat() if self.published else None,
            "start": self.start,
            "end": self.end,
            "sha256": self.sha256,
            "highlight": list(self.highlight) if self.highlight else None,
            "speaker": {"name": self.speaker.name, "kind": self.speaker.kind},
            "paragraph": self.paragraph,
            "score": round(self.score, 4),
            "receipt": self.receipt,
            "copies": list(self.copies),
        }


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things a question asks for."""

    question: str
    status: Status
    quotes: tuple[int, ...]
    """Numbers of the quotes that answer it."""
    missing: tuple[str, ...]
    unquoted: str | None = None
    """Whom the question asks about as a speaker, where what was found is said by others only."""
    unnamed: tuple[str, ...] = ()
    """Names of the question that no article holds, where a text in the first person answers: maybe that of the
    one who speaks there."""

    def to_json(self) -> dict[str, Any]:
        """The contract's part."""
        return {
            "question": self.question,
            "status": self.status.value,
            "quotes": list(self.quotes),
            "missing": list(self.missing),
            "unquoted": self.unquoted,
            "unnamed": list(self.unnamed),
        }


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answer rests on."""

    articles: int = 0
    """Articles that the quotes stand in, copies included."""
    independent: int = 0
    """How many of them remain when copies of each other count once."""

    def to_json(self) -> dict[str, int]:
        """The contract's sources."""
        return {"articles": self.articles, "independent": self.independent}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two quotes that give different things for the same."""

    quotes: tuple[int, int]
    """Their numbers."""
    kind: str
    """What differs: number, date, place or name."""
    values: tuple[str, str]
    """The words that differ, as they stand in each of the quotes."""

    def to_json(self) -> dict[str, Any]:
        """The contract's disagreement."""
        return {"quotes": list(self.quotes), "kind": self.kind, "values": list(self.values)}


@dataclass(frozen=True, slots=True)
class Later:
    """An article that came out after the day as of which was asked, and says otherwise. No word of it is shown."""

    article: str
    published: date

    def to_json(self) -> dict[str, str]:
        """The contract's later article."""
        return {"article": self.article, "published": self.published.isoformat()}


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent, by step."""

    embed: float = 0.0
    search: float = 0.0
    read: float = 0.0
    total: float = 0.0

    def to_json(self) -> dict[str, float]:
        """Rounded to a hundredth."""
        return {name: round(getattr(self, name), 2) for name in ("embed", "search", "read", "total")}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question."""

    run_id: str
    question: str
    status: Status
    quotes: tuple[Quote, ...]
    """Best first; empty on a refusal, always."""
    parts: tuple[Part, ...]
    missing: tuple[str, ...]
    """Words or names of the question that no article covers."""
    nearest: tuple[Quote, ...]
    """At most two, never a citation; only when `quotes` does not answer everything."""
    confidence: float
    """Calibrated probability that the answer is supported by the quotes."""
    text: str
    """As rendered for a terminal, Markdown."""
    timings: Timings
    sources: Sources = Sources()
    disagreements: tuple[Disagreement, ...] = ()
    later: tuple[Later, ...] = ()
    """Earliest first; only where a day was given as of which to answer."""
    composed: Composition | None = None
    """What came of asking a language model to write from the quotes; None where none was asked."""

    @property
    def unquoted(self) -> str | None:
        """Whom its first part that says so asks about as a speaker in vain, see `Part.unquoted`."""
        return next((part.unquoted for part in self.parts if part.unquoted), None)

    def to_json(self) -> dict[str, Any]:
        """The contract's Answer."""
        return {
            "schema": SCHEMA,
            "run_id": self.run_id,
            "question": self.question,
            "status": self.status.value,
            "quotes": [q.to_json() for q in self.quotes],
            "parts": [p.to_json() for p in self.parts],
            "missing": list(self.missing),
            "nearest": [q.to_json() for q in self.nearest],
            "sources": self.sources.to_json(),
            "disagreements": [d.to_json() for d in self.disagreements],
            "later": [a.to_json() for a in self.later],
            "composed": self.composed.to_json() if self.composed else None,
            "confidence": round(self.confidence, 4),
            "text": self.text,
            "timings_ms": self.timings.to_json(),
        }
