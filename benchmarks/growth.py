"""What grows with the number of passages: ingest, index, memory and answers, each measured in a process of its own.

The texts are the paragraphs of the reader's public data (SQuAD and others). Where there are not enough of them they are
repeated with other numbers in them and a sentence of their own, so that no passage is stored twice. The questions are about
the first paragraphs and the same at every size: what changes is only how much else there is.

In a folder that is kept an index of 100,000 passages is built once: what was interrupted goes on where it stopped, and sizes
that were measured are not measured again.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
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

MEASURED = """
import resource, subprocess, sys, time
began = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took = time.perf_counter() - began
print(done.returncode, took, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""Run by a small process: Linux counts what the one that starts another holds as the peak of the other."""

QUESTIONS = 60
WARM_UP = 3
SETTLED_SECONDS = 2.5
"""Before that a file's time of change proves nothing, and every file is opened again."""

SEED = 20211217


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about one of the first paragraphs, and the words that answer it."""

    question: str
    answer: str


def run(work: Path, data: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Let one index grow through these sizes; goes on with what lies in `work`.

    Where an ingest was interrupted, the time of its row is that of the rest.
    """
    pool = load_pool(data / "reader" / "reader-train.json.gz")
    folder, index, measured = work / "articles", work / "verbatim", work / "rows.json"
    for made in (folder, index):
        made.mkdir(parents=True, exist_ok=True)
    if not (index / "models").exists():
        # Exported once for all benchmarks.
        (index / "models").symlink_to(DEFAULT_DATA / "models")
    (work / "articles.json").write_text(json.dumps({"folder": str(folder.resolve()), "articles": []}), "utf-8")
    first = sorted({pair.context for pair in pool.halves()[1]})
    asked = _questions(pool, first[: min(SIZES) // 4])
    texts = _texts([pool.contexts[c] for c in (*first, *sorted(set(range(len(pool.contexts))) - set(first)))])
    rows: list[dict[str, Any]] = json.loads(measured.read_text("utf-8")) if measured.exists() else []
    there = 0
    for size in sizes:
        print(f"growth: {size} passages", flush=True)
        there, repeated = _write(folder, texts, there, size)
        if all(row["passages"] != there for row in rows):
            rows.append(_measure(work, folder, asked) | {"passages": there, "repeated": repeated})
            measured.write_text(json.dumps(sorted(rows, key=lambda row: int(row["passages"]))), "utf-8")
    return {"rows": rows, "questions": len(asked), "paragraphs": len(pool.contexts)}


def _questions(pool: Pool, contexts: Sequence[int]) -> list[Asked]:
    among = set(contexts)
    pairs = [p for p in pool.halves()[1] if p.context in among and p.start >= 0]
    drawn = random.Random(SEED).sample(pairs, min(QUESTIONS, len(pairs)))
    return [Asked(p.question, p.answer) for p in drawn]


def _texts(paragraphs: Sequence[str]) -> Iterator[tuple[str, bool, int]]:
    """Articles without end: the text, whether its paragraphs were used before, and its number."""
    numbers = count()
    for turn in count():
        for at in range(0, len(paragraphs), PARAGRAPHS):
            chosen = [re.sub(r"[\r\n\u2028\u2029]", " ", text) for text in paragraphs[at : at + PARAGRAPHS]]
            yield "\n\n".join(varied(text, turn) for text in chosen) + "\n", turn > 0, next(numbers)


def varied(text: str, turn: int) -> str:
    """The same text with other numbers in it and a sentence more, from the second turn on."""
    if turn == 0:
        return text
    other = re.sub(r"\d+", lambda number: str(int(number[0]) + turn), text)
    return f"{other} This is telling number {turn} of it."


def _write(folder: Path, texts: Iterator[tuple[str, bool, int]], there: int, size: int) -> tuple[int, bool]:
    """Add articles until there are so many passages; how many there are then, and whether texts were repeated.

    Those that lie there already are left as they are.
    """
    words = load().ingest.passage_words
    repeated = False
    while there < size:
        text, again, number = next(texts)
        path = folder / f"{number:05}.txt"
        if not path.exists():
            path.write_text(text, encoding="utf-8", newline="")
        there += len(list(passages(article(path.name, text, {}), words)))
        repeated = repeated or again
    return there, repeated


def _measure(work: Path, folder: Path, asked: Sequence[Asked]) -> dict[str, Any]:
    index = work / "verbatim"
    command = [sys.executable, "-m", "bot", "ingest", str(folder), "--data", str(index), "--json"]
    added, peak = _child(command)
    time.sleep(SETTLED_SECONDS)
    _child(command)
    nothing, _ = _child(command)
    changed = max(folder.iterdir())
    changed.write_text(changed.read_text("utf-8") + "\n\nOne more paragraph was added to this article.\n", "utf-8")
    one, peak_of_one = _child(command)
    cold, _ = _child([*command[:3], "ask", asked[0].question, "--data", str(index)], {0, 1})
    with started(OURS, work) as running:
        replies = [running.ask(a.question) for a in asked]
        took = [r.ms for r in replies[WARM_UP:]]
    hits = [any(a.answer in shown.text for shown in r.passages) for a, r in zip(asked, replies, strict=True)]
    return {
        "ingest_s": added,
        "ingest_mib": max(peak, peak_of_one),
        "nothing_s": nothing,
        "one_article_s": one - nothing,
        "cold_s": cold,
        "catalogue_mib": _size(index.glob("catalogue.sqlite3*")),
        "chroma_mib": _size((index / "chroma").rglob("*")),
        "warm_ms_p50": float(np.percentile(took, 50)),
        "warm_ms_p95": float(np.percentile(took, 95)),
        "memory_mib": running.peak_mib,
        "hit": sum(hits) / len(hits),
    }


def _child(command: Sequence[str], right: Collection[int] = (0,)) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a command that must end with one of these statuses.

    Raises:
        SystemError_: it failed.

    """
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command], capture_output=True, text=True, cwd=PROJECT, check=False
    )
    status, seconds, kib = done.stdout.split() if done.stdout else ("none", "0", "0")
    if status not in map(str, right):
        raise SystemError_(f"{' '.join(command)} ended with status {status}", "Run it by hand to see why.")
    return float(seconds), int(kib) / 1024


def _size(files: Iterator[Path]) -> float:
    """In MiB."""
    return sum(f.stat().st_size for f in files if f.is_file()) / 2**20
