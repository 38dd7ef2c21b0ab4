"""Running an exported encoder: tokenise, sort by length, pad, infer. No torch, no transformers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from retrieval.errors import WeightsError

Inputs = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """One run of the model: which inputs, their encodings, and its outputs in the order of the graph."""

    indices: list[int]
    encodings: list[Encoding]
    outputs: list[NDArray[np.float32]]


class OnnxEncoder:
    """An ONNX encoder with its tokenizer; safe to call from several threads."""

    def __init__(self, model: Path, tokenizer: Path, max_tokens: int, threads: int) -> None:
        """Load both.

        Raises:
            WeightsError: a file is missing or is no model.

        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # One question must give the same bytes on every run.
        options.use_deterministic_compute = True
        try:
            self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # both libraries raise types of their own, some of them private
            raise WeightsError(f"{model} cannot be loaded ({error})", "Install the project again: make setup.") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens, strategy="longest_first")
        self._names = [i.name for i in self._session.get_inputs()]

    def run(self, texts: Sequence[Inputs], batch_size: int) -> Iterator[Batch]:
        """Batches of inputs of like length, so that little is padding; `indices` say where each belongs."""
        encodings = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda i: (-len(encodings[i].ids), i))
        for at in range(0, len(order), batch_size):
            indices = order[at : at + batch_size]
            chosen = [encodings[i] for i in indices]
            yield Batch(indices, chosen, self._infer(chosen))

    def _infer(self, encodings: Sequence[Encoding]) -> list[NDArray[np.float32]]:
        width = max(len(e.ids) for e in encodings)
        feeds: dict[str, Any] = {name: np.zeros((len(encodings), width), np.int64) for name in self._names}
        columns = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
        for row, encoding in enumerate(encodings):
            for name in self._names:
                values = getattr(encoding, columns[name])
                feeds[name][row, : len(values)] = values
        outputs: list[NDArray[np.float32]] = self._session.run(None, feeds)
        return outputs
