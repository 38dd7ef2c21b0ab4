"""Which files are opened again: each that may have changed, however that was done, and no other."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PosixPath
from typing import Any

import pytest
from index_fixtures import embedded_by
from support import Child, make_index, snapshot, without_privileges

from retrieval.corpus.files import Source, read_text
from retrieval.corpus.stamps import COARSEST_NS, Stamp
from retrieval.errors import ArticleError
from retrieval.index.index import Index
from retrieval.index.ingest import Report, ingest, is_current

FILES = 10_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    (made / "one.txt").write_text("Ministers met in Geneva.\n", "utf-8")
    (made / "two.txt").write_text("The ambassador left Minsk.\n", "utf-8")
    return made


_opened: list[str] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open" and isinstance(arguments[0], str):
        _opened.append(arguments[0])


@contextmanager
def opened_below(folder: Path) -> Iterator[list[str]]:
    """Names of the files in a folder that this process opens."""
    global _opened
    if not getattr(sys, "_verbatim_hooked", False):
        sys.addaudithook(_hook)  # for good: there is no way to take one away
        sys._verbatim_hooked = True  # type: ignore[attr-defined]
    _opened, names = [], list[str]()
    try:
        yield names
    finally:
        names += sorted(Path(p).name for p in _opened if Path(p).is_relative_to(folder) and not Path(p).is_dir())
        _opened = None


def test_one_of_many_that_changes_is_all_that_is_opened_and_embedded(index: Index, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(FILES):
        (folder / f"{n:05}.txt").write_text(f"Minister {n} spoke.\n\nNobody answered minister {n}.\n", "utf-8")
    with opened_below(folder) as opened:
        ingest(index, [folder])
    assert len(opened) == FILES
    assert len(embedded_by(index)) == 2 * FILES
    time.sleep(1.1 * COARSEST_NS / 1e9)  # until a stamp proves something
    assert is_current(index, [folder])
    with opened_below(folder) as opened:
        assert is_current(index, [folder])
    assert opened == []
    (folder / "00117.txt").write_text("Minister 117 sang.\n\nNobody answered minister 117.\n", "utf-8")
    with opened_below(folder) as opened:
        report = ingest(index, [folder])
    assert opened == ["00117.txt"]
    assert embedded_by(index) == ["Minister 117 sang.", "Nobody answered minister 117."]
    assert report.updated == ["00117.txt"]
    assert len(report.unchanged) == FILES - 1
    (folder / "00117.txt").rename(folder / "a.txt")
    with opened_below(folder) as opened:
        ingest(index, [folder])
    assert opened == ["a.txt"]
    (folder / "a.txt").unlink()
    with opened_below(folder) as opened:
        assert ingest(index, [folder]).removed == ["a.txt"]
    assert opened == embedded_by(index) == []


def test_a_change_that_keeps_size_and_time_is_noticed(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    times = (folder / "one.txt").stat()
    (folder / "one.txt").write_text("Ministers met in Vienna.\n", "utf-8")
    os.utime(folder / "one.txt", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not is_current(index, [folder])
    assert ingest(index, [folder]).updated == ["one.txt"]
    assert index.catalogue.best_by_words(["vienna"], 9, None)


def test_another_file_of_the_same_size_and_time_in_its_place_is_noticed(index: Index, folder: Path) -> None:
    times = (folder / "one.txt").stat()
    (folder / ".new").write_text("Ministers met in Vienna.\n", "utf-8")
    ingest(index, [folder])
    os.utime(folder / ".new", ns=(times.st_atime_ns, times.st_mtime_ns))
    (folder / ".new").replace(folder / "one.txt")
    assert ingest(index, [folder]).updated == ["one.txt"]


def test_a_change_within_one_step_of_a_coarse_clock_is_noticed(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    (folder / "one.txt").write_text("Ministers met in Vienna.\n", "utf-8")
    with index.catalogue.transaction() as db:
        # As if the system's clock had not gone on since the file was read.
        stamp = str(Stamp.of((folder / "one.txt").stat()))
        db.execute("UPDATE files SET stamp = ? WHERE name = 'one.txt' AND NOT certain", [stamp])
    assert not is_current(index, [folder])
    assert ingest(index, [folder]).updated == ["one.txt"]


def test_a_stamp_proves_nothing_within_a_step_of_the_clock_or_when_the_clock_was_set_back(folder: Path) -> None:
    stamp = Stamp.of((folder / "one.txt").stat())
    changed = stamp.changed_ns
    assert not stamp.is_certain(changed + COARSEST_NS // 2)
    assert stamp.is_certain(changed + 2 * COARSEST_NS)
    assert not stamp.is_certain(changed - 3600 * 10**9)


def _as_anybody(data: Path, folder: Path) -> tuple[Report, bool]:
    without_privileges()
    index = make_index(data)
    current = is_current(index, [folder])
    report = ingest(index, [folder])
    index.close()
    return report, current


def test_a_file_that_only_had_to_be_allowed_is_noticed(index: Index, folder: Path) -> None:
    (folder / "one.txt").chmod(0)
    report, _ = Child(_as_anybody, index.settings.data, folder).result()
    assert list(report.rejected) == ["one.txt"]
    (folder / "one.txt").chmod(0o644)
    report, current = Child(_as_anybody, index.settings.data, folder).result()
    assert not current
    assert (report.added, report.rejected) == (["one.txt"], {})


class Restless(PosixPath):
    """A file that is replaced each time somebody looks at it, for so many times."""

    times: Iterator[int]

    def stat(self, **options: Any) -> os.stat_result:
        if (n := next(self.times, None)) is not None:
            part = self.with_name(".part")
            part.write_text(f"Version {n} begins here.\nVersion {n} ends here.\n", "utf-8")
            part.replace(self)
        return super().stat(**options)


def test_a_file_replaced_while_it_is_read_is_read_whole(folder: Path) -> None:
    path = Restless(folder / "one.txt")
    path.times = iter(range(3))
    assert read_text(Source("one.txt", path), 10**6) == "Version 2 begins here.\nVersion 2 ends here.\n"


def test_a_file_that_never_stands_still_is_named(folder: Path) -> None:
    path = Restless(folder / "one.txt")
    path.times = itertools.count()
    with pytest.raises(ArticleError, match=r"one\.txt: was being written each time it was read\. .*stands still"):
        read_text(Source("one.txt", path), 10**6)


def test_the_rules_that_change_back_after_a_crash_leave_nothing_of_the_others(tmp_path: Path, folder: Path) -> None:
    table = tmp_path / "articles.toml"
    index = make_index(tmp_path / "data", articles=table)
    ingest(index, [folder])
    held = snapshot(index)
    table.write_text('["one.txt"]\ntitle = "Another"\n', "utf-8")

    def stop(done: int, total: int, name: str) -> None:
        if done == total:  # everything is written but what the files look like
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(index, [folder], progress=stop)
    assert index.catalogue.entries()[0].metadata.title == "Another"
    table.unlink()
    assert not is_current(index, [folder])
    ingest(index, [folder])
    assert snapshot(index) == held
    index.close()
