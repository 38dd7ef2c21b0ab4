"""Texts as a model takes them. The word pieces of a text are kept: the same passages are read for many questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Inputs = str | tuple[str, str]
Integers = NDArray[np.int64]

KEPT = 4000
"""Texts whose pieces are kept, about 2 kB each."""

_SPECIAL = 3
"""Tokens that are put around the two texts of a pair."""


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """One text, or a pair of them."""

    ids: Integers
    types: Integers
    """0 for the first text, 1 for the second, each with the special tokens that follow it."""
    offsets: Integers
    """Beginning and end of each in its text, shape (tokens, 2)."""
    last: slice
    """Where the tokens of the last text stand."""


class TextTokenizer:
    """A BERT-like tokenizer that keeps what it has worked out; safe to call from several threads."""

    def __init__(self, path: Path, max_tokens: int) -> None:
        """Load a `tokenizer.json`; longer inputs are cut to `max_tokens`, the longer text of a pair first."""
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens, strategy="longest_first")
        self._most = max_tokens
        self._pieces = lru_cache(KEPT)(self._taken_apart)
        begin, end = self._tokenizer.encode("").ids
        self._ends = np.array([begin], np.int64), np.array([end], np.int64)

    def __call__(self, texts: Sequence[Inputs]) -> list[Tokens]:
        """The tokens of each, in order."""
        if len(texts) > 1 and all(isinstance(text, str) for text in texts):
            # These are passages at an ingest: each comes once, and all cores take part.
            return [_tokens(encoding) for encoding in self._tokenizer.encode_batch(list(texts))]
        return [_tokens(self._tokenizer.encode(t)) if isinstance(t, str) else self._pair(*t) for t in texts]

    def _pair(self, one: str, other: str) -> Tokens:
        """Two texts put together as the tokenizer itself would, from pieces that are mostly known."""
        (ids, places), (other_ids, other_places) = self._pieces(one), self._pieces(other)
        first, length = len(ids) + 2, len(ids) + len(other_ids) + _SPECIAL
        if length > self._most:
            return _tokens(self._tokenizer.encode(one, other))
        types = np.zeros(length, np.int64)
        types[first:] = 1
        begin, end = self._ends
        return Tokens(
            np.concatenate((begin, ids, end, other_ids, end)),
            types,
            np.concatenate((_NOWHERE, places, _NOWHERE, other_places, _NOWHERE)),
            slice(first, length - 1),
        )

    def _taken_apart(self, text: str) -> tuple[Integers, Integers]:
        """Ids and offsets of the pieces of a text; of one that is too long, only so many that it still is."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return np.array(encoding.ids, np.int64), np.array(encoding.offsets, np.int64).reshape(-1, 2)


_NOWHERE = np.zeros((1, 2), np.int64)


def _tokens(encoding: Encoding) -> Tokens:
    sequences = encoding.sequence_ids
    last = max((s for s in sequences if s is not None), default=0)
    within = [i for i, sequence in enumerate(sequences) if sequence == last]
    return Tokens(
        np.array(encoding.ids, np.int64),
        np.array(encoding.type_ids, np.int64),
        np.array(encoding.offsets, np.int64).reshape(-1, 2),
        slice(within[0], within[-1] + 1) if within else slice(0, 0),
    )
