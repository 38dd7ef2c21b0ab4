"""Telling that a file has changed without reading it, and reading one that may be written at this moment."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

COARSEST_NS = 2_000_000_000
"""Step of the coarsest clock by which a file system in use (FAT) dates changes."""

TRIES = 5
PAUSE_SECONDS = 0.05
"""Before the second try; twice as long before each that follows."""


class Unsteady(Exception):
    """A file was written each time it was read."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the system says of a file. After any change something of it differs, also where times were set back by hand."""

    bytes: int
    modified_ns: int
    changed_ns: int
    """Last change of content or of mode, owner and name, which no program can set. Windows has none; the above there."""
    inode: int
    """Another one where a file of the same size and times took the place."""

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """From what the system returned."""
        changed = status.st_mtime_ns if os.name == "nt" else status.st_ctime_ns
        return cls(status.st_size, status.st_mtime_ns, changed, status.st_ino)

    def is_certain(self, seen_ns: int) -> bool:
        """Whether a change after `seen_ns` (time since the epoch, when this was looked up) must give another stamp.

        Not so within one step of the file system's clock, nor for a time that lies in the future because the clock was
        set back: what is dated then may come out the same. (Git calls such an entry racy.)
        """
        return self.changed_ns + COARSEST_NS <= seen_ns

    def __str__(self) -> str:
        """In the form in which it is stored."""
        return f"{self.bytes} {self.modified_ns} {self.changed_ns} {self.inode}"


def read_steady(path: Path, limit: int) -> tuple[bytes, Stamp]:
    """At most `limit` bytes of a file that did not change meanwhile, and its stamp.

    Raises:
        OSError: it cannot be read.
        Unsteady: it never stood still.

    """
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE_SECONDS * 2 ** (attempt - 1))
        with path.open("rb") as stream:
            before = Stamp.of(os.fstat(stream.fileno()))
            raw = stream.read(limit)
            after = Stamp.of(os.fstat(stream.fileno()))
        # By its name as well: another file may have been put in its place.
        if before == after == Stamp.of(path.stat()):
            return raw, after
    raise Unsteady(path)
