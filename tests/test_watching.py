"""A folder that is watched: what appears, changes or vanishes is taken in, and no fault ends that or loses anything."""

from __future__ import annotations

import json
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest
from filelock import FileLock
from support import Child, make_index, snapshot

from retrieval.errors import VerbatimError
from retrieval.index.index import Index
from retrieval.index.ingest import Report, ingest
from retrieval.index.ledger import Ledger
from retrieval.index.watching import Watch

SECONDS = 120
"""For anything that must happen; the machine may be busy."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    (made / "sub").mkdir(parents=True)
    (made / "one.txt").write_text("Ministers met in Geneva.\n", "utf-8")
    return made


class Watched:
    """An index that is watched in a thread, and what was told of it."""

    def __init__(self, index: Index, folder: Path, every_seconds: float = 0) -> None:
        ingest(index, [folder])
        self.index = index
        self._ledger = Ledger(index)
        self._ledger.look()
        self.wrong = queue.Queue[VerbatimError]()
        self.reports = queue.Queue[Report]()
        self._watch = Watch(index, lambda: [folder], every_seconds)
        self._thread = threading.Thread(target=self._watch.run, args=[self._after])
        self._thread.start()

    def _after(self, wrong: VerbatimError | None) -> None:
        if wrong:
            self.wrong.put(wrong)
        elif report := self._ledger.look():
            self.reports.put(report)

    def report(self) -> Report:
        return self.reports.get(timeout=SECONDS)

    def stop(self) -> None:
        self._watch.stop()
        self._thread.join(SECONDS)
        assert not self._thread.is_alive()


@contextmanager
def watched(data: Path, folder: Path, every_seconds: float = 0, **settings: Any) -> Iterator[Watched]:
    index = make_index(data, **settings)
    one = Watched(index, folder, every_seconds)
    try:
        yield one
    finally:
        one.stop()
        index.close()


def afresh(tmp_path: Path, folder: Path) -> dict[str, Any]:
    index = make_index(tmp_path / "afresh")
    ingest(index, [folder])
    held = snapshot(index)
    index.close()
    return held


@pytest.mark.parametrize("every_seconds", [0, 1], ids=["told", "looking"])
def test_what_appears_changes_moves_and_vanishes(tmp_path: Path, folder: Path, every_seconds: float) -> None:
    with watched(tmp_path / "data", folder, every_seconds) as one:
        (folder / "two.txt").write_text("The envoy left.\n", "utf-8")
        assert one.report().added == ["two.txt"]
        (folder / "two.txt").write_text("The envoy left at noon.\n", "utf-8")
        assert one.report().updated == ["two.txt"]
        (folder / "two.txt").rename(folder / "sub" / "two.txt")
        moved = one.report()
        while not moved.removed:
            moved.removed += one.report().removed
        assert (moved.added, moved.removed) == (["sub/two.txt"], ["two.txt"])
        shutil.rmtree(folder / "sub")
        assert one.report().removed == ["sub/two.txt"]
        (folder / "bad.txt").write_bytes(b"\xff")
        assert list(one.report().rejected) == ["bad.txt"]
        assert one.wrong.empty()
        held = snapshot(one.index)
    assert held == afresh(tmp_path, folder)


def test_a_folder_that_vanishes_loses_nothing_and_is_watched_again_when_it_is_back(tmp_path: Path, folder: Path) -> None:
    with watched(tmp_path / "data", folder) as one:
        folder.rename(tmp_path / "away")
        assert "No such file or directory. Give a file or a folder that can be read." in str(one.wrong.get(timeout=SECONDS))
        assert [e.name for e in one.index.catalogue.entries()] == ["one.txt"]
        # Another folder under the old name, so that whoever watched the old one hears nothing.
        shutil.copytree(tmp_path / "away", folder)
        (folder / "two.txt").write_text("The envoy left.\n", "utf-8")
        assert one.report().added == ["two.txt"]
        (folder / "three.txt").write_text("The envoy came back.\n", "utf-8")
        assert one.report().added == ["three.txt"]


def test_an_empty_folder_in_the_place_of_another_is_taken_for_one_that_is_not_mounted(tmp_path: Path, folder: Path) -> None:
    with watched(tmp_path / "data", folder, 1) as one:
        (folder / "two.txt").write_text("The envoy left.\n", "utf-8")
        assert one.report().added == ["two.txt"]
        (tmp_path / "empty").mkdir()
        folder.rename(tmp_path / "away")
        (tmp_path / "empty").rename(folder)
        while "is another folder than before" not in (wrong := str(one.wrong.get(timeout=SECONDS))):
            assert "No such file" in wrong
        assert [e.name for e in one.index.catalogue.entries()] == ["one.txt", "two.txt"]
        folder.rmdir()
        (tmp_path / "away").rename(folder)
        (folder / "one.txt").unlink()
        (folder / "two.txt").unlink()
        # The same folder as before: whoever emptied it meant it.
        removed = one.report().removed
        while len(removed) < 2:
            removed += one.report().removed
        assert sorted(removed) == ["one.txt", "two.txt"]


def test_an_index_that_another_holds_is_waited_for(tmp_path: Path, folder: Path) -> None:
    with watched(tmp_path / "data", folder, wait_seconds=0.1) as one:
        with FileLock(tmp_path / "data" / "ingest.lock"):
            (folder / "two.txt").write_text("The envoy left.\n", "utf-8")
            assert "Another ingest has held" in str(one.wrong.get(timeout=SECONDS))
            (folder / "one.txt").unlink()
        report = one.report()
        assert (report.added, report.removed) == (["two.txt"], ["one.txt"])


def _watch_until_told(data: Path, folder: Path, name: str) -> list[str]:
    """Watch until an article of that name was taken in; what the index holds then."""
    index = make_index(data)
    ledger, seen = Ledger(index, {}), set[str]()

    def after(wrong: VerbatimError | None) -> None:
        if (report := ledger.look()) is not None:
            seen.update(report.added)
        if wrong or name in seen:
            watch.stop()

    watch = Watch(index, lambda: [folder])
    watch.run(after)
    names = [e.name for e in index.catalogue.entries()]
    index.close()
    return names


def test_two_processes_that_watch_the_same_folder_do_not_hinder_each_other(tmp_path: Path, folder: Path) -> None:
    data = tmp_path / "data"
    children = [Child(_watch_until_told, data, folder, "last.txt") for _ in range(2)]
    names = [f"{n:02}.txt" for n in range(20)]
    for name in names:
        (folder / name).write_text(f"Minister {name} spoke.\n\nNobody answered {name}.\n", "utf-8")
    (folder / "last.txt").write_text("That was all.\n", "utf-8")
    assert [child.result() for child in children] == [sorted([*names, "last.txt", "one.txt"])] * 2
    index = make_index(data)
    held = snapshot(index)
    index.close()
    assert held == afresh(tmp_path, folder)


def _ingest(data: Path, folder: Path, rebuild: bool) -> None:
    index = make_index(data)
    ingest(index, [folder], rebuild=rebuild)
    index.close()


def test_what_another_process_does_is_reported_once_and_a_rebuild_is_no_change(tmp_path: Path, folder: Path) -> None:
    index = make_index(tmp_path / "data")
    ingest(index, [folder])
    ledger = Ledger(index)
    assert ledger.look() is None
    digest = index.catalogue.entries()[0].sha256
    (folder / "one.txt").write_text("Ministers met in Vienna.\n", "utf-8")
    (folder / "copy.txt").write_text("Ministers met in Vienna.\n", "utf-8")
    (folder / "bad.txt").write_bytes(b"\xff")
    Child(_ingest, index.settings.data, folder, False).result()
    report = ledger.look()
    assert report is not None
    assert (report.added, report.removed, report.previous) == (["copy.txt"], ["one.txt"], {"one.txt": digest})
    assert (report.duplicates, list(report.rejected)) == ({"one.txt": "copy.txt"}, ["bad.txt"])
    assert ledger.look() is None
    Child(_ingest, index.settings.data, folder, True).result()
    assert ledger.look() is None
    with index.catalogue.transaction() as db:
        db.execute("DELETE FROM facts WHERE key = 'state'")  # as while it is built anew
        db.execute("DELETE FROM articles")
    assert ledger.look() is None
    index.close()


def lines(stream: IO[str]) -> queue.Queue[dict[str, Any]]:
    """What a process prints, as it comes."""
    found = queue.Queue[dict[str, Any]]()
    threading.Thread(target=lambda: [found.put(json.loads(line)) for line in stream], daemon=True).start()
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_each_change_and_ends_at_a_signal(
    tmp_path: Path, folder: Path, models: Path, number: signal.Signals
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(models)
    command = [sys.executable, "-m", "bot", "ingest", "--watch", str(folder), "--json", "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        said = lines(process.stdout)

        def change() -> tuple[str, str]:
            line = said.get(timeout=SECONDS)
            return line["change"], line["article"]

        assert change() == ("added", "one.txt")
        (folder / "two.txt").write_text("The envoy left.\n", "utf-8")
        assert change() == ("added", "two.txt")
        if number is signal.SIGTERM:
            (folder / "one.txt").write_text("Ministers met in Vienna.\n", "utf-8")
            assert change() == ("updated", "one.txt")
            (folder / "bad.txt").write_bytes(b"\xff")
            assert change() == ("rejected", "bad.txt")
            (folder / "two.txt").unlink()
            assert change() == ("removed", "two.txt")
        process.send_signal(number)
        assert process.wait(SECONDS) == 0
        told = process.stderr.read()
        assert "watching" in told
        assert "Traceback" not in told
