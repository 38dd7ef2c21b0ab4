"""Where the time of a warm answer goes: CPU milliseconds of each step, `python -m benchmarks.budget`.

CPU time and not the clock's, so that a machine with other work gives the same figures, and beside them what embedding the
question costs in the same run. Nothing is remembered from one question to the next but what belongs to the articles.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bot import answering, recording, speaking
from bot.answering import Answerer
from bot.evaluation import questions
from bot.settings import DEFAULT_DATA, PROJECT, load
from bot.wiring import Project

SETS = ("seeds-held-out", "news-held-out")
"""Question files of `tests/questions` that are asked."""

EMBED = "embed: run the model"
READ = "read: run the model"
TOKENISE = "tokenise"
REST = "everything else"


class Steps:
    """CPU time by step, each without the steps within it, over all threads."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        """Seconds since they were last cleared."""
        self.runs: Counter[str] = Counter()
        """How often each was done."""
        self._within = threading.local()

    def watch(self, owner: Any, name: str, step: str) -> None:
        """Count the time of `owner.name` as this step from now on."""
        work: Callable[..., Any] = getattr(owner, name)

        def watched(*given: Any, **named: Any) -> Any:
            above, self._within.inner = getattr(self._within, "inner", 0.0), 0.0
            began = time.thread_time()
            try:
                return work(*given, **named)
            finally:
                took = time.thread_time() - began
                self.spent[step] += took - self._within.inner
                self.runs[step] += 1
                self._within.inner = above + took

        setattr(owner, name, watched)


def watched(project: Project) -> Steps:
    """The steps of this project's answers. The modules stay changed: for a process that does nothing else."""
    steps, answerer = Steps(), project.answerer
    inside: Any = answerer
    embedder: Any = project.index.embedder
    reader: Any = project.reader
    steps.watch(embedder._encoder, "_infer", EMBED)
    steps.watch(reader._encoder, "_infer", READ)
    for encoder in (embedder._encoder, reader._encoder):
        steps.watch(encoder, "_tokens", TOKENISE)
    steps.watch(reader, "read", "read: the best words of each sentence")
    steps.watch(answering, "terms", "names and rare words")
    steps.watch(inside._retriever, "search", "search")
    steps.watch(answering, "around", "windows")
    steps.watch(answering, "judge", "judge: features and probability")
    steps.watch(speaking, "heed", "speakers asked about")
    for name in ("folded", "opposed", "completed"):
        steps.watch(inside._agreement, name, "agreement of the articles")
    steps.watch(inside._quoter, "quotes", "quoting")
    steps.watch(inside, "_check", "gate")
    steps.watch(inside, "_render", "render")
    steps.watch(inside, "depends", "what it depends on")
    steps.watch(recording, "record", "record")
    steps.watch(project, "keep", "record")
    return steps


def run(rounds: int, names: tuple[str, ...] = SETS) -> dict[str, Any]:
    """Medians over all questions of these files, each asked `rounds` times."""
    rows: list[dict[str, float]] = []
    windows: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            file = questions.load(PROJECT / "tests" / "questions" / f"{name}.yaml")
            assert file.corpus is not None
            project = Project(load(), Path(folder, name), DEFAULT_DATA / "models")
            project.ingest([file.corpus])
            steps = watched(project)
            asked = [gold.question for gold in file.questions]
            for question in asked[:5]:
                _ask(project, question)
            for _ in range(rounds):
                for question in asked:
                    steps.spent.clear()
                    steps.runs.clear()
                    rows.append(_ask(project, question) | {k: v * 1e3 for k, v in steps.spent.items()})
                    windows.append(steps.runs[READ])
            project.index.close()
    known = sorted({step for row in rows for step in row} - {"cpu", "wall"})
    for row in rows:
        row[REST] = row["cpu"] - sum(row.get(step, 0.0) for step in known)
    return {
        "questions": len(rows) // rounds,
        "windows": float(np.median(windows)),
        "steps": {step: _spread([row.get(step, 0.0) for row in rows]) for step in (*known, REST)},
        "cpu": _spread([row["cpu"] for row in rows]),
        "wall": _spread([row["wall"] for row in rows]),
    }


def _ask(project: Project, question: str) -> dict[str, float]:
    answerer: Answerer = project.answerer
    answerer.forget()
    cpu, wall = time.process_time(), time.perf_counter()
    answer, trace = answerer.explain(question)
    wall = time.perf_counter() - wall
    recording.remember(project, answer, trace, print)
    return {"cpu": (time.process_time() - cpu) * 1e3, "wall": wall * 1e3}


def _spread(values: list[float]) -> list[float]:
    """Median and 95th percentile."""
    return [float(np.percentile(values, 50)), float(np.percentile(values, 95))]


def table(found: dict[str, Any]) -> str:
    """The budget as Markdown, the dearest step first."""
    unit = found["steps"][EMBED][0]
    lines = ["| step | CPU ms, median | p95 | embedding the question = 1 |", "|---|---|---|---|"]
    for step, (half, most) in sorted(found["steps"].items(), key=lambda item: -item[1][0]):
        lines.append(f"| {step} | {half:.2f} | {most:.2f} | {half / unit:.2f} |")
    half, most = found["cpu"]
    lines.append(f"| **the whole answer** | {half:.1f} | {most:.1f} | {half / unit:.1f} |")
    half, most = found["wall"]
    lines.append(f"\n{found['questions']} questions, {found['windows']:.0f} windows read for one; ")
    lines[-1] += (
        f"by the clock, with whatever else the machine did, half within {half:.1f} ms and 95 % within {most:.1f} ms."
    )
    return "\n".join(lines)


def main() -> None:
    """Print the budget."""
    parser = argparse.ArgumentParser(prog="benchmarks.budget", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each question is asked")
    parser.add_argument("--sets", nargs="+", default=list(SETS), help="question files")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = run(given.rounds, tuple(given.sets))
    print(json.dumps(found, indent=1) if given.json else table(found))


if __name__ == "__main__":
    main()
