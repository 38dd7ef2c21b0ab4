"""Bringing the index in line with files: what is new, changed or gone, and nothing else, is opened and worked on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import astuple, dataclass, replace
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval import corpus
from retrieval.corpus import files, metadata
from retrieval.corpus.files import Source
from retrieval.corpus.metadata import Table
from retrieval.errors import ArticleError, IndexBusy, SettingsError, StoreError
from retrieval.index import following, forgetting, schema
from retrieval.index.catalogue import FileState
from retrieval.index.copies import named
from retrieval.index.index import Index
from retrieval.index.reconciling import agrees, reconcile
from retrieval.index.report import Report as Report
from retrieval.index.rows import put_file
from retrieval.index.sightings import DUPLICATE, TAKEN, Sighting, Sightings, look
from retrieval.index.taking import EPOCH, Intake, drop, new_epoch

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the name of the file at hand."""


def remembered_paths(index: Index) -> list[Path] | None:
    """The files and folders of the last ingest, or None before the first; also from an index that must be rebuilt."""
    try:
        recorded = index.catalogue.fact("paths")
    except StoreError:
        recorded = schema.salvaged(index.settings.data / "catalogue.sqlite3", "paths")
    return [Path(p) for p in json.loads(recorded)] if recorded else None


COPIES_NAMED = 200
"""New articles whose copies are named in the report; looking them up takes a millisecond or two each."""


def is_current(index: Index, paths: Sequence[Path]) -> bool:
    """Whether the index is in line with the files, without opening those of which the system says that they are so."""
    index.check()
    catalogue = index.catalogue
    if catalogue.follows:
        return catalogue.fact("state") is not None
    if catalogue.fact("state") != _state(index, paths) or not following.may_wait(index):
        return False
    if not agrees(index):
        return False
    newly = Sightings(catalogue.files().values()).confirmed(list(files.find(paths)), index.settings.limits)
    if newly:
        # The next look need not open them.
        with catalogue.transaction() as db:
            values = [[s.name, s.stamp] for s in newly]
            db.executemany("UPDATE files SET certain = 1 WHERE name = ? AND stamp = ?", values)
    return newly is not None


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
        if not rebuild:
            index.catalogue.follow()
        if rebuild or forgetting.was_begun(index):
            forgetting.forget(index)
        with index.catalogue.unfollowing():
            index.check()
            state = _begin(index, paths)
            if index.exact:
                index.exact.prepare()
            if not following.may_wait(index):
                following.follow(index)
            reconcile(index)
            before = index.catalogue.files()
            seen = Sightings(before.values() if state.same_rules else ())
            report, states = _bring_in_line(index, found, table, seen, progress or (lambda _done, _all, _name: None))
            if index.exact:
                index.exact.complete()
                if not following.may_wait(index):
                    following.follow(index)
            _remember(index, before, states, state.text)
            report.passages = index.catalogue.count()
            report.copies = named(index.catalogue, [*report.added, *report.updated][:COPIES_NAMED])
            return report


def _bring_in_line(
    index: Index, found: Sequence[Source | ArticleError], table: Table, seen: Sightings, progress: Progress
) -> tuple[Report, list[FileState]]:
    report = Report()
    known = {row["name"]: row["sha256"] for row in index.catalogue.rows("SELECT name, sha256 FROM articles")}
    states: dict[str, FileState] = {}
    first_with: dict[str, str] = {}
    intake = Intake(index)
    for done, item in enumerate(found):
        progress(done, len(found), item.name)
        sightings = _articles(index, item, table, seen, known, first_with)
        for sighting in sightings:
            state, article = sighting.state, sighting.article
            if state.sha256 is None:
                report.rejected[state.name] = state.message or ""
                states[state.name] = state
                continue
            first = first_with.setdefault(state.sha256, state.name)
            outcome = TAKEN if first == state.name else DUPLICATE
            states[state.name] = state if state.outcome == outcome else replace(state, outcome=outcome)
            if first != state.name:
                report.duplicates[state.name] = first
                continue
            before = known.get(state.name)
            if article is not None:
                # Until all articles of a file are in, the next ingest must not take it for one that is known.
                whole = len(sightings) == 1
                now = states[state.name] if whole else replace(states[state.name], stamp="", certain=False)
                intake.take(article, now, before)
            group = report.added if before is None else report.unchanged if before == state.sha256 else report.updated
            group.append(state.name)
    intake.finish()
    report.removed = sorted(known.keys() - set(first_with.values()))
    report.previous = {name: known[name] for name in sorted((*report.updated, *report.removed))}
    drop(index, [(name, known[name]) for name in report.removed])
    progress(len(found), len(found), "")
    return report, list(states.values())


def _articles(
    index: Index,
    item: Source | ArticleError,
    table: Table,
    seen: Sightings,
    known: Mapping[str, str],
    first_with: Mapping[str, str],
) -> list[Sighting]:
    """The articles of a file, which is opened only if it may have changed or if one of its texts must be taken in."""
    states = seen.unchanged(item)
    there = all(s.sha256 is None or s.sha256 in first_with or known.get(s.name) == s.sha256 for s in states)
    return [Sighting(s, None) for s in states] if states and there else look(item, table, index.settings.limits)


@dataclass(frozen=True, slots=True)
class _State:
    """What besides the files decides the index's content."""

    text: str
    same_rules: bool
    """Whether the index was made by the same, the paths aside."""


def _begin(index: Index, paths: Sequence[Path]) -> _State:
    """Write down what the index will be made of; nothing is written that stands there already."""
    catalogue, state = index.catalogue, _state(index, paths)
    recorded = catalogue.fact("state")
    same = recorded is not None and json.loads(recorded)[1:] == json.loads(state)[1:]
    wanted = {"fingerprint": index.fingerprint, "paths": json.dumps([str(p.absolute()) for p in paths])}
    wanted |= catalogue.claim()
    if catalogue.fact(EPOCH) is None:
        wanted[EPOCH] = new_epoch()
    with catalogue.transaction() as db:
        if recorded is not None and not same:
            # An ingest that is interrupted leaves some articles made by the one and some by the other.
            db.execute("DELETE FROM facts WHERE key = 'state'")
        for key, value in wanted.items():
            if catalogue.fact(key) != value:
                db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [key, value])
    return _State(state, same)


def _remember(index: Index, before: Mapping[str, FileState], states: Sequence[FileState], state: str) -> None:
    """Write down how the files are now, those that are as they were `before` left out."""
    now = {s.name: s for s in states}
    with index.catalogue.transaction() as db:
        db.executemany("DELETE FROM files WHERE name = ?", [[name] for name in before.keys() - now.keys()])
        for name, found in now.items():
            if before.get(name) != found:
                put_file(db, found)
        if index.catalogue.fact("state") != state:
            db.execute("INSERT OR REPLACE INTO facts VALUES ('state', ?)", [state])


def _state(index: Index, paths: Sequence[Path]) -> str:
    table = index.settings.articles
    try:
        known = hashlib.sha256(table.read_bytes()).hexdigest() if table.exists() else None
    except OSError as error:
        raise SettingsError(f"{table} cannot be read ({error.strerror})", "Make it a readable file, or remove it.") from None
    limits = list(astuple(index.settings.limits))
    return json.dumps([sorted(str(p.absolute()) for p in paths), known, limits, _readers()])


@cache
def _readers() -> str:
    """Digest of the program that turns files into articles: another version may make something else of the same file."""
    code = sorted(Path(corpus.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in code)).hexdigest()[:16]


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
        with index.log.alone(index.settings.wait_seconds, waiting) if index.log else nullcontext():
            yield
    finally:
        lock.release()
