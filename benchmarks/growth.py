"""What grows with the number of passages: ingest, index, memory and answers, each measured in a process of its own.

The texts are the paragraphs of the reader's public data (SQuAD and others). Where there are not enough of them they are
repeated with other numbers in them and a sentence of their own, so that no passage is stored twice. The questions are about
the first paragraphs and the same at every size: what changes is only how much else there is.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.systems import OURS, SystemError_, started
from bot.settings import DEFAULT_DATA, PROJECT, load
from retrieval.corpus.metadata import article
from retrieval.corpus.passages import passages
from retrieval.training.pool import Pool, load_pool

SIZES = (100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
"""Passages, about; an article is written whole."""

PARAGRAPHS = 20
"""In an article."""

QUESTIONS = 60
WARM_UP = 3
SEED = 20211217


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one of the first paragraphs, and the words that answer it."""

    question: str
    answer: str


def run(work: Path, data: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Let one index grow through these sizes."""
    pool = load_pool(data / "reader" / "reader-train.json.gz")
    folder, index = work / "articles", work / "verbatim"
    folder.mkdir(parents=True)
    index.mkdir()
    # Exported once for all benchmarks.
    (index / "models").symlink_to(DEFAULT_DATA / "models")
    (work / "articles.json").write_text(json.dumps({"folder": str(folder.resolve()), "articles": []}), "utf-8")
    first = sorted({pair.context for pair in pool.halves()[1]})
    asked = _questions(pool, first[: sizes[0] // 4])
    texts = _texts([pool.contexts[c] for c in (*first, *sorted(set(range(len(pool.contexts))) - set(first)))])
    rows, there = [], 0
    for size in sizes:
        print(f"growth: {size} passages", flush=True)
        there, repeated = _write(folder, texts, there, size)
        rows.append(_measure(work, folder, asked) | {"passages": there, "repeated": repeated})
    return {"rows": rows, "questions": len(asked), "paragraphs": len(pool.contexts)}


def _questions(pool: Pool, contexts: Sequence[int]) -> list[Asked]:
    among = set(contexts)
    pairs = [p for p in pool.halves()[1] if p.context in among and p.start >= 0]
    drawn = random.Random(SEED).sample(pairs, min(QUESTIONS, len(pairs)))
    return [Asked(p.question, p.answer) for p in drawn]


def _texts(paragraphs: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Articles without end: the text, and whether its paragraphs were used before."""
    for turn in count():
        for at in range(0, len(paragraphs), PARAGRAPHS):
            chosen = [re.sub(r"[\r\n\u2028\u2029]", " ", text) for text in paragraphs[at : at + PARAGRAPHS]]
            yield "\n\n".join(varied(text, turn) for text in chosen) + "\n", turn > 0


def varied(text: str, turn: int) -> str:
    """The same text with other numbers in it and a sentence more, from the second turn on."""
    if turn == 0:
        return text
    other = re.sub(r"\d+", lambda number: str(int(number[0]) + turn), text)
    return f"{other} This is telling number {turn} of it."


def _write(folder: Path, texts: Iterator[tuple[str, bool]], there: int, size: int) -> tuple[int, bool]:
    """Add articles until there are so many passages; how many there are then, and whether texts were repeated."""
    words = load().ingest.passage_words
    number, repeated = len(list(folder.iterdir())), False
    while there < size:
        text, again = next(texts)
        name = f"{number:05}.txt"
        (folder / name).write_text(text, encoding="utf-8", newline="")
        there += len(list(passages(article(name, text, {}), words)))
        number, repeated = number + 1, repeated or again
    return there, repeated


def _measure(work: Path, folder: Path, asked: Sequence[Asked]) -> dict[str, Any]:
    index = work / "verbatim"
    command = [sys.executable, "-m", "bot", "ingest", str(folder), "--data", str(index), "--json"]
    added, peak = _child(command)
    nothing, _ = _child(command)
    changed = max(folder.iterdir())
    changed.write_text(changed.read_text("utf-8") + "\n\nOne more paragraph was added to this article.\n", "utf-8")
    one, _ = _child(command)
    with started(OURS, work) as running:
        replies = [running.ask(a.question) for a in asked]
        took = [r.ms for r in replies[WARM_UP:]]
    hits = [any(a.answer in shown.text for shown in r.passages) for a, r in zip(asked, replies, strict=True)]
    return {
        "ingest_s": added,
        "ingest_mib": peak,
        "nothing_s": nothing,
        "one_article_s": one - nothing,
        "catalogue_mib": _size(index.glob("catalogue.sqlite3*")),
        "chroma_mib": _size((index / "chroma").rglob("*")),
        "warm_ms_p50": float(np.percentile(took, 50)),
        "warm_ms_p95": float(np.percentile(took, 95)),
        "memory_mib": running.peak_mib,
        "hit": sum(hits) / len(hits),
    }


def _child(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a command.

    Raises:
        SystemError_: it failed.

    """
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PROJECT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemError_(f"{' '.join(command)} ended with status {process.returncode}", "Run it by hand to see why.")
    return time.perf_counter() - began, usage.ru_maxrss / 1024


def _size(files: Iterator[Path]) -> float:
    """In MiB."""
    return sum(f.stat().st_size for f in files if f.is_file()) / 2**20
