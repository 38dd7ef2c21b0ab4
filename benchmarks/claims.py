"""How well claims are checked: precision and recall of each verdict, for the tuning and the held-out half.

python -m benchmarks.claims tests/questions/claims.yaml [--split tuning] [--wrong]
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bot.evaluation import claims
from bot.settings import load
from bot.wiring import Project


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--split", choices=claims.SPLITS)
    parser.add_argument("--wrong", action="store_true", help="name the claims that were not judged rightly")
    parser.add_argument("--set", dest="flags", action="append", default=[])
    parser.add_argument("--models", type=Path, default=Path(".verbatim/models").absolute())
    arguments = parser.parse_args()
    corpus, gold = claims.load(arguments.file)
    with tempfile.TemporaryDirectory() as folder:
        project = Project(load(flags=arguments.flags), Path(folder), arguments.models)
        project.ingest(corpus)
        for split in claims.SPLITS:
            if arguments.split in (None, split):
                results = claims.run([g for g in gold if g.split == split], project.checker.check)
                print(f"{split}: {len(results)} claims")
                for score in claims.scores(results):
                    figures = [f"{x:.2f}" if x is not None else "–" for x in (score.precision, score.recall)]
                    print(
                        f"  {score.verdict.value:<13} precision {figures[0]} ({score.right} of {score.given}) "
                        f"recall {figures[1]} (of {score.claims}); other quote {score.other_quote}"
                    )
                for one, check in results if arguments.wrong else []:
                    if not claims.right(one, check):
                        shown = check.quote or check.nearest
                        print(f"  {one.claim}\n    {one.verdict} -> {check.verdict}: {check.reason}")
                        print(f"    {shown.text[:160]}" if shown else "")
        project.index.close()


if __name__ == "__main__":
    main()
