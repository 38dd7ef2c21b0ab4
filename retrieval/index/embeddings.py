"""Sentence embeddings: the shipped model through ONNX, any other through sentence-transformers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from retrieval.index import weights
from retrieval.index.onnx import OnnxEncoder

DEFAULT = "all-MiniLM-L6-v2"
MAX_TOKENS = 256
"""What the model was made for; its tokenizer cuts the rest."""

BATCH = 64
EXPORT_VERSION = 1
"""Raised when the export changes, so that an older exported file is made anew."""

Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """Unit vectors for texts; cosine similarity is their dot product."""

    @property
    def fingerprint(self) -> str:
        """Names model and weights: vectors of different fingerprints must not be compared."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Float32 of shape (texts, dimensions), each row of length 1."""


class OnnxEmbedder:
    """The published all-MiniLM-L6-v2, exported once into `folder` and run without torch."""

    def __init__(self, folder: Path, threads: int) -> None:
        """Export if need be, check the digest, load.

        Raises:
            WeightsError: the published weights are missing or differ, or the exported file was altered.

        """
        source = weights.packaged(DEFAULT)
        self._encoder = OnnxEncoder(_exported(folder), source / "tokenizer.json", MAX_TOKENS, threads)

    @property
    def fingerprint(self) -> str:
        return f"{DEFAULT}:{weights.PUBLISHED_SHA256[DEFAULT][:16]}"

    def embed(self, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.zeros((0, 384), np.float32)
        rows: list[tuple[int, Matrix]] = []
        for batch in self._encoder.run(texts, BATCH):
            rows += zip(batch.indices, batch.outputs[0], strict=True)
        return np.stack([vector for _, vector in sorted(rows, key=lambda row: row[0])])


class SentenceTransformerEmbedder:
    """Any other sentence-transformers model by name or folder, on whatever device it finds."""

    def __init__(self, model: str) -> None:
        """Load it; only this path imports torch."""
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model)
        self._name = model

    @property
    def fingerprint(self) -> str:
        return f"sentence-transformers:{self._name}:{self._model.get_embedding_dimension()}"

    def embed(self, texts: Sequence[str]) -> Matrix:
        vectors = self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


def load(model: str, folder: Path, threads: int) -> Embedder:
    """The embedder that the settings name."""
    return OnnxEmbedder(folder, threads) if model == DEFAULT else SentenceTransformerEmbedder(model)


def _exported(folder: Path) -> Path:
    """The exported model, its digest checked; made from the published weights where it is missing."""
    target = folder / f"{DEFAULT}-{weights.PUBLISHED_SHA256[DEFAULT][:12]}-v{EXPORT_VERSION}.onnx"
    note = target.with_suffix(".json")
    if not (target.exists() and note.exists()):
        export(target)
        part = note.with_suffix(".part")
        part.write_text(json.dumps({"sha256": weights.file_digest(target)}), "utf-8")
        part.replace(note)
    weights.check(target, json.loads(note.read_text("utf-8"))["sha256"])
    return target


def export(target: Path) -> None:
    """Write the published model with mean pooling and normalisation as one ONNX graph (Reimers and Gurevych 2019)."""
    import torch
    from sentence_transformers import SentenceTransformer
    from torch import Tensor, nn

    from retrieval.index.export import to_onnx

    transformer: Any = SentenceTransformer(str(weights.published(DEFAULT)), device="cpu")[0]
    encoder = transformer.model
    encoder.set_attn_implementation("eager")

    class Pooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
            hidden = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1)

    to_onnx(Pooled(), {"embedding": {0: "batch"}}, encoder.config.num_attention_heads, encoder.config.hidden_size, target)
