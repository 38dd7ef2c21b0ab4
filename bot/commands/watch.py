"""`verbatim ingest --watch`."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.commands.ingest import changes
from bot.commands.opening import progress_bar, tell, tell_rejected, waiting
from bot.render.terminal import visible
from bot.wiring import SEEDS, Project
from retrieval.errors import VerbatimError
from retrieval.index.ingest import Report
from retrieval.index.ledger import Ledger
from retrieval.index.watching import Untold, Watch


def run(project: Project, paths: Sequence[Path], *, rebuild: bool, as_json: bool) -> int:
    """Bring the index in line, and again whenever its articles change, until a signal to end (SIGTERM, SIGINT).

    Raises:
        VerbatimError: the first time fails; later errors are told and tried again.

    """
    wanted = list(paths) or (project.paths() if rebuild else [SEEDS])
    with _ending():
        ledger = Ledger(project.index, {} if rebuild else _held(project))
        with progress_bar() as progress:
            project.ingest(wanted, rebuild=rebuild, progress=progress, waiting=waiting)
        _print(ledger, as_json)
        tell(f"watching {', '.join(str(p) for p in wanted)}; Ctrl+C ends")
        said: list[str] = []

        def after(wrong: VerbatimError | None) -> None:
            if isinstance(wrong, Untold):
                tell(str(wrong))
            elif wrong and str(wrong) not in said:
                # What goes on is said once, and again only when it comes back.
                tell(f"error: {wrong} Trying again …")
                said.append(str(wrong))
            elif wrong is None:
                if said:
                    tell("in line again")
                said.clear()
                _print(ledger, as_json)

        Watch(project.index, project.paths, project.settings.ingest.watch_every_seconds).run(after)
    return 0


def _held(project: Project) -> dict[str, str]:
    return {entry.name: entry.sha256 for entry in project.index.catalogue.entries()}


def _print(ledger: Ledger, as_json: bool) -> None:
    """A line for each change of the index since the last time, whoever made it."""
    report = ledger.look()
    if report is None:
        return
    tell_rejected(report)
    if as_json:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for line in _objects(report):
            print(json.dumps({"time": now, **line}, ensure_ascii=False), flush=True)
    elif lines := changes(report):
        print(visible("\n".join(lines)), flush=True)


def _objects(report: Report) -> Iterator[dict[str, str]]:
    for change, names in (("added", report.added), ("updated", report.updated), ("removed", report.removed)):
        for name in names:
            yield {"change": change, "article": name}
    for name, first in report.duplicates.items():
        yield {"change": "same", "article": name, "as": first}
    for name, why in report.rejected.items():
        yield {"change": "rejected", "article": name, "why": why}


@contextmanager
def _ending() -> Iterator[None]:
    """Both signals end what runs within, which is safe at any moment."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except KeyboardInterrupt:
        tell("stopped")
    finally:
        signal.signal(signal.SIGTERM, before)
