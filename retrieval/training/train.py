"""The training loop: resumable, reproducible, and able to stop whenever the clock says so."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import torch
from tokenizers import Tokenizer

from retrieval.index.embeddings import Embedder
from retrieval.training.examples import Example, stream
from retrieval.training.measure import held_out_examples, validate
from retrieval.training.mining import mined
from retrieval.training.model import MAX_TOKENS, Encoded, ReaderModule, encode, loss
from retrieval.training.pool import Pair, Pool, load_pool

BUCKETED = 64
"""Batches drawn at once and sorted by length, so that little is padding."""


EXAMPLES = 360_000
"""About as much as two cores see in an hour and a half; the curve was still rising slowly."""


@dataclass(frozen=True, slots=True)
class Training:
    """Settings of one training run. The learning rate warms up, stays, and falls to zero over the last part, so the
    length can be changed until the fall begins and the weights are those of a run planned that way from the start
    (warm-up, stable, decay: Hu et al. 2024, MiniCPM).
    """

    examples: int = EXAMPLES
    decay_share: float = 0.35
    batch: int = 32
    learning_rate: float = 2e-4
    weight_decay: float = 0.01
    warmup_steps: int = 300
    seed: int = 20211217
    validate_every: int = 1000
    checkpoint_every: int = 250
    validated: int = 600
    """Held-out windows of each kind on which the learning curve rests."""
    mined: int = 40_000
    """Questions for which hard negatives are looked up with the project's own embeddings."""


def rate(step: int, plan: Training) -> float:
    """Learning rate at a step."""
    total = plan.examples // plan.batch
    decay = max(1, round(total * plan.decay_share))
    return plan.learning_rate * min(1.0, (step + 1) / plan.warmup_steps, max(0.0, (total - step) / decay))


def batches(pool: Pool, retrieved: Sequence[Pair], tokenizer: Tokenizer, plan: Training) -> Iterator[list[Encoded]]:
    """Batches of like length in a reproducible order."""
    source: Iterator[Example] = stream(pool, retrieved, plan.seed)
    rng = random.Random(plan.seed)
    while True:
        drawn = encode(tokenizer, list(islice(source, plan.batch * BUCKETED)))
        drawn.sort(key=lambda e: len(e.ids))
        order = list(range(BUCKETED))
        rng.shuffle(order)
        for at in order:
            yield drawn[at * plan.batch : (at + 1) * plan.batch]


def train(plan: Training, data: Path, start: Path, embedder: Embedder, out: Path) -> ReaderModule:
    """Train, or carry on from the checkpoint in `out`.

    Args:
        plan: settings of the run.
        data: `reader-train.json.gz`.
        start: folder of the published sentence-transformers model to start from.
        embedder: looks up hard negatives.
        out: folder for the checkpoint and `curve.jsonl`.

    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(plan.seed)
    pool = load_pool(data)
    retrieved = mined(pool, embedder, out / "mined.json", plan.mined, plan.seed)
    tokenizer = Tokenizer.from_file(str(start / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    module = ReaderModule.from_pretrained(start)
    optimizer = torch.optim.AdamW(module.parameters(), lr=plan.learning_rate, weight_decay=plan.weight_decay)
    step = _resume(out / "checkpoint.pt", module, optimizer)
    drawn = held_out_examples(pool, plan.validated, plan.seed)
    total, running, began = plan.examples // plan.batch, 0.0, time.monotonic()
    module.train()
    for batch in islice(batches(pool, retrieved, tokenizer, plan), step, total):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, plan)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            value = loss(module, batch)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        running = value.item() if running == 0 else 0.98 * running + 0.02 * value.item()
        if step % plan.checkpoint_every == 0 or step == total:
            _save(out / "checkpoint.pt", module, optimizer, step)
            row = {
                "step": step,
                "examples": step * plan.batch,
                "loss": round(running, 4),
                "seconds": round(time.monotonic() - began),
            }
            if step % plan.validate_every == 0 or step == total:
                row |= {k: round(v, 4) for k, v in asdict(validate(module, tokenizer, drawn)).items()}
            with (out / "curve.jsonl").open("a", encoding="utf-8") as curve:
                curve.write(json.dumps(row) + "\n")
    return module


def _save(path: Path, module: ReaderModule, optimizer: torch.optim.Optimizer, step: int) -> None:
    part = path.with_suffix(".part")
    torch.save({"module": module.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, part)
    part.replace(path)


def _resume(path: Path, module: ReaderModule, optimizer: torch.optim.Optimizer) -> int:
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
