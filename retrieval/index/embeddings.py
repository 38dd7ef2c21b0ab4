"""Sentence embeddings: the shipped model through ONNX, any other through sentence-transformers."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from retrieval.errors import WeightsError
from retrieval.index import weights
from retrieval.index.onnx import OnnxEncoder
from retrieval.index.schema import storage_errors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT = "all-MiniLM-L6-v2"
MAX_TOKENS = 256
"""What the model was made for; its tokenizer cuts the rest."""

BATCH = 64
EXPORT_VERSION = 2
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
        return np.stack([encoded.outputs[0] for encoded in self._encoder.run(texts)])


class SentenceTransformerEmbedder:
    """Any other sentence-transformers model by name or folder, on whatever device it finds."""

    def __init__(self, model: str) -> None:
        """Load it; only this path imports torch.

        Raises:
            WeightsError: there is no such model, or it cannot be loaded.

        """
        try:
            self._model = _loaded(model)
        except Exception as error:  # what it raises depends on what is missing: OSError, ValueError, RuntimeError, …
            raise WeightsError(
                f"The embedding model {model} cannot be loaded ({str(error).splitlines()[0] if str(error) else error!r})",
                "Name a sentence-transformers model that lies on this machine, or its folder, as search.embedding_model.",
            ) from error
        self._name = model

    @cached_property
    def fingerprint(self) -> str:
        import torch

        digest = hashlib.sha256()
        for name, tensor in self._model.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
        return f"sentence-transformers:{self._name}:{digest.hexdigest()[:16]}"

    def embed(self, texts: Sequence[str]) -> Matrix:
        vectors = self._model.encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32)


def _loaded(model: str, device: str | None = None) -> SentenceTransformer:
    """Without the bars that the library draws also where there is no terminal."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(model, device=device)


def load(model: str, folder: Path, threads: int) -> Embedder:
    """The embedder that the settings name."""
    return OnnxEmbedder(folder, threads) if model == DEFAULT else SentenceTransformerEmbedder(model)


def _exported(folder: Path) -> Path:
    """The exported model, its digests checked; made from the published weights where it is missing."""
    target = folder / f"{DEFAULT}-{weights.PUBLISHED_SHA256[DEFAULT][:12]}-v{EXPORT_VERSION}.onnx"
    if not (target.exists() and weights.noted(target)):
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            # Two commands on a fresh clone must not both export: the note of one would not fit the files of the other.
            with FileLock(target.with_suffix(".lock")):
                if not (target.exists() and weights.noted(target)):
                    export(target)
                    weights.note(target, [target, target.with_suffix(".bin")])
                    for left in set(folder.glob(f"{DEFAULT}-*-v*")) - set(folder.glob(f"{target.stem}.*")):
                        # What an earlier version exported.
                        left.unlink(missing_ok=True)
    weights.check_noted(target, f"Delete {target.name} there; it is made again from the published weights.")
    return target


def export(target: Path) -> None:
    """Write the published model with mean pooling and normalisation as one ONNX graph (Reimers and Gurevych 2019)."""
    import torch
    from torch import Tensor, nn

    from retrieval.index.export import settle, to_onnx

    transformer: Any = _loaded(str(weights.published(DEFAULT)), device="cpu")[0]
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

    with tempfile.TemporaryDirectory(dir=target.parent, prefix="export-") as folder:
        plain, shape = Path(folder, "plain.onnx"), encoder.config
        to_onnx(Pooled(), {"embedding": {0: "batch"}}, shape.num_attention_heads, shape.hidden_size, plain)
        settle(plain, target, target.with_suffix(".bin"))
