"""The reader: looks at a question and a window together, and says where the answer is and whether there is one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.corpus.sentences import Span
from retrieval.errors import WeightsError
from retrieval.index import weights
from retrieval.index.onnx import Encoded, OnnxEncoder
from retrieval.reading.memory import Memory
from retrieval.reading.windows import Window

WEIGHTS = Path(__file__).parent / "weights"
SHIPPED = "minilm-reader"

MAX_ANSWER_TOKENS = 30
REMEMBERED = 2000
"""Readings kept in memory, about 5 KB each: for questions that are asked again after some articles have changed."""


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """The best answer inside one sentence of a window."""

    sentence: Span
    """Offsets into the article's text, as in the window."""
    answer: Span | None
    """Offsets of the answering words into the article's text; None from a reader that only scores."""
    score: float
    """Start plus end logit of the answer, less those of "no answer"."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says about one window."""

    window: Window
    answers: float
    """Logit of "this window answers the question"."""
    sentences: tuple[SentenceReading, ...]
    """One for each sentence of the window, in order."""


class Reader(Protocol):
    """Reads windows; a Hugging Face model or a cross-encoder can take the shipped one's place."""

    @property
    def fingerprint(self) -> str:
        """Names the weights: calibration belongs to one reader."""

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """A reading for each window, in order."""

    def expect(self, question: str, windows: Sequence[Window]) -> None:
        """Begin with windows that will very likely be asked for next; what comes of it shows in `read` alone."""

    def forget(self) -> None:
        """Read everything anew from now on, also what was read before."""


class OnnxReader:
    """The shipped reader: MiniLM with start, end and answers heads, int8."""

    def __init__(self, threads: int, folder: Path = WEIGHTS) -> None:
        """Load it, its digest checked against its model card.

        Raises:
            WeightsError: missing or altered.

        """
        card = load_card(folder)
        model = folder / f"{SHIPPED}.onnx"
        weights.check(model, card["sha256"])
        tokenizer = weights.packaged("all-MiniLM-L6-v2") / "tokenizer.json"
        self._encoder = OnnxEncoder(model, tokenizer, card["max_tokens"], threads)
        self._fingerprint = f"{SHIPPED}:{card['sha256'][:16]}"
        # The same question to the same words is read the same, whatever article they stand in.
        self._memory: Memory[tuple[str, str], Future[Encoded]] = Memory(REMEMBERED)

    @property
    def fingerprint(self) -> str:
        return self._fingerprint

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        begun = self._begin(question, windows)
        try:
            return [_reading(window, begun[window.text].result()) for window in windows]
        except Exception:
            # What went wrong is not to be remembered.
            self.forget()
            raise

    def expect(self, question: str, windows: Sequence[Window]) -> None:
        self._begin(question, windows)

    def forget(self) -> None:
        self._memory.clear()

    def _begin(self, question: str, windows: Sequence[Window]) -> dict[str, Future[Encoded]]:
        """What comes of the words of each window, by them."""
        texts = dict.fromkeys(w.text for w in windows)
        begun = {text: known for text in texts if (known := self._memory.get((question, text)))}
        fresh = [text for text in texts if text not in begun]
        for text, waiting in zip(fresh, self._encoder.begin([(question, text) for text in fresh]), strict=True):
            begun[text] = waiting
            self._memory.put((question, text), waiting)
        return begun


def _reading(window: Window, encoded: Encoded) -> Reading:
    spans, answers = encoded.outputs
    last = encoded.tokens.last
    logits = spans.astype(np.float64)
    offsets = encoded.tokens.offsets[last]
    return Reading(
        window, float(answers), best_spans(window, offsets, logits[last, 0], logits[last, 1], float(logits[0].sum()))
    )


def best_spans(
    window: Window, offsets: NDArray[np.int64], start: NDArray[np.float64], end: NDArray[np.float64], null: float
) -> tuple[SentenceReading, ...]:
    """The best answer within each sentence; an answer never crosses from one sentence into another.

    Args:
        window: what was read.
        offsets: beginning and end of each of the window's tokens in its text, in order, shape (tokens, 2).
        start: logits for "the answer starts here", by token.
        end: the same for its end.
        null: those of "no answer" together.

    """
    begins, ends = (offsets + window.start).T
    filled = begins < ends
    readings = []
    for a, b in window.sentences:
        here = np.flatnonzero((a <= begins) & (ends <= b) & filled)
        if not len(here):
            # Cut off by the reader's limit: nothing is known of this sentence.
            readings.append(SentenceReading((a, b), None, -20.0))
            continue
        pairs = start[here][:, None] + end[here][None, :] + _possible(len(here))
        first, last = divmod(int(pairs.argmax()), len(here))
        answer = (int(begins[here[first]]), int(ends[here[last]]))
        readings.append(SentenceReading((a, b), answer, float(pairs[first, last]) - null))
    return tuple(readings)


@lru_cache(maxsize=256)
def _possible(tokens: int) -> NDArray[np.float64]:
    """0 where an answer may begin at one of so many tokens (row) and end at another, minus infinity elsewhere."""
    length = np.arange(tokens)[None, :] - np.arange(tokens)[:, None]
    return np.where((length >= 0) & (length < MAX_ANSWER_TOKENS), 0.0, -np.inf)


def load_card(folder: Path = WEIGHTS) -> dict[str, Any]:
    """The shipped reader's card: digest, settings and figures of its training.

    Raises:
        WeightsError: it is missing or broken.

    """
    try:
        card: dict[str, Any] = json.loads((folder / f"{SHIPPED}.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"The reader's card in {folder} cannot be read ({error})", "Check out the project again."
        ) from None
    return card
