"""Quotes against exact gold spans, in characters: recall, precision, IoU.

    python -m benchmarks.spans ../shared/data/chunking

The measure is that of Smith and Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024), averaged over
questions. Shown quotes count as they are shown; beside them the first sentence alone, and all sentences of the
cosine ranking that most pipelines would show, on the same passages.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.answering import Answerer
from bot.settings import load
from bot.wiring import Project

Spans = Sequence[tuple[int, int]]


def overlap(shown: Spans, gold: Spans) -> tuple[float, float, float]:
    """Recall, precision and IoU of two sets of character spans."""
    a = {i for s, e in shown for i in range(s, e)}
    b = {i for s, e in gold for i in range(s, e)}
    both = len(a & b)
    return both / len(b), both / len(a) if a else 0.0, both / len(a | b)


def measure(answerer: Answerer, questions: Sequence[dict[str, object]]) -> dict[str, dict[str, float]]:
    """Mean overlap for what is shown, and for the best sentence alone even where the answer was refused."""
    rows: dict[str, list[tuple[float, float, float]]] = {"shown": [], "first sentence": []}
    answered = 0
    quotes = 0
    for item in questions:
        gold = [(int(a), int(b)) for a, b in item["spans"]]  # type: ignore[attr-defined]
        answer, trace = answerer.explain(str(item["question"]))
        answered += bool(answer.quotes)
        quotes += len(answer.quotes)
        rows["shown"].append(overlap([(q.start, q.end) for q in answer.quotes], gold))
        best = [t.findings[0].sentence for t in trace.parts if t.findings][:1]
        rows["first sentence"].append(overlap(best, gold))
    means = {
        name: dict(zip(("recall", "precision", "iou"), (sum(c) / len(c) for c in zip(*values, strict=True)), strict=True))
        for name, values in rows.items()
    }
    means["shown"] |= {"answered": answered / len(questions), "quotes": quotes / max(1, answered)}
    return means


def main() -> None:
    """Measure each corpus in the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", dest="flags", action="append", default=[])
    parser.add_argument("--models", type=Path, default=Path(".verbatim/models").absolute())
    arguments = parser.parse_args()
    lines = (arguments.folder / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line) for line in lines]
    for corpus in sorted({q["corpus"] for q in questions}):
        with tempfile.TemporaryDirectory() as data:
            project = Project(load(None, arguments.flags), Path(data), arguments.models)
            project.ingest([arguments.folder / corpus])
            for name, means in measure(project.answerer, [q for q in questions if q["corpus"] == corpus]).items():
                figures = "  ".join(f"{key} {value:.3f}" for key, value in means.items())
                print(f"{corpus:24} {name:15} {figures}", flush=True)


if __name__ == "__main__":
    main()
