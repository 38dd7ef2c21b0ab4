"""How like two words are: troops and soldiers, kids and children. So that another word for the same is not absence.

The vectors are those that the embedding model itself looks up for its word pieces before it reads them in context (the
input embeddings of BERT, Devlin et al. 2019), a word's being the mean of its pieces'. They are read where they lie: no
model runs, and only the rows that are asked for are loaded.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.errors import WeightsError
from retrieval.index import weights

MODEL = "all-MiniLM-L6-v2"
TENSOR = "embeddings.word_embeddings.weight"

LEAST = 0.42
"""Words less like than this merely go together: nuclear and missiles have 0.36, negotiations and talks 0.48."""

KEPT = 50_000
"""Vectors of words that are kept; at 384 numbers each that is 77 MB at the most."""

Vector = NDArray[np.float32]


class Likeness:
    """Compares words by their form as written; safe to call from several threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder` holds a BERT-like sentence-transformers model; by default the one that came with the installation."""
        self._folder = folder or weights.packaged(MODEL)
        self._vectors: dict[str, Vector] = {}

    @property
    def fingerprint(self) -> str:
        """Names the vectors and what counts as like."""
        return f"{MODEL}:{weights.PUBLISHED_SHA256[MODEL][:16]}:{LEAST}"

    def between(self, words: Sequence[str], others: Sequence[str]) -> Vector:
        """Cosine similarity of each word to each other one, shape (words, others); 0 where it is less than `LEAST`.

        Raises:
            WeightsError: the model's file is missing or has another form.

        """
        found = self.cosines(words, others)
        return np.where(found >= LEAST, found, np.float32(0.0))

    def cosines(self, words: Sequence[str], others: Sequence[str]) -> Vector:
        """The same, also where it is less."""
        if not words or not others:
            return np.zeros((len(words), len(others)), np.float32)
        one, two = (np.stack([self._vector(word.casefold()) for word in group]) for group in (words, others))
        return np.asarray(one @ two.T, np.float32)

    def has(self, word: str, others: Sequence[str]) -> bool:
        """Whether one of the others is like the word."""
        return bool(self.between([word], others).any())

    def _vector(self, word: str) -> Vector:
        found = self._vectors.get(word)
        if found is None:
            pieces = self._tokenizer.encode(word, add_special_tokens=False).ids
            found = self._table[pieces].mean(axis=0) if pieces else np.zeros(self._table.shape[1], np.float32)
            found = found / max(float(np.linalg.norm(found)), 1e-9)
            if len(self._vectors) >= KEPT:
                self._vectors.clear()
            self._vectors[word] = found
        return found

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        # The file asks for padding, which would count as pieces of the word.
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _table(self) -> Vector:
        """The matrix of input embeddings, mapped from the file. Form: https://github.com/huggingface/safetensors."""
        path = self._folder / "model.safetensors"
        try:
            with path.open("rb") as stream:
                (length,) = struct.unpack("<Q", stream.read(8))
                entry = json.loads(stream.read(length))[TENSOR]
            if (
                entry["dtype"] != "F32"
                or math.prod(entry["shape"]) * 4 != entry["data_offsets"][1] - entry["data_offsets"][0]
            ):
                raise ValueError(f"{TENSOR} is not of 32-bit numbers")
            return np.memmap(path, "<f4", "r", 8 + length + entry["data_offsets"][0], tuple(entry["shape"]))
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise WeightsError(f"{path} has no word vectors ({error})", "Install the project again: make setup.") from None
