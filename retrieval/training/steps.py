"""The steps of making the reader, each with what it leaves beside the weights."""

from __future__ import annotations

import json
import logging
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from retrieval.index import weights
from retrieval.index.embeddings import OnnxEmbedder
from retrieval.index.index import IndexSettings
from retrieval.reading.features import NAMES, SIGNS, vector
from retrieval.reading.reader import SHIPPED, WEIGHTS, OnnxReader
from retrieval.training import card, fitting
from retrieval.training.calibration import Candidate, Setup, gather
from retrieval.training.export import export as to_onnx
from retrieval.training.measure import held_out_examples, validate
from retrieval.training.model import MAX_TOKENS, ReaderModule
from retrieval.training.pool import load_pool
from retrieval.training.train import Training, averaged
from retrieval.training.train import train as run_training

BASE = "all-MiniLM-L6-v2"
SECOND = 0.25
"""The probability is fitted on what may be shown: the first sentence decides, and the second counts for so much of it."""

PROJECT = Path(__file__).resolve().parents[2]
_LOG = logging.getLogger(__name__)


def train(plan: Training, data: Path, work: Path) -> None:
    """Train, or go on from the checkpoint in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    run_training(plan, data, weights.published(BASE), OnnxEmbedder(work, torch.get_num_threads()), work)


def export(plan: Training, data: Path, work: Path, out: Path) -> None:
    """Write the trained reader as int8 ONNX, and its card with figures of both precisions."""
    step = sum(part.examples // plan.batch for part in plan.rounds)
    module = ReaderModule.from_pretrained(weights.packaged(BASE))
    module.load_state_dict(averaged([work / f"round-{number}.pt" for number in plan.averaged]))
    pool = load_pool(data)
    tokenizer = Tokenizer.from_file(str(weights.packaged(BASE) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    figures = validate(module, tokenizer, held_out_examples(pool, plan.validated, plan.seed))
    out.mkdir(parents=True, exist_ok=True)
    to_onnx(module, out / f"{SHIPPED}.onnx")
    facts: dict[str, Any] = {
        "sha256": weights.file_digest(out / f"{SHIPPED}.onnx"),
        "max_tokens": MAX_TOKENS,
        "base": {"model": BASE, "sha256": weights.PUBLISHED_SHA256[BASE]},
        "data_sha256": pool.sha256,
        "training": asdict(plan) | {"steps": step},
        "validation": asdict(figures),
    }
    (out / f"{SHIPPED}.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    curve = [json.loads(line) for line in (work / "curve.jsonl").read_text("utf-8").splitlines()]
    card.write(out, facts, curve)
    _LOG.info("wrote %s: %s", out, facts["validation"])


def calibrate(data: Path, out: Path, questions: int, seed: int) -> None:
    """Fit ranking and final probability on held-out articles; beside the weights their figures are kept."""
    pool = load_pool(data)
    reader = OnnxReader(threads=torch.get_num_threads(), folder=out)
    with tempfile.TemporaryDirectory() as models:
        candidates = list(gather(pool, pool.halves()[0], reader, _setup(Path(models)), questions, seed))
    fitted = fit(candidates)
    body = {**fitted, "reader": reader.fingerprint, "questions": len({c.question for c in candidates}), "seed": seed}
    (out / "calibration.json").write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    _LOG.info("wrote calibration of %d questions", body["questions"])


def fit(candidates: list[Candidate]) -> dict[str, Any]:
    """What comes first, from all sentences of the answerable questions; then the probability, from the best of each."""
    x = np.array([vector(c.features) for c in candidates])
    y = np.array([float(c.answers) for c in candidates])
    question = np.array([c.question for c in candidates])
    rank = fitting.order(x, y, question, SIGNS)
    first, second = _best(question, x @ rank)
    kept = np.concatenate([first, second])
    weight = np.concatenate([np.ones(len(first)), np.full(len(second), SECOND)])
    weights, bias = fitting.probability(x[kept], y[kept], SIGNS, weight)
    return {
        "rank": dict(zip(NAMES, (np.round(rank, 4) + 0.0).tolist(), strict=True)),
        "weights": dict(zip(NAMES, (np.round(weights, 4) + 0.0).tolist(), strict=True)),
        "bias": round(bias, 4),
    }


def _best(question: NDArray[np.int64], score: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the best-scored candidate of each question, and of the second."""
    order = np.lexsort((-score, question))
    _, start = np.unique(question[order], return_index=True)
    place = np.arange(len(order)) - np.repeat(start, np.diff([*start, len(order)]))
    return order[place == 0], order[place == 1]


def _setup(models: Path) -> Setup:
    """The shipped settings."""
    import tomllib

    settings = tomllib.loads((PROJECT / "config" / "default.toml").read_text("utf-8"))
    index = IndexSettings(
        data=models,
        articles=PROJECT / "config" / "none.toml",
        embedding_model=BASE,
        threads=torch.get_num_threads(),
        passage_words=settings["ingest"]["passage_words"],
        max_bytes=settings["ingest"]["max_bytes"],
        wait_seconds=settings["ingest"]["wait_seconds"],
        models=models,
    )
    read = settings["reader"]
    aliases = PROJECT / settings["search"]["aliases"]
    return Setup(index, aliases, settings["search"]["candidates"], read["passages"], read["context_words"])


__all__ = ["WEIGHTS", "calibrate", "export", "fit", "train"]
