"""Running an exported encoder: tokenise, infer, one text at a time on each thread. No torch, no transformers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import WeightsError
from retrieval.index.export import SLOW_FUSIONS
from retrieval.index.tokens import Inputs, TextTokenizer, Tokens


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text: its tokens, and the model's outputs for it in the order of the graph, without a batch axis."""

    tokens: Tokens
    outputs: list[NDArray[np.float32]]


class OnnxEncoder:
    """An ONNX encoder with its tokenizer; safe to call from several threads.

    Each text runs by itself on one core: nothing is padded, two cores never wait for each other within a layer, and what
    comes out for a text does not depend on what else was asked (the range of an int8 activation spans a whole batch).
    """

    def __init__(self, model: Path, tokenizer: Path, max_tokens: int, threads: int) -> None:
        """Load both.

        Args:
            model: takes int64 of shape (1, tokens).
            tokenizer: a `tokenizer.json`.
            max_tokens: longer inputs are cut.
            threads: texts that are worked on at the same time, over all callers.

        Raises:
            WeightsError: a file is missing or is no model.

        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # One question must give the same bytes on every run.
        options.use_deterministic_compute = True
        try:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOW_FUSIONS
            )
            self._tokenizer = TextTokenizer(tokenizer, max_tokens)
        except Exception as error:  # both libraries raise types of their own, some of them private
            raise WeightsError(f"{model} cannot be loaded ({error})", "Install the project again: make setup.") from error
        self._names = [i.name for i in self._session.get_inputs()]
        # Who waits is served in the order of asking, so that many who ask at once share the cores evenly.
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="onnx")

    def run(self, texts: Sequence[Inputs]) -> list[Encoded]:
        """What the model says of each text, in their order."""
        if len(texts) == 1:
            return [self._infer(self._tokens(texts)[0])]
        return [waiting.result() for waiting in self.begin(texts)]

    def begin(self, texts: Sequence[Inputs]) -> list[Future[Encoded]]:
        """The same, without waiting for it."""
        inputs = self._tokens(texts)
        # The longest first: none of the cores is left with it alone at the end.
        order = sorted(range(len(inputs)), key=lambda i: (-len(inputs[i].ids), i))
        waiting = {i: self._pool.submit(self._infer, inputs[i]) for i in order}
        return [waiting[i] for i in range(len(inputs))]

    def _tokens(self, texts: Sequence[Inputs]) -> list[Tokens]:
        return self._tokenizer(texts)

    def _infer(self, tokens: Tokens) -> Encoded:
        columns = {"input_ids": tokens.ids, "attention_mask": np.ones_like(tokens.ids), "token_type_ids": tokens.types}
        outputs: list[NDArray[np.float32]] = self._session.run(None, {name: columns[name][None] for name in self._names})
        return Encoded(tokens, [output[0] for output in outputs])
