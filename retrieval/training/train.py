"""The training loop: resumable, reproducible, and able to stop whenever the clock says so."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, islice
from pathlib import Path

import torch
from tokenizers import Tokenizer

from retrieval.index.embeddings import Embedder
from retrieval.training.examples import Example, Forms, stream
from retrieval.training.measure import held_out_examples, validate
from retrieval.training.mining import mined
from retrieval.training.model import MAX_TOKENS, Encoded, ReaderModule, encode, loss
from retrieval.training.pool import Pair, Pool, load_pool

BUCKETED = 64
"""Batches drawn at once and sorted by length, so that little is padding."""


AS_WRITTEN = Forms()


@dataclass(frozen=True, slots=True)
class Round:
    """A part of the training, with examples drawn anew. The learning rate warms up, stays, and falls to zero over the
    last part, so the length can be changed until the fall begins and the weights are those of a run planned that way
    from the start (warm-up, stable, decay: Hu et al. 2024, MiniCPM).
    """

    examples: int
    learning_rate: float
    decay_share: float
    asked: Forms = AS_WRITTEN
    """In which other forms a part of the questions is asked."""


ROUNDS = (
    Round(360_000, 2e-4, 0.35),
    Round(96_000, 1.5e-4, 0.7, Forms(framed=0.15)),
    Round(176_000, 1.2e-4, 0.8, Forms(framed=0.15, reworded=0.35, swapped=0.04)),
)
"""The first is about as much as two cores see in an hour and a half. At its end the curve still rose, questions that speak
of the text itself were understood badly, and questions in other words than the text's were doubted; so two more go on from
it, each from a higher rate again (warm restarts: Loshchilov and Hutter 2017)."""


@dataclass(frozen=True, slots=True)
class Training:
    """Settings of one training run."""

    rounds: tuple[Round, ...] = ROUNDS
    averaged: tuple[int, ...] = (0, 2)
    """The weights shipped are the mean of those at the end of these rounds, counted from 0: better on all held-out figures
    than either (weight averaging along one training: Izmailov et al. 2018)."""
    batch: int = 32
    weight_decay: float = 0.01
    warmup_steps: int = 300
    """Of each round."""
    seed: int = 20211217
    validate_every: int = 1000
    checkpoint_every: int = 250
    validated: int = 600
    """Held-out windows of each kind on which the learning curve rests."""
    mined: int = 40_000
    """Questions for which hard negatives are looked up with the project's own embeddings."""


def rates(plan: Training) -> Iterator[float]:
    """The learning rate of every step."""
    for part in plan.rounds:
        total = part.examples // plan.batch
        decay = max(1, round(total * part.decay_share))
        for step in range(total):
            yield part.learning_rate * min(1.0, (step + 1) / plan.warmup_steps, (total - step) / decay)


def batches(
    pool: Pool, retrieved: Sequence[Pair], tokenizer: Tokenizer, plan: Training, done: int = 0
) -> Iterator[list[Encoded]]:
    """The batches of the plan in a reproducible order, but for the first `done`."""
    for number, part in enumerate(plan.rounds):
        total = part.examples // plan.batch
        if done < total:
            source = stream(pool, retrieved, plan.seed + number, part.asked)
            yield from islice(_sorted(source, tokenizer, plan, plan.seed + number), done, total)
        done = max(0, done - total)


def _sorted(source: Iterator[Example], tokenizer: Tokenizer, plan: Training, seed: int) -> Iterator[list[Encoded]]:
    """Endless batches of examples of like length."""
    rng = random.Random(seed)
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
    optimizer = torch.optim.AdamW(module.parameters(), lr=0.0, weight_decay=plan.weight_decay)
    step = _resume(out / "checkpoint.pt", module, optimizer)
    drawn = held_out_examples(pool, plan.validated, plan.seed)
    ends = list(accumulate(part.examples // plan.batch for part in plan.rounds))
    total = ends[-1]
    running, began = 0.0, time.monotonic()
    module.train()
    ahead = zip(islice(rates(plan), step, None), batches(pool, retrieved, tokenizer, plan, step), strict=True)
    for learning_rate, batch in ahead:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        with torch.autocast("cpu", dtype=torch.bfloat16):
            value = loss(module, batch)
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        if step in ends:
            torch.save(module.state_dict(), out / f"round-{ends.index(step)}.pt")
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


def averaged(ends: Sequence[Path]) -> dict[str, torch.Tensor]:
    """The mean of several weights of one shape, as saved at the ends of rounds."""
    states = [torch.load(path, weights_only=True) for path in ends]
    return {
        name: torch.stack([state[name] for state in states]).mean(0) if value.is_floating_point() else value
        for name, value in states[0].items()
    }


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
