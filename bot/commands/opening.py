"""What commands share: opening the project, bringing the index in line first, saying so on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot import recording
from bot.answer import Answer
from bot.answering import Trace
from bot.commands.conversation import Rewrite
from bot.followups import Turn
from bot.render.terminal import visible
from bot.settings import DEFAULT_DATA, load
from bot.wiring import Project
from retrieval.errors import WritingError
from retrieval.index.ingest import Progress, Report


def project(config: Path | None, data: Path | None, flags: Sequence[str] | None) -> Project:
    """The project with the settings in force.

    Raises:
        SettingsError: a setting is unknown or out of range.

    """
    return Project(load(config, flags or ()), (data or DEFAULT_DATA).absolute())


def tell(message: str) -> None:
    """Say something that is not a result; names of files in it steer no terminal."""
    print(visible(message), file=sys.stderr, flush=True)


def composed(opened: Project, answer: Answer, trace: Trace) -> Answer:
    """The answer with what a language model wrote above its quotes, where the settings name one; why not is a warning."""
    if opened.composer is None:
        return answer
    answer = opened.composer.compose(answer, trace.understood)
    if answer.composed and answer.composed.failure:
        tell(f"warning: the quotes stand alone. {answer.composed.failure}")
    return answer


def rewriting(opened: Project) -> Rewrite | None:
    """Has a language model make follow-up questions stand alone, where the settings want that."""
    composer = opened.composer
    if composer is None:
        return None

    def rewrite(question: str, history: Sequence[Turn]) -> str | None:
        try:
            return composer.rewrite(question, history)
        except WritingError as error:
            tell(f"warning: {error}")
            return None

    return rewrite


def remember(opened: Project, answer: Answer, trace: Trace) -> None:
    """Keep an answer that was printed, so that it can be given again; what goes wrong is a warning."""
    # Whoever reads a pipe has the answer before the database is opened.
    sys.stdout.flush()
    recording.remember(opened, answer, trace, tell)


def waiting() -> None:
    """Another process holds the index."""
    tell("another ingest is at work on this index; waiting for it")


def refreshed(opened: Project) -> Project:
    """The same project, its index in line with its articles. Rejected files are named and do not stop the others."""
    with progress_bar() as progress:
        report = opened.refresh(
            lambda: tell("bringing the index in line with the articles …"), progress=progress, waiting=waiting
        )
    if report:
        tell_rejected(report)
    return opened


def tell_rejected(report: Report) -> None:
    """Name what was left out, and why."""
    for message in report.rejected.values():
        tell(f"left out: {message}")


@contextmanager
def progress_bar() -> Iterator[Progress | None]:
    """A progress bar on stderr while files are taken in; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TextColumn("[dim]{task.fields[name]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("articles", total=None, name="")
        yield lambda done, total, name: bar.update(task, completed=done, total=total, name=name)
