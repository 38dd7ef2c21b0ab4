"""What the reader finds in a text that stands in no article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.corpus.article import Metadata
from retrieval.corpus.passages import Passage
from retrieval.corpus.sentences import Span
from retrieval.index.catalogue import Entry, Stored
from retrieval.reading.reader import Reader
from retrieval.reading.search import Evidence
from retrieval.reading.windows import Window


@dataclass(frozen=True, slots=True)
class LooseReading:
    """The best answer in a text."""

    answer: Span | None
    """Offsets into the text; None from a reader that only scores."""
    score: float
    """Start plus end logit of the answer, less those of "no answer"."""
    answers: float
    """Logit of "this text answers the question"."""

    def words(self, text: str) -> str:
        """The answering words."""
        return text[slice(*self.answer)] if self.answer else ""


def read(reader: Reader, question: str, texts: Sequence[str]) -> list[LooseReading]:
    """A reading for each text, in order; each is read as one sentence."""
    made = []
    for reading in reader.read(question, [_window(text) for text in texts]):
        best = max(reading.sentences, key=lambda s: s.score)
        made.append(LooseReading(best.answer, best.score, reading.answers))
    return made


def _window(text: str) -> Window:
    span = (0, len(text))
    passage = Passage(*span, 1, (span,), heading=False)
    entry = Entry("", Path(), "", Metadata(title="", publisher=None, url=None, published=None))
    return Window(Evidence(Stored(0, "", "", 0, passage), entry, 0.0, 0.0, 0.0), text, 0, (span,))
