"""The reader, from public data to shipped files.

    python -m retrieval.training train     --data reader-train.json.gz --work build/reader
    python -m retrieval.training export    --data reader-train.json.gz --work build/reader
    python -m retrieval.training calibrate --data reader-train.json.gz
    python -m retrieval.training all       --data reader-train.json.gz --work build/reader

`train` goes on from its last checkpoint when it was stopped. `export` writes the weights and their model card;
`calibrate` fits the final probability for them. Both leave their figures beside the weights.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from retrieval.training import steps
from retrieval.training.train import ROUNDS, Training


def main() -> None:
    """Run one step, or all."""
    parser = argparse.ArgumentParser(
        "retrieval.training", None, __doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=("train", "export", "calibrate", "all"))
    parser.add_argument("--data", type=Path, required=True, help="reader-train.json.gz")
    parser.add_argument("--work", type=Path, default=Path("build/reader"), help="checkpoint and learning curve")
    parser.add_argument("--out", type=Path, default=steps.WEIGHTS, help="where weights and card go")
    parser.add_argument("--examples", type=int, default=ROUNDS[-1].examples, help="length of the last round")
    parser.add_argument("--questions", type=int, default=3000, help="questions for the calibration")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    plan = Training(rounds=(*ROUNDS[:-1], replace(ROUNDS[-1], examples=chosen.examples)))
    if chosen.step in {"train", "all"}:
        steps.train(plan, chosen.data, chosen.work)
    if chosen.step in {"export", "all"}:
        steps.export(plan, chosen.data, chosen.work, chosen.out)
    if chosen.step in {"calibrate", "all"}:
        steps.calibrate(chosen.data, chosen.out, chosen.questions, plan.seed)


if __name__ == "__main__":
    main()
