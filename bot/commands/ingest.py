"""`verbatim ingest`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot.commands.opening import progress_bar, tell_rejected, waiting
from bot.render.terminal import visible
from bot.wiring import SEEDS, Project
from retrieval.index.ingest import Report


def run(project: Project, paths: Sequence[Path], *, rebuild: bool, as_json: bool) -> int:
    """Bring the index in line; 2 if a file was rejected."""
    # Whole paths once, and not for each of the files; one that does not exist is named as it was given.
    given = [path.absolute() if path.exists() else path for path in paths]
    wanted = given or (project.paths() if rebuild else [SEEDS])
    with progress_bar() as progress:
        report = project.ingest(wanted, rebuild=rebuild, progress=progress, waiting=waiting)
    tell_rejected(report)
    print(json.dumps(asdict(report), ensure_ascii=False) if as_json else visible(summary(report)))
    return 2 if report.rejected else 0


def changes(report: Report) -> list[str]:
    """A line for each change."""
    lines = []
    for word, names in (("added", report.added), ("updated", report.updated), ("removed", report.removed)):
        lines += [f"{word:>9}  {name}" for name in names]
    lines += [f"     same  {name} has the text of {first}; it is taken in once" for name, first in report.duplicates.items()]
    lines += [f"     copy  {name} and {', '.join(others)} count as one source" for name, others in report.copies.items()]
    return lines


def summary(report: Report) -> str:
    """What was done, a line for each change, and what there is now."""
    lines = changes(report)
    kept = len(report.added) + len(report.updated) + len(report.unchanged)
    lines.append(
        f"{kept} article{'' if kept == 1 else 's'}, {report.passages} passages; "
        f"{len(report.unchanged)} unchanged, {len(report.rejected)} rejected"
    )
    return "\n".join(lines)
