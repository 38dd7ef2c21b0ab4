"""Bringing the index in line with files: what is new, changed or gone, and nothing else, is worked on.

Two stores must agree, and the process may be killed between any two instructions. So the catalogue alone decides what
exists. Ids that Chroma may hold without the catalogue knowing them are written to `unsettled` first; every ingest
begins by removing what is unsettled. Search drops ids that the catalogue does not have.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Connection

from filelock import FileLock, Timeout

from retrieval.corpus import files, metadata
from retrieval.corpus.article import Article
from retrieval.corpus.files import Source
from retrieval.corpus.metadata import Table
from retrieval.corpus.passages import Passage, passages
from retrieval.errors import ArticleError, IndexBusy, SettingsError, StoreError
from retrieval.index import catalogue as rows
from retrieval.index import forgetting, schema
from retrieval.index.catalogue import FileState
from retrieval.index.index import Index

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the name of the file at hand."""

CHUNK = 256
"""Passages embedded and stored at a time."""


@dataclass(slots=True)
class Report:
    """What an ingest did, by name of file."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    duplicates: dict[str, str] = field(default_factory=dict)
    """A file with the same text as another that is already taken in -> that other."""
    rejected: dict[str, str] = field(default_factory=dict)
    """A file that cannot be taken in -> why, and what to do."""
    passages: int = 0
    """Passages in the index afterwards."""
    previous: dict[str, str] = field(default_factory=dict)
    """Of each article that was updated or removed, the digest of the text that it had before."""


def remembered_paths(index: Index) -> list[Path] | None:
    """The files and folders of the last ingest, or None before the first; also from an index that must be rebuilt."""
    try:
        recorded = index.catalogue.fact("paths")
    except StoreError:
        recorded = schema.salvaged(index.settings.data / "catalogue.sqlite3", "paths")
    return [Path(p) for p in json.loads(recorded)] if recorded else None


def is_current(index: Index, paths: Sequence[Path]) -> bool:
    """Whether the index is in line with the files, judged by names, sizes and times of change."""
    index.check()
    catalogue = index.catalogue
    if catalogue.fact("state") != _state(index, paths) or catalogue.rows("SELECT 1 FROM unsettled LIMIT 1"):
        return False
    seen = {name: (f.bytes, f.modified_ns) for name, f in catalogue.files().items()}
    found = {}
    for item in files.find(paths):
        name = item.name
        found[name] = _stat(item) if isinstance(item, Source) else (0, 0)
    return found == seen


def ingest(
    index: Index,
    paths: Sequence[Path],
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
    waiting: Callable[[], None] | None = None,
) -> Report:
    """Make the index hold exactly the articles under `paths`.

    Args:
        index: what to bring in line.
        paths: files and folders; anything in the index that is not under them is removed.
        rebuild: forget the index first and build it anew.
        progress: told after each file.
        waiting: called once if another process is ingesting and this one has to wait.

    Raises:
        IndexBusy: the other process did not finish in time.
        IndexMismatch: the index was built otherwise, and `rebuild` is not set.
        StorageError: a path does not exist, or the data folder cannot be written.

    """
    with _alone(index, waiting):
        # Before anything is written: a path that does not exist must not become what later commands look for.
        found, table = list(files.find(paths)), metadata.load_table(index.settings.articles)
        if rebuild or forgetting.was_begun(index):
            forgetting.forget(index)
        index.check()
        index.catalogue.set_fact("fingerprint", index.fingerprint)
        index.catalogue.set_fact("paths", json.dumps([str(p.absolute()) for p in paths]))
        _settle(index)
        report, states = _bring_in_line(index, found, table, progress or (lambda _done, _all, _name: None))
        _remember(index, states, _state(index, paths))
        report.passages = index.catalogue.count()
        return report


def _bring_in_line(
    index: Index, found: Sequence[Source | ArticleError], table: Table, progress: Progress
) -> tuple[Report, list[FileState]]:
    report = Report()
    known = {entry.name: entry for entry in index.catalogue.entries()}
    states: list[FileState] = []
    wanted: dict[str, str] = {}
    by_text: dict[str, str] = {}
    for done, item in enumerate(found):
        progress(done, len(found), item.name)
        size, modified = (0, 0)
        try:
            if isinstance(item, ArticleError):
                raise item
            size, modified = _stat(item)
            text = files.read_text(item, index.settings.max_bytes)
            article = metadata.article(item.name, text, table)
        except ArticleError as error:
            report.rejected[item.name] = str(error)
            states.append(FileState(item.name, "", size, modified, "rejected", str(error)))
            continue
        first = by_text.setdefault(article.sha256, item.name)
        states.append(
            FileState(
                item.name, str(item.path.absolute()), size, modified, "taken" if first == item.name else "duplicate", None
            )
        )
        if first != item.name:
            report.duplicates[item.name] = first
            continue
        wanted[item.name] = article.sha256
        before = known.get(item.name)
        _take(index, article, item.path.absolute())
        group = report.added if before is None else report.unchanged if before.sha256 == article.sha256 else report.updated
        group.append(item.name)
    report.removed = sorted(set(known) - set(wanted))
    report.previous = {name: known[name].sha256 for name in sorted((*report.updated, *report.removed))}
    _drop(index, report.removed)
    progress(len(found), len(found), "")
    return report, states


def _take(index: Index, article: Article, path: Path) -> None:
    """Write one article; its passages only if the index does not have them yet."""
    catalogue = index.catalogue
    slices = list(passages(article, index.settings.passage_words))
    embedded = [embedded_text(article, p) for p in slices]
    ids = [p.identity(article.sha256, text) for p, text in zip(slices, embedded, strict=True)]
    there = [stored.id for stored in catalogue.passages(article.sha256)]
    stale: list[str] = []
    if ids != there:
        fresh = [(i, text) for i, text in zip(ids, embedded, strict=True) if i not in set(there)]
        _unsettle(index, [i for i, _ in fresh])
        for at in range(0, len(fresh), CHUNK):
            part = fresh[at : at + CHUNK]
            index.vectors.add([i for i, _ in part], [text for _, text in part], [article.sha256] * len(part))
    with catalogue.transaction() as db:
        if ids != there:
            stale = [i for i in rows.delete_text(db, article.sha256) if i not in set(ids)]
            rows.insert_text(db, article.sha256, article.text, article.body, list(zip(ids, slices, strict=True)))
            db.execute("DELETE FROM unsettled")
        rows.put_article(db, article.name, path, article.sha256, article.metadata)
        stale += _delete_unused(db)
        db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [[i] for i in stale])
    _settle(index)


def embedded_text(article: Article, passage: Passage) -> str:
    """What the embedding model sees of a passage: the raw slice."""
    return article.text[passage.start : passage.end]


def _drop(index: Index, names: Sequence[str]) -> None:
    if names:
        with index.catalogue.transaction() as db:
            db.executemany("DELETE FROM articles WHERE name = ?", [[name] for name in names])
            stale = _delete_unused(db)
            db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [[i] for i in stale])
        _settle(index)


def _delete_unused(db: Connection) -> list[str]:
    """Remove the texts that no article has any more; the ids of their passages come back."""
    unused = db.execute("SELECT sha256 FROM texts WHERE sha256 NOT IN (SELECT sha256 FROM articles)").fetchall()
    return [i for row in unused for i in rows.delete_text(db, row["sha256"])]


def _unsettle(index: Index, ids: Sequence[str]) -> None:
    with index.catalogue.transaction() as db:
        db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [[i] for i in ids])


def _settle(index: Index) -> None:
    """Remove from Chroma whatever the catalogue does not have of the unsettled ids."""
    pending = [row["id"] for row in index.catalogue.rows("SELECT id FROM unsettled")]
    if pending:
        there = index.catalogue.by_id(pending)
        index.vectors.delete([i for i in pending if i not in there])
        with index.catalogue.transaction() as db:
            db.executemany("DELETE FROM unsettled WHERE id = ?", [[i] for i in pending])


def _remember(index: Index, states: Sequence[FileState], state: str) -> None:
    with index.catalogue.transaction() as db:
        db.execute("DELETE FROM files")
        values = [[s.name, s.path, s.bytes, s.modified_ns, s.outcome, s.message] for s in states]
        db.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)", values)
        db.execute("INSERT OR REPLACE INTO facts VALUES ('state', ?)", [state])


def _state(index: Index, paths: Sequence[Path]) -> str:
    """What besides the files decides the index's content."""
    table = index.settings.articles
    try:
        known = hashlib.sha256(table.read_bytes()).hexdigest() if table.exists() else None
    except OSError as error:
        raise SettingsError(f"{table} cannot be read ({error.strerror})", "Make it a readable file, or remove it.") from None
    return json.dumps([sorted(str(p.absolute()) for p in paths), known, index.settings.max_bytes])


def _stat(source: Source) -> tuple[int, int]:
    try:
        found = source.path.stat()
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


@contextmanager
def _alone(index: Index, waiting: Callable[[], None] | None) -> Iterator[None]:
    """Hold the data folder's lock, which the system releases when the process dies."""
    data = index.settings.data
    with schema.storage_errors(data):
        data.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data / "ingest.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if waiting:
                waiting()
            try:
                lock.acquire(timeout=index.settings.wait_seconds)
            except Timeout:
                raise IndexBusy(
                    f"Another ingest has held {data} for {index.settings.wait_seconds:g} seconds",
                    "Try again when it is done.",
                ) from None
    try:
        yield
    finally:
        lock.release()
