"""What would be lost if reading stopped early: `python -m benchmarks.early`.

If reading ended once one of the first so many passages answers surely enough, whatever stands in the others would be missing
among the quotes. A refusal has to read them all, so only answers can gain.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.budget import SETS
from bot.answering import PartTrace
from bot.evaluation import questions
from bot.settings import DEFAULT_DATA, PROJECT, load
from bot.wiring import Project

FIRST = (3, 4, 5, 6, 8)
"""Passages after which reading might stop."""

SURE = (0.5, 0.7, 0.9)
"""Probability of the best sentence from which on it would."""


def missed(part: PartTrace, first: int, sure: float) -> bool | None:
    """Whether quotes, or articles that say otherwise, would be missing; None where reading would go on."""
    evidence = {f.evidence.stored.id: f.evidence for f in part.findings}
    order = sorted(evidence, key=lambda id_: (-evidence[id_].fused, id_))
    read = set(order[:first])
    best = max((f.probability for f in part.findings if f.evidence.stored.id in read), default=0.0)
    if not part.chosen or len(order) <= first or best < sure:
        return None
    return any(f.evidence.stored.id not in read for f in part.findings[: part.chosen])


def main() -> None:
    """Print the shares of all questions."""
    parser = argparse.ArgumentParser(prog="benchmarks.early", description=__doc__)
    parser.add_argument("--sets", nargs="+", default=list(SETS), help="question files")
    given = parser.parse_args()
    count = 0
    stopped: Counter[tuple[int, float]] = Counter()
    wrong: Counter[tuple[int, float]] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for name in given.sets:
            file = questions.load(PROJECT / "tests" / "questions" / f"{name}.yaml")
            assert file.corpus is not None
            project = Project(load(), Path(folder, name), DEFAULT_DATA / "models")
            project.ingest([file.corpus])
            for part in (part for gold in file.questions for part in project.answerer.explain(gold.question)[1].parts):
                count += 1
                for case in ((first, sure) for first in FIRST for sure in SURE):
                    found = missed(part, *case)
                    stopped[case] += found is not None
                    wrong[case] += bool(found)
            project.index.close()
    print(f"{count} questions and parts of questions\n")
    print("| read at first | best at least | stops early | other quotes than now |\n|---|---|---|---|")
    for (first, sure), stops in sorted(stopped.items()):
        print(f"| {first} | {sure} | {stops / count:.0%} | {wrong[first, sure] / count:.1%} |")


if __name__ == "__main__":
    main()
