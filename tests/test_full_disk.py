from __future__ import annotations

import ctypes
import os
import resource
from pathlib import Path
from typing import Any

import pytest
from support import Child, make_index, snapshot

from retrieval.errors import StorageError, VerbatimError
from retrieval.index.ingest import ingest
from retrieval.index.watching import Watch

_NEW_MOUNTS, _NEW_USER = 0x00020000, 0x10000000
_REMOUNT, _PRIVATE, _RECURSIVE = 32, 1 << 18, 1 << 14


class SmallDisk:
    """A folder that holds so many bytes: a file system of its own where the system lets us make one, which goes away
    with the process; else a limit on the size of every file."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.fsencode(folder)
        self._libc = ctypes.CDLL(None, use_errno=True)
        spaces = _NEW_MOUNTS if os.geteuid() == 0 else _NEW_MOUNTS | _NEW_USER
        self._mounts = (
            self._libc.unshare(spaces) == 0
            and self._libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None) == 0
            and self._mount(0, 4096) == 0
        )

    def _mount(self, flags: int, size: int) -> int:
        return int(self._libc.mount(b"tmpfs", self._folder, b"tmpfs", flags, f"size={size}".encode()))

    def resize(self, size: int) -> None:
        if self._mounts:
            assert self._mount(_REMOUNT, size) == 0
        else:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def leave(self, size: int) -> None:
        """Let so many bytes more be written."""
        sizes = [p.stat().st_blocks * 512 for p in Path(os.fsdecode(self._folder)).rglob("*") if p.is_file()]
        self.resize((sum(sizes) if self._mounts else max(sizes)) + size)


def _on_a_small_disk(data: Path, articles: Path, sizes: list[int]) -> tuple[list[str], dict[str, Any]]:
    """What each size led to, the last being large enough."""
    disk = SmallDisk(data)
    said = []
    for size in sizes:
        disk.resize(size)
        index = make_index(data)
        try:
            said.append(str(ingest(index, [articles]).passages))
        except StorageError as error:
            said.append(f"StorageError: {error}")
        index.close()
    return said, snapshot(make_index(data))


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    for n in range(12):
        paragraphs = (f"Minister {n} spoke for {k} hours about treaty {n * k}, and nobody agreed." for k in range(60))
        (made / f"{n:02}.txt").write_text("\n\n".join(paragraphs) + "\n", "utf-8")
    return made


def test_a_full_disk_is_said_and_when_there_is_space_nothing_was_lost(tmp_path: Path, articles: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    kilobytes = [4, 120, 300, 600, 900]
    said, held = Child(_on_a_small_disk, data, articles, [k * 1024 for k in kilobytes] + [1 << 30]).result()
    assert said[-1] == "720"
    assert all(line == "720" or line.startswith("StorageError: ") for line in said)
    assert sum(line.startswith("StorageError") for line in said) >= 4
    for line in said[:-1]:
        if line.startswith("StorageError"):
            assert "space" in line
    whole = make_index(tmp_path / "whole")
    ingest(whole, [articles])
    assert held == snapshot(whole)
    whole.close()


def _watched_on_a_small_disk(data: Path, articles: Path) -> tuple[list[str], dict[str, Any]]:
    """What the watch told while the disk was full, and what the index holds when there was space."""
    disk = SmallDisk(data)
    disk.resize(1 << 30)
    index = make_index(data)
    ingest(index, [articles])
    disk.leave(64 * 1024)
    (articles / "new.txt").write_text("\n\n".join(f"The envoy came to town {n}." for n in range(400)) + "\n", "utf-8")
    told: list[str] = []

    def after(wrong: VerbatimError | None) -> None:
        if wrong:
            told.append(str(wrong))
            if len(told) == 2:
                disk.resize(1 << 30)
        elif "new.txt" in index.catalogue.files():
            watch.stop()

    watch = Watch(index, lambda: [articles])
    watch.run(after)
    index.close()
    return told, snapshot(make_index(data))


def test_a_watch_goes_on_when_the_disk_is_full_and_takes_in_what_came_meanwhile(tmp_path: Path) -> None:
    data, articles = tmp_path / "data", tmp_path / "articles"
    data.mkdir()
    articles.mkdir()
    (articles / "old.txt").write_text("Ministers met in Geneva.\n", "utf-8")
    told, held = Child(_watched_on_a_small_disk, data, articles).result()
    assert len(told) >= 2
    assert [line for line in told if "space" not in line] == []
    whole = make_index(tmp_path / "whole")
    ingest(whole, [articles])
    assert held == snapshot(whole)
    whole.close()
