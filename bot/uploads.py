"""Articles that are sent to the bot: looked at, stored in a folder of their own, and taken into the index.

The folder lies in the data folder and not among a team's own files: those may be under version control or read-only,
and whoever runs the bot can see, move or delete what came in this way.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from bot.wiring import Project
from retrieval.corpus import files
from retrieval.corpus.article import Article
from retrieval.corpus.articles import articles
from retrieval.corpus.files import SUFFIXES, Source
from retrieval.corpus.formats import registry
from retrieval.errors import ArticleError, StorageError
from retrieval.index.ingest import Report

FOLDER = "uploaded"
SAID = 3
"""Reasons given for one file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    taken: bool
    said: str
    """In plain words: added, updated, unchanged, or why not and what to do."""


class Uploads:
    """Takes files in, one batch at a time."""

    def __init__(self, project: Project, limit: int) -> None:
        """`limit` is the most bytes of a file."""
        self._project = project
        ours = project.index.settings.limits
        self._limits = replace(ours, max_bytes=min(limit, ours.max_bytes), document_bytes=min(limit, ours.document_bytes))
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._project.data / FOLDER

    def refuse(self, name: str, size: int) -> str | None:
        """Why a file need not even be fetched; None if it may be."""
        if not name or PurePosixPath(name).name != name or name.startswith(".") or "\\" in name:
            return "has a name that cannot be used. Rename it."
        if registry.suffix(name) not in SUFFIXES:
            return f"is no text. Send {', '.join(sorted(SUFFIXES))}."
        most = registry.most(name, self._limits)[0]
        if size > most:
            return f"is {size:,} bytes, more than the {most:,} allowed. Split it."
        return None

    def take(self, sent: Sequence[Upload]) -> list[Outcome]:
        """Store the files that are articles and bring the index in line; blocking.

        Raises:
            StorageError: the folder cannot be written.
            IndexBusy: another process is at it.

        """
        with self._lock:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                outcomes = {upload.name: self._store(upload) for upload in sent}
            except OSError as error:
                raise StorageError(f"{self.folder}: {error.strerror}", "See that it is writable and has space.") from None
            if any(outcome is None for outcome in outcomes.values()):
                self._ingest(outcomes)
            return [outcome for outcome in outcomes.values() if outcome]

    def _store(self, upload: Upload) -> Outcome | None:
        """Write one file if it is an article; None if it was written."""
        if why := self.refuse(upload.name, len(upload.content)):
            return Outcome(upload.name, False, why)
        target = self.folder / upload.name
        same = [e for e in self._project.index.catalogue.entries() if registry.file_of(e.name) == upload.name]
        if any(entry.path != target.absolute() for entry in same):
            return Outcome(upload.name, False, "has the name of an article that was not uploaded. Rename it.")
        part = self.folder / f".{upload.name}.part"
        part.write_bytes(upload.content)
        try:
            raw = files.read(Source(upload.name, part), self._limits).raw
            found = list(articles(upload.name, raw, {}, self._limits))
            if not any(isinstance(one, Article) for one in found):
                # An entry's fault stands for the file's where no entry is sound.
                raise next(one for one in found if isinstance(one, ArticleError))
        except ArticleError as error:
            part.unlink()
            return Outcome(upload.name, False, str(error).removeprefix(f"{upload.name}: "))
        part.replace(target)
        return None

    def _ingest(self, outcomes: dict[str, Outcome | None]) -> None:
        """Bring the index in line and fill in what became of the files that were written."""
        paths = self._project.paths()
        if self.folder.absolute() not in [p.absolute() for p in paths]:
            paths = [*paths, self.folder]
        report = self._project.ingest(paths)
        for name in [n for n, outcome in outcomes.items() if outcome is None]:
            outcomes[name] = became = _outcome(name, report)
            if not became.taken and not _of(name, report.rejected):
                (self.folder / name).unlink(missing_ok=True)


def _of(file: str, names: Iterable[str]) -> list[str]:
    """Those of the articles that lie in a file."""
    return [name for name in names if registry.file_of(name) == file or name == file]


def _outcome(file: str, report: Report) -> Outcome:
    """What became of a file, which may hold several articles."""
    groups = {"added": report.added, "updated": report.updated, "unchanged": report.unchanged}
    done = {word: count for word, names in groups.items() if (count := len(_of(file, names)))}
    said = [f"has the text of {report.duplicates[name]}, which is here already." for name in _of(file, report.duplicates)]
    said += [report.rejected[name].removeprefix(f"{file}: ") for name in _of(file, report.rejected)]
    if not done:
        return Outcome(file, False, " ".join(said[:SAID]))
    words = list(done) if sum(done.values()) == 1 else [f"{count} articles {word}" for word, count in done.items()]
    more = f"; {len(said)} left out: {' '.join(said[:SAID])}" if said else ""
    return Outcome(file, True, ", ".join(words) + more)
