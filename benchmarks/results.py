"""RESULTS.md and the README's table, written from `results.json` and never by hand.

    python -m benchmarks.results

writes both anew from what the last run measured.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import scale_sections, sections, tables
from bot.settings import PROJECT

FOLDER = Path(__file__).resolve().parent
FIGURE = PROJECT / "docs" / "figures" / "risk-coverage.png"
GROWTH = PROJECT / "docs" / "figures" / "growth.png"
MARK = "results"


def document(found: Mapping[str, Any]) -> str:
    """All of RESULTS.md; parts that were not measured are left out."""
    parts = ["# Results", "Written by `make benchmark`; not to be edited. " + found.get("machine", "")]
    for key, title, body in (
        ("side_by_side", "Side by side, on held-out questions", sections.side_by_side),
        ("squad", "Articles and questions of others: SQuAD", sections.squad),
        ("spans", "Quotes against exact spans", sections.spans),
        ("embedding", "Embedding passages", scale_sections.embedding),
        ("throughput", "A crowd that asks at once", scale_sections.throughput),
        ("growth", "Growth", partial(scale_sections.growth, picture=f"../{GROWTH.relative_to(PROJECT).as_posix()}")),
    ):
        if key in found:
            parts += [f"## {title}", body(found[key])]
    if {"side_by_side", "squad"} & set(found):
        parts += [
            "## Risk and coverage",
            f"![Risk and coverage](../{FIGURE.relative_to(PROJECT).as_posix()})",
            "Share of first passages that do not answer, as more and more questions are answered, the surest first. The dot "
            "is where this project stops.",
        ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def write(found: Mapping[str, Any], folder: Path = FOLDER, readme: Path = PROJECT / "README.md") -> None:
    """Write RESULTS.md into the folder, and the table into the README where it has the marks for it."""
    (folder / "RESULTS.md").write_text(document(found), "utf-8")
    if "side_by_side" not in found:
        return
    renewed = tables.between(readme.read_text("utf-8"), MARK, sections.readme(found["side_by_side"]))
    if renewed is None:
        print(f"{readme.name} has no <!-- {MARK} --> and <!-- /{MARK} -->; its table was not written", file=sys.stderr)
    else:
        readme.write_text(renewed, "utf-8")


if __name__ == "__main__":
    write(json.loads((FOLDER / "results.json").read_text("utf-8")))
