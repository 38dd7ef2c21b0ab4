"""Quotes against exact gold spans, in characters: recall, precision, IoU.

Measure and questions are those of Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024), on
two of its corpora, averaged over questions. Every question has an answer, so the peers show all that they find; what this
project shows counts as it is shown, and a refusal earns nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import corpora, scoring
from benchmarks.systems import ALL, LOWEST, OURS, Reply, started

Spans = Sequence[tuple[int, int]]
MEASURES = ("recall", "precision", "iou")


def overlap(shown: Spans, gold: Spans) -> tuple[float, float, float]:
    """Recall, precision and IoU of two sets of character spans; `gold` is not empty."""
    a = {i for s, e in shown for i in range(s, e)}
    b = {i for s, e in gold for i in range(s, e)}
    both = len(a & b)
    return both / len(b), both / len(a) if a else 0.0, both / len(a | b)


def run(work: Path, data: Path, limit: int | None) -> dict[str, Any]:
    """Measure every system on both corpora; at most `limit` questions of each."""
    source = data / "chunking"
    questions = [json.loads(line) for line in (source / "questions.jsonl").read_text("utf-8").splitlines()]
    rows = []
    for name in sorted({q["corpus"] for q in questions}):
        folder = work / name / "articles"
        folder.mkdir(parents=True)
        shutil.copy(source / name, folder)
        corpus = corpora.read(name, folder)
        asked = [q for q in questions if q["corpus"] == name][:limit]
        for system in ALL:
            if system is not OURS and not system.fits:
                continue  # the same as its fitted form where nothing is refused
            print(f"{name}: {system.label}", flush=True)
            directory = work / name / system.key
            corpus.lay_out(directory)
            with started(system, directory, LOWEST) as running:
                replies = [running.ask(q["question"]) for q in asked]
            row = {"corpus": name, "key": system.key, "label": system.label, "questions": len(asked), "ours": system is OURS}
            golds = [[(int(a), int(b)) for a, b in q["spans"]] for q in asked]
            rows.append(row | means(replies, golds, corpus.texts))
            if system is OURS:
                # What it would say if it had to: how good the search and the reading are, apart from the refusal.
                forced = [replace(r, passages=(r.passages or r.nearest)[:1]) for r in replies]
                first = {"key": "verbatim-first", "label": "the same, its best quote alone, even where it refuses"}
                rows.append(row | first | means(forced, golds, corpus.texts))
    return {"rows": rows}


def means(replies: Sequence[Reply], golds: Sequence[Spans], texts: Mapping[str, str]) -> dict[str, float]:
    """Mean recall, precision and IoU over questions, with the share answered, passages per answer and those lost.

    A passage is lost where its text does not stand in the article, so that nobody can say what it covers.
    """
    places = [[scoring.locate(p, texts) for p in reply.passages] for reply in replies]
    scores = [overlap([p for p in found if p], gold) for found, gold in zip(places, golds, strict=True)]
    answered = [reply for reply in replies if reply.passages]
    return dict(zip(MEASURES, (sum(column) / len(column) for column in zip(*scores, strict=True)), strict=True)) | {
        "answered": len(answered) / len(replies),
        "passages": sum(len(r.passages) for r in answered) / max(1, len(answered)),
        "lost": sum(place is None for found in places for place in found),
    }
