"""What was seen of each file at the last ingest, and which of them need not be opened again."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from retrieval.corpus import files
from retrieval.corpus.article import Article
from retrieval.corpus.articles import articles
from retrieval.corpus.files import Source
from retrieval.corpus.formats.part import Limits
from retrieval.corpus.metadata import Table
from retrieval.corpus.stamps import Stamp
from retrieval.errors import ArticleError
from retrieval.index.catalogue import FileState

TAKEN, DUPLICATE, REJECTED = "taken", "duplicate", "rejected"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One article of a file, or why there is none."""

    state: FileState
    """Taken unless it is rejected; whether it is a duplicate only the others can say."""
    article: Article | None
    """None where it is rejected, or where the file was not opened because it is as it was."""


class Sightings:
    """The files of the last ingest. A file may hold several articles, each with a state of its own."""

    def __init__(self, states: Iterable[FileState]) -> None:
        self._by_file: dict[str, list[FileState]] = defaultdict(list)
        for state in states:
            self._by_file[state.file].append(state)

    def unchanged(self, item: Source | ArticleError) -> list[FileState]:
        """The states of a file that is certainly as it was; empty where it must be opened."""
        states = self._by_file.get(item.name, [])
        return states if states and _alike(states, item, _stamp(item)) and all(s.certain for s in states) else []

    def confirmed(self, found: Sequence[Source | ArticleError], limits: Limits) -> list[FileState] | None:
        """Whether the files found are those of the last ingest, unchanged.

        Only those are opened of which a stamp proves nothing, because they had just been written when they were read.

        Returns:
            None if something changed, else the states of files that are certain from now on and were not before.

        """
        if {item.name for item in found} != self._by_file.keys():
            return None
        newly: list[FileState] = []
        for item in found:
            states, seen_ns, stamp = self._by_file[item.name], time.time_ns(), _stamp(item)
            if not _alike(states, item, stamp):
                return None
            if isinstance(item, ArticleError) or all(s.certain for s in states):
                continue
            try:
                content = files.read(item, limits)
            except ArticleError as error:
                if any(s.message != str(error) for s in states):
                    return None
                continue
            if any(s.digest != content.digest for s in states):
                return None
            if content.stamp == stamp and content.stamp.is_certain(seen_ns):
                newly += [replace(s, certain=True) for s in states]
        return newly


def look(item: Source | ArticleError, table: Table, limits: Limits) -> list[Sighting]:
    """Open a file and see what is in it."""
    if isinstance(item, ArticleError):
        return [Sighting(FileState(item.name, item.name, "", 0, "", True, None, None, REJECTED, str(item)), None)]
    seen_ns, stamp = time.time_ns(), _stamp(item)
    path = str(item.path.absolute())
    try:
        content = files.read(item, limits)
    except ArticleError as error:
        if isinstance(error.__cause__, FileNotFoundError) and not item.path.is_symlink():
            # It has gone since the folder was listed.
            return []
        # What the system refused it may allow without the file being touched; what is wrong in the file stays so.
        certain = error.__cause__ is None and stamp is not None and stamp.is_certain(seen_ns)
        size = stamp.bytes if stamp else 0
        state = FileState(item.name, item.name, path, size, _stored(stamp), certain, None, None, REJECTED, str(error))
        return [Sighting(state, None)]
    stamp = content.stamp
    state = FileState(
        item.name, item.name, path, stamp.bytes, str(stamp), stamp.is_certain(seen_ns), content.digest, None, REJECTED, None
    )
    found: list[Sighting] = []
    try:
        for article in articles(item.name, content.raw, table, limits):
            if isinstance(article, ArticleError):
                found.append(Sighting(replace(state, name=article.name, message=str(article)), None))
            else:
                taken = replace(state, name=article.name, sha256=article.sha256, outcome=TAKEN)
                found.append(Sighting(taken, article))
    except ArticleError as error:
        return [Sighting(replace(state, message=str(error)), None)]
    return found


def _alike(states: Sequence[FileState], item: Source | ArticleError, stamp: Stamp | None) -> bool:
    if isinstance(item, ArticleError):
        return [s.message for s in states] == [str(item)]
    path = str(item.path if item.path.is_absolute() else item.path.absolute())
    return all(s.path == path and s.stamp == _stored(stamp) for s in states)


def _stamp(item: Source | ArticleError) -> Stamp | None:
    if isinstance(item, ArticleError):
        return None
    try:
        return Stamp.of(item.path.stat())
    except OSError:
        return None


def _stored(stamp: Stamp | None) -> str:
    return str(stamp) if stamp else ""
