"""Hard negatives: the paragraphs that the project's own embeddings bring up for a question and that do not answer it."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.index.embeddings import Embedder
from retrieval.training.pool import Pair, Pool
from retrieval.training.windows import sentence_spans

SOURCE = "retrieved"
NEIGHBOURS = 30
"""Contexts on either side that are searched: contexts lie grouped by article, so this is mostly the same article."""

PASSAGE_WORDS = 64
TOP = 3
"""The negative is drawn from so many of the best paragraphs, so that it is not always the same kind."""


def mined(pool: Pool, embedder: Embedder, cache: Path, limit: int, seed: int) -> list[Pair]:
    """Unanswerable pairs for `limit` of the SQuAD training questions; kept in `cache`, since embedding takes minutes."""
    asked = [p for p in pool.train if p.source == "squad"]
    random.Random(seed).shuffle(asked)
    asked = asked[:limit]
    key = {"pool": pool.sha256, "embedder": embedder.fingerprint, "limit": limit, "seed": seed}
    if cache.exists():
        stored = json.loads(cache.read_text("utf-8"))
        if stored["key"] == key:
            return [Pair(c, asked[i].question, -1, asked[i].answer, SOURCE) for i, c in stored["pairs"]]
    pairs = _mine(pool, asked, embedder, random.Random(seed))
    cache.write_text(json.dumps({"key": key, "pairs": pairs}), "utf-8")
    return [Pair(c, asked[i].question, -1, asked[i].answer, SOURCE) for i, c in pairs]


def _mine(pool: Pool, asked: Sequence[Pair], embedder: Embedder, rng: random.Random) -> list[tuple[int, int]]:
    contexts = sorted({p.context for p in pool.train if p.source == "squad"})
    places = [(row, text) for row, c in enumerate(contexts) for text in passages(pool.contexts[c])]
    owners = np.array([row for row, _ in places])
    vectors = embedder.embed([text for _, text in places])
    questions = embedder.embed([p.question for p in asked])
    row_of = {c: row for row, c in enumerate(contexts)}
    found: list[tuple[int, int]] = []
    for number, pair in enumerate(asked):
        own = row_of[pair.context]
        low, high = np.searchsorted(owners, [own - NEIGHBOURS, own + NEIGHBOURS + 1])
        scores = vectors[low:high] @ questions[number]
        answer = pair.answer.casefold()
        best: list[int] = []
        for at in np.argsort(-scores):
            row = int(owners[low + at])
            if row != own and row not in best and answer not in pool.contexts[contexts[row]].casefold():
                best.append(row)
            if len(best) == TOP:
                break
        if best:
            found.append((number, contexts[rng.choice(best)]))
    return found


def passages(context: str) -> list[str]:
    """The context in runs of sentences of about `PASSAGE_WORDS` words."""
    runs: list[str] = []
    start, words = 0, 0
    for a, b in sentence_spans(context):
        size = len(context[a:b].split())
        if words and words + size > PASSAGE_WORDS:
            runs.append(context[start:a])
            start, words = a, 0
        words += size
    return [*runs, context[start:]]
