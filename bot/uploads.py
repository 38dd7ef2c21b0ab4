"""Articles that are sent to the bot: looked at, stored in a folder of their own, and taken into the index.

The folder lies in the data folder and not among a team's own files: those may be under version control or read-only,
and whoever runs the bot can see, move or delete what came in this way.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.wiring import Project
from retrieval.corpus import files, metadata
from retrieval.corpus.files import SUFFIXES, Source
from retrieval.errors import ArticleError, StorageError

FOLDER = "uploaded"


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
        self._limit = min(limit, project.settings.ingest.max_bytes)
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._project.data / FOLDER

    def refuse(self, name: str, size: int) -> str | None:
        """Why a file need not even be fetched; None if it may be."""
        if not name or PurePosixPath(name).name != name or name.startswith(".") or "\\" in name:
            return "has a name that cannot be used. Rename it."
        if PurePosixPath(name).suffix.lower() not in SUFFIXES:
            return f"is no text. Send {', '.join(sorted(SUFFIXES))}."
        if size > self._limit:
            return f"is {size:,} bytes, more than the {self._limit:,} allowed. Split it."
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
        entries = {e.name: e.path for e in self._project.index.catalogue.entries()}
        target = self.folder / upload.name
        if upload.name in entries and entries[upload.name] != target.absolute():
            return Outcome(upload.name, False, "has the name of an article that was not uploaded. Rename it.")
        part = self.folder / f".{upload.name}.part"
        part.write_bytes(upload.content)
        try:
            text = files.read_text(Source(upload.name, part), self._limit)
            metadata.article(upload.name, text, {})
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
            if name in report.duplicates:
                said = f"has the text of {report.duplicates[name]}, which is here already."
                (self.folder / name).unlink(missing_ok=True)
                outcomes[name] = Outcome(name, False, said)
            elif name in report.rejected:
                outcomes[name] = Outcome(name, False, report.rejected[name])
            else:
                said = "added" if name in report.added else "updated" if name in report.updated else "unchanged"
                outcomes[name] = Outcome(name, True, said)
