"""Fitting the final probability on held-out articles: the project's own index, search and reader, end to end."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.index.index import Index, IndexSettings
from retrieval.index.ingest import ingest
from retrieval.reading.aliases import Aliases
from retrieval.reading.features import Features, features, vector
from retrieval.reading.names import terms
from retrieval.reading.reader import Reader
from retrieval.reading.search import HybridRetriever
from retrieval.reading.windows import around
from retrieval.training.pool import Pair, Pool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was read for a question, and whether it holds the answer."""

    question: int
    features: Features
    answers: bool


@dataclass(frozen=True, slots=True)
class Setup:
    """How the pipeline runs while candidates are gathered: as in the shipped settings."""

    index: IndexSettings
    aliases: Path
    candidates: int
    read: int
    context_words: int


def corpora(pool: Pool, per_corpus: int) -> Iterator[dict[int, str]]:
    """Held-out SQuAD contexts, consecutive ones together (so mostly of one article), as context index -> text."""
    held = sorted({p.context for p in pool.held_out if p.source.startswith("squad") and p.source != "squadshifts"})
    for at in range(0, len(held), per_corpus):
        yield {c: pool.contexts[c] for c in held[at : at + per_corpus]}


def gather(
    pool: Pool, contexts: dict[int, str], reader: Reader, setup: Setup, questions: int, seed: int
) -> Iterator[Candidate]:
    """Candidates for questions on a corpus made of these contexts, answerable and adversarial ones alike.

    Args:
        pool: the data.
        contexts: what is ingested: one article of paragraphs.
        reader: reads.
        setup: settings of the pipeline.
        questions: at most so many of each kind.
        seed: decides which.

    """
    rng = random.Random(seed)
    offsets: dict[int, int] = {}
    text = ""
    for context, paragraph in contexts.items():
        offsets[context] = len(text)
        text += paragraph.replace("\r", " ").replace("\n", " ") + "\n\n"
    asked: list[Pair] = []
    for source in ("squad", "squad2neg"):
        pairs = [p for p in pool.held_out if p.source == source and p.context in contexts]
        rng.shuffle(pairs)
        asked += pairs[:questions]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "article.txt").write_text(text, encoding="utf-8", newline="")
        index = Index(setup.index)
        ingest(index, [Path(folder)])
        yield from _ask(index, asked, offsets, reader, setup, rng.randrange(10**9))
        index.close()


def _ask(
    index: Index, asked: Sequence[Pair], offsets: dict[int, int], reader: Reader, setup: Setup, first: int
) -> Iterator[Candidate]:
    retriever = HybridRetriever(index, setup.candidates)
    aliases = Aliases.load(setup.aliases)
    count = index.catalogue.count()
    for number, pair in enumerate(asked):
        named = terms(pair.question, index.catalogue, aliases)
        found = retriever.search(pair.question, named, setup.read)
        windows = around(found.evidence, index.catalogue.passages, index.catalogue.text, setup.context_words)
        start = offsets[pair.context] + pair.start if pair.start >= 0 else -1
        seen: set[tuple[int, int]] = set()
        for reading in reader.read(pair.question, windows):
            for sentence, row in zip(reading.sentences, features(named, count, reading), strict=True):
                a, b = sentence.sentence
                if sentence.sentence not in seen:
                    seen.add(sentence.sentence)
                    yield Candidate(first + number, row, a <= start < b)


def fit(candidates: Sequence[Candidate], ridge: float = 1.0) -> tuple[NDArray[np.float64], float]:
    """Logistic regression by Newton's method on standardised features; weights for raw features and bias come back."""
    x = np.array([vector(c.features) for c in candidates])
    y = np.array([float(c.answers) for c in candidates])
    mean, scale = x.mean(0), x.std(0) + 1e-9
    z = np.hstack([(x - mean) / scale, np.ones((len(x), 1))])
    w = np.zeros(z.shape[1])
    penalty = np.full(len(w), ridge)
    penalty[-1] = 0.0
    for _ in range(30):
        p = 1.0 / (1.0 + np.exp(-z @ w))
        hessian = (z * (p * (1 - p))[:, None]).T @ z + np.diag(penalty)
        step = np.linalg.solve(hessian, z.T @ (p - y) + penalty * w)
        w -= step
        if np.abs(step).max() < 1e-8:
            break
    raw = w[:-1] / scale
    return raw, float(w[-1] - raw @ mean)
