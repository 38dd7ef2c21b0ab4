"""Passages embedded in a second, beside the usual way: sentence-transformers, 32-bit floats, batches of 64."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.settings import DEFAULT_DATA
from retrieval.corpus.sentences import sentence_spans
from retrieval.index import embeddings, weights
from retrieval.index.embeddings import OnnxEmbedder, SentenceTransformerEmbedder
from retrieval.training.pool import load_pool

PASSAGES = 640
ROUNDS = 5


def run(data: Path, threads: int) -> dict[str, Any]:
    """Both in turn on the same sentences, so that a machine that slows down slows both."""
    texts = _sentences(load_pool(data / "reader" / "reader-train.json.gz").contexts)
    ours = OnnxEmbedder(DEFAULT_DATA / "models", threads)
    usual = SentenceTransformerEmbedder(str(weights.published(embeddings.DEFAULT)))
    cosines = (ours.embed(texts) * usual.embed(texts)).sum(axis=1)
    rates = [(_rate(ours.embed, texts), _rate(usual.embed, texts)) for _ in range(ROUNDS)]
    return {
        "passages": len(texts),
        "words": float(np.mean([len(text.split()) for text in texts])),
        "ours": statistics.median(mine for mine, _ in rates),
        "usual": statistics.median(theirs for _, theirs in rates),
        "ratio": statistics.median(mine / theirs for mine, theirs in rates),
        "least_cosine": float(cosines.min()),
    }


def _sentences(paragraphs: Sequence[str]) -> list[str]:
    found: list[str] = []
    for text in paragraphs[:: max(1, len(paragraphs) // PASSAGES)]:
        found += [text[a:b] for a, b in sentence_spans(text, 0, len(text))[:2]]
    return found[:PASSAGES]


def _rate(embed: Callable[[Sequence[str]], Any], texts: Sequence[str]) -> float:
    began = time.perf_counter()
    embed(texts)
    return len(texts) / (time.perf_counter() - began)
