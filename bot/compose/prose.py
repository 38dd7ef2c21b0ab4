"""What a language model wrote, what was found wrong with it, and what is left to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.answer import Quote
from retrieval.errors import WritingError


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence by the model."""

    text: str
    quotes: tuple[int, ...]
    """Numbers of the quotes that it says it rests on."""

    def to_json(self) -> dict[str, Any]:
        """For the contract's `composed`."""
        return {"text": self.text, "quotes": list(self.quotes)}


class Fault(StrEnum):
    """Why a sentence is not shown."""

    CITATION = "citation"
    """It names no quote, or one that there is not."""
    NUMBER = "number"
    """A number, a date or a time of it stands in none of its quotes."""
    NAME = "name"
    """A name of it stands in none of its quotes."""
    NEGATION = "negation"
    """It denies what its quotes do not, or leaves out what they deny."""
    HEDGE = "hedge"
    """It is surer, or less sure, than its quotes: may, plans, said, if."""
    SPEAKER = "speaker"
    """It has somebody else say what its quotes say, or leaves out that somebody says it."""
    QUOTATION = "quotation"
    """Words in quotation marks are not its quotes' words."""
    UNSUPPORTED = "unsupported"
    """It speaks of something that its quotes do not speak of."""
    ANSWER = "answer"
    """Read as a passage it gives another answer to the question than its quotes do."""
    FORM = "form"
    """It is no sentence for readers: an address, markup, a mention, an order, another language, a repetition."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence and what is wrong with it."""

    sentence: Sentence
    faults: tuple[tuple[Fault, str], ...] = ()
    """Each with the words it is about; none where the sentence may be shown."""

    def to_json(self) -> dict[str, Any]:
        """For `--explain`."""
        faults = [{"fault": fault.value, "detail": detail} for fault, detail in self.faults]
        return self.sentence.to_json() | {"faults": faults}


@dataclass(frozen=True, slots=True)
class Usage:
    """What one answer's prose took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = None
    """In the currency of the prices in the settings; None where no prices are set."""
    seconds: float = 0.0
    attempts: int = 0

    def to_json(self) -> dict[str, Any]:
        """For `--explain`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model wrote, unchecked."""

    sentences: tuple[Sentence, ...]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A follow-up question as the model wrote it, unchecked."""

    question: str
    usage: Usage = Usage()


class Unusable(WritingError):
    """The model was asked, which cost something, and gave nothing that can be used."""

    def __init__(self, what: str, remedy: str, usage: Usage) -> None:
        super().__init__(what, remedy)
        self.usage = usage
        """What all tries together took, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What came of asking a model, shown or not."""

    model: str
    sentences: tuple[Sentence, ...] = ()
    """Those that held, in the order written; none where the quotes stand alone."""
    dropped: tuple[Checked, ...] = ()
    usage: Usage = Usage()
    failure: str | None = None
    """Why there is no draft, for the operator: time ran out, no connection, budget spent …"""

    def to_json(self) -> dict[str, Any] | None:
        """The contract's `composed`: what is shown, or null where the quotes stand as if no model were there."""
        if self.failure is not None:
            return None
        return {"model": self.model, "sentences": [sentence.to_json() for sentence in self.sentences]}

    def explained(self) -> dict[str, Any]:
        """Everything: for `--explain`, and for the run that is kept."""
        return {
            "model": self.model,
            "sentences": [sentence.to_json() for sentence in self.sentences],
            "dropped": [checked.to_json() for checked in self.dropped],
            "usage": self.usage.to_json(),
            "failure": self.failure,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Composition:
        """Read back what `to_json` or `explained` wrote."""
        usage, failure = body.get("usage"), body.get("failure")
        return cls(
            model=body["model"],
            sentences=tuple(_sentence(s) for s in body["sentences"]),
            dropped=tuple(
                Checked(_sentence(d), tuple((Fault(f["fault"]), f["detail"]) for f in d["faults"]))
                for d in body.get("dropped", ())
            ),
            usage=Usage(**usage) if usage else Usage(),
            failure=failure,
        )


def _sentence(body: Mapping[str, Any]) -> Sentence:
    return Sentence(body["text"], tuple(body["quotes"]))


class Writer(Protocol):
    """A language model that writes from quotes. See `bot.compose.model`."""

    name: str
    """As in `compose.model`."""

    def connect(self) -> object:
        """Make the model ready, without asking it: what it needs may take a second or two to import.

        Raises:
            WritingError: it cannot be used; it says what to do.

        """
        ...

    def write(self, question: str, quotes: Sequence[Quote]) -> Draft:
        """Sentences about the question from these quotes.

        Raises:
            WritingError: there is no usable draft; it says why. `Unusable` where tokens were spent on it.

        """
        ...

    def rewrite(self, question: str, earlier: Sequence[str]) -> Rewriting:
        """A follow-up question as one that stands alone, given the earlier questions, oldest first.

        Raises:
            WritingError: as above.

        """
        ...


class ProseChecker(Protocol):
    """Says which sentences hold. See `bot.compose.checking`."""

    def check(self, question: str, quotes: Sequence[Quote], sentences: Sequence[Sentence]) -> list[Checked]:
        """One verdict a sentence, in order."""
        ...
