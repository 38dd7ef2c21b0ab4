"""Readers by name: the shipped one, any extractive Hugging Face model, any sentence-transformers cross-encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from retrieval.errors import WeightsError
from retrieval.reading.reader import MAX_ANSWER_TOKENS, SHIPPED, OnnxReader, Reader, Reading, SentenceReading, best_spans
from retrieval.reading.windows import Window

MAX_TOKENS = 384


def load_reader(model: str, threads: int) -> Reader:
    """The reader that the settings name.

    `minilm-reader` is the shipped one. Other names or folders are loaded with transformers, `cross-encoder/…` and
    other single-score models with sentence-transformers.

    Raises:
        WeightsError: there is no such model, or it is neither extractive nor a cross-encoder.

    """
    if model == SHIPPED:
        return OnnxReader(threads)
    from transformers import AutoConfig

    try:
        architectures = AutoConfig.from_pretrained(model).architectures or []
    except (OSError, ValueError) as error:
        raise WeightsError(
            f"There is no model {model!r} ({error})", "Name a folder or a model that is on this machine."
        ) from None
    if any(a.endswith("ForQuestionAnswering") for a in architectures):
        return HuggingFaceReader(model)
    if any(a.endswith("ForSequenceClassification") for a in architectures):
        return CrossEncoderReader(model)
    raise WeightsError(f"{model!r} is {architectures}", "Name an extractive question-answering model or a cross-encoder.")


class HuggingFaceReader:
    """An extractive model trained with unanswerable questions, as on SQuAD 2.0."""

    def __init__(self, model: str) -> None:
        """Load model and tokenizer; only this path imports torch."""
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._tokenizer: Any = AutoTokenizer.from_pretrained(model)
        self._model: Any = AutoModelForQuestionAnswering.from_pretrained(model).eval()
        self._name = model

    @property
    def fingerprint(self) -> str:
        return f"huggingface:{self._name}"

    def expect(self, question: str, windows: Sequence[Window]) -> None:
        """It reads what it is asked for and no sooner."""

    def forget(self) -> None:
        """It remembers nothing."""

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        import torch

        if not windows:
            return []
        encoded = self._tokenizer(
            [question] * len(windows), [w.text for w in windows], truncation="only_second", max_length=MAX_TOKENS,
            padding=True, return_offsets_mapping=True, return_tensors="pt",
        )  # fmt: skip
        offsets = encoded.pop("offset_mapping").tolist()
        with torch.no_grad():
            output = self._model(**encoded)
        readings = []
        for row, window in enumerate(windows):
            sequence = encoded.sequence_ids(row)
            inside = [i for i, number in enumerate(sequence) if number == 1]
            start = output.start_logits[row].numpy().astype(np.float64)
            end = output.end_logits[row].numpy().astype(np.float64)
            places = np.array(offsets[row], np.int64)[inside]
            sentences = best_spans(window, places, start[inside], end[inside], float(start[0] + end[0]))
            # Such a model says "no answer" through its null span alone.
            readings.append(Reading(window, max((s.score for s in sentences), default=-MAX_ANSWER_TOKENS), sentences))
        return readings


class CrossEncoderReader:
    """A model with one score for question and text: it reads sentence by sentence and names no words."""

    def __init__(self, model: str) -> None:
        """Load it; only this path imports torch."""
        from sentence_transformers import CrossEncoder

        self._model = CrossEncoder(model)
        self._name = model

    @property
    def fingerprint(self) -> str:
        return f"cross-encoder:{self._name}"

    def expect(self, question: str, windows: Sequence[Window]) -> None:
        """It reads what it is asked for and no sooner."""

    def forget(self) -> None:
        """It remembers nothing."""

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        places = [(i, s) for i, w in enumerate(windows) for s in w.sentences]
        texts = [(question, windows[i].text[a - windows[i].start : b - windows[i].start]) for i, (a, b) in places]
        scores = [float(s) for s in np.ravel(self._model.predict(texts))] if texts else []
        sentences: list[list[SentenceReading]] = [[] for _ in windows]
        for (i, span), score in zip(places, scores, strict=True):
            sentences[i].append(SentenceReading(span, None, score))
        return [
            Reading(w, max((s.score for s in here), default=-20.0), tuple(here))
            for w, here in zip(windows, sentences, strict=True)
        ]
