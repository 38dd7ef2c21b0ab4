"""`verbatim feedback export`."""

from __future__ import annotations

import sys
from pathlib import Path

from bot.commands.opening import tell
from bot.evaluation.export import question_file
from bot.state import complaints
from bot.wiring import Project
from retrieval.errors import StorageError


def export(project: Project, target: Path) -> int:
    """Write the answers that were voted down as a question file; - for standard output."""
    with project.database.session() as session:
        found = complaints.read(session)
    text, whole, waiting = question_file(found)
    if str(target) == "-":
        sys.stdout.write(text)
    else:
        try:
            target.write_text(text, "utf-8")
        except OSError as error:
            raise StorageError(f"{target}: {error.strerror}", "Give a file that can be written.") from None
    tell(f"{whole} cases are ready for eval; {waiting} need the right evidence from a person and are comments until then")
    return 0
