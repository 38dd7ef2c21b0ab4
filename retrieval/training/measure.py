"""Validation on held-out articles: does the reader find the words, and does it know when they are not there?"""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from retrieval.reading.reader import MAX_ANSWER_TOKENS
from retrieval.training.examples import Example, cut
from retrieval.training.model import NULL, ReaderModule, allowed, collate, encode
from retrieval.training.pool import Pool


@dataclass(frozen=True, slots=True)
class Validation:
    """Figures on held-out articles."""

    f1: float
    """Token F1 of the best span on answerable examples, forced to answer (SQuAD's measure)."""
    auroc: float
    """Answerable against adversarially unanswerable examples, by the answer logit."""
    auroc_mined: float
    """Answerable against passages that retrieval brings up for the wrong reason."""
    auroc_span: float
    """As `auroc`, by best span logit minus null logit."""


def held_out_examples(pool: Pool, per_source: int, seed: int) -> dict[str, list[Example]]:
    """The same windows every time, `per_source` of each SQuAD-family source."""
    rng = random.Random(seed)
    drawn = {}
    for source in ("squad", "squad2neg", "squad_mined"):
        pairs = [p for p in pool.held_out if p.source == source]
        rng.shuffle(pairs)
        examples = (cut(pool.contexts[p.context], p, rng) for p in pairs[:per_source])
        drawn[source] = [e for e in examples if e is not None]
    return drawn


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Chance that a positive scores above a negative (Mann-Whitney U over the product of sizes)."""
    ranked = sorted([(s, 1) for s in positive] + [(s, 0) for s in negative])
    rank_sum = sum(rank for rank, (_, label) in enumerate(ranked, 1) if label)
    return (rank_sum - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative))


def validate(module: ReaderModule, tokenizer: Tokenizer, drawn: dict[str, list[Example]]) -> Validation:
    """Run the reader over the held-out windows of `held_out_examples`."""
    scores = {source: _predict(module, tokenizer, examples) for source, examples in drawn.items()}
    right = [_f1(text, e.passage[e.start : e.end]) for (_, _, text), e in zip(scores["squad"], drawn["squad"], strict=True)]
    answer = {source: [s[0] for s in rows] for source, rows in scores.items()}
    margin = {source: [s[1] for s in rows] for source, rows in scores.items()}
    return Validation(
        f1=sum(right) / len(right),
        auroc=auroc(answer["squad"], answer["squad2neg"]),
        auroc_mined=auroc(answer["squad"], answer["squad_mined"]),
        auroc_span=auroc(margin["squad"], margin["squad2neg"]),
    )


@torch.no_grad()
def _predict(module: ReaderModule, tokenizer: Tokenizer, examples: Sequence[Example]) -> list[tuple[float, float, str]]:
    """(answer logit, span margin, best span's text) for each example."""
    module.eval()
    rows: list[tuple[float, float, str]] = []
    for at in range(0, len(examples), 32):
        part = examples[at : at + 32]
        encoded = encode(tokenizer, part)
        inputs, _, _ = collate(encoded)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            spans, answers = module(**inputs)
        spans = spans.float().masked_fill(~allowed(inputs).unsqueeze(-1), -1e4)
        for row, (example, tokens) in enumerate(zip(part, encoded, strict=True)):
            start, end = spans[row, :, 0], spans[row, :, 1]
            pairs = (start[1:, None] + end[None, 1:]).triu().tril(MAX_ANSWER_TOKENS - 1)
            pairs = pairs.masked_fill(pairs == 0, -2e4)
            flat = int(pairs.argmax())
            first, last = divmod(flat, pairs.shape[1])
            margin = float(pairs.max() - start[NULL] - end[NULL])
            text = example.passage[tokens.offsets[first + 1][0] : tokens.offsets[last + 1][1]]
            rows.append((float(answers[row]), margin, text))
    module.train()
    return rows


def _f1(found: str, gold: str) -> float:
    a, b = _words(found), _words(gold)
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b)) if shared else 0.0


def _words(text: str) -> list[str]:
    text = "".join(c for c in text.casefold() if c not in string.punctuation)
    return [w for w in re.split(r"\s+", text) if w and w not in {"a", "an", "the"}]
