"""Keeping an index in line while its articles change: notice, wait until they stand still, bring in line, and again.

What the system says about changes is only a hint to look at once. Looking is a stat of every file and goes on at intervals
in any case, so a hint that is lost (a queue that ran over, a folder that was replaced, a network folder) costs seconds.
"""

from __future__ import annotations

import stat
import threading
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

from retrieval.corpus import files
from retrieval.corpus.files import Source
from retrieval.corpus.stamps import Stamp
from retrieval.errors import StorageError, VerbatimError
from retrieval.index.index import Index
from retrieval.index.ingest import ingest, is_current

TICK_SECONDS = 1.0
"""How often it is asked whether another process wrote to the index."""

LOOK_SECONDS = 5.0
"""How often the files are looked at without any hint, at the least; more seldom where looking takes long."""

LOOKING_SHARE = 0.05
"""Most of the time that may go into such looks."""

QUIET_SECONDS = 0.4
"""So long nothing may change before files are read: an article that is copied or saved is read whole."""

PATIENCE_SECONDS = 5.0
"""For what never stands still."""

LONGEST_PAUSE_SECONDS = 15.0
"""After errors; the first pause is a second, and each is twice as long as the one before."""

AGAIN = "It is tried again by itself."
UNTOLD = f"They are looked at every {LOOK_SECONDS:g} seconds instead. On Linux raise fs.inotify.max_user_watches."

Tell = Callable[[VerbatimError | None], None]
"""Called after every round in its thread: with what went wrong, or None when the index is in line. Also with `Untold`."""


class Untold(StorageError):
    """The system does not tell of changes; the watch goes on and looks at intervals."""


class Stopped(Exception):
    """The watch was stopped in the middle of an ingest; the next one goes on with it."""


class Watch:
    """Brings an index in line whenever its articles change. Runs in one thread and is stopped from any."""

    def __init__(self, index: Index, paths: Callable[[], Sequence[Path]], every_seconds: float = 0) -> None:
        """Nothing is read yet.

        Args:
            index: what to keep in line.
            paths: gives what it is made of; asked anew each time, since another process may have added a folder.
            every_seconds: how often to look, for folders whose changes the system does not tell; 0 to be told.

        """
        self._index = index
        self._paths = paths
        self._every = every_seconds
        self._stop = threading.Event()
        self._roots: Sequence[Path] = ()
        self._hints: Generator[bool] | None = None
        self._hinting: object = None
        self._in_line: dict[Path, tuple[int, int] | None] = {}
        self._looked = 0.0
        self._written = 0

    def stop(self) -> None:
        """End `run` as soon as the article at hand is done."""
        self._stop.set()

    def run(self, tell: Tell) -> None:
        """Bring the index in line again and again until `stop`; no error ends it."""
        failures = 0
        while not self._stop.is_set():
            wrong = self._round()
            if self._stop.is_set():
                break
            tell(wrong)
            failures = failures + 1 if wrong else 0
            if wrong:
                self._stop.wait(min(2.0 ** (failures - 1), LONGEST_PAUSE_SECONDS))
            else:
                self._wait(tell)
        self._forget_hints()

    def _round(self) -> VerbatimError | None:
        try:
            self._roots = self._paths()
            began = time.monotonic()
            current = is_current(self._index, self._roots)
            self._looked = time.monotonic() - began
            if not current:
                self._refuse_emptied()
                self._let_settle()
                ingest(self._index, self._roots, progress=self._progress)
            self._written = self._index.catalogue.version()
            self._in_line = {root: _folder(root) for root in self._roots}
        except Stopped:
            return None
        except VerbatimError as error:
            return error
        except Exception as error:  # whatever it is, what comes after it must not be missed
            wrong = StorageError(f"Bringing the index in line failed ({type(error).__name__}: {error})", AGAIN)
            wrong.__cause__ = error
            return wrong
        return None

    def _progress(self, _done: int, _total: int, _name: str) -> None:
        if self._stop.is_set():
            raise Stopped

    def _refuse_emptied(self) -> None:
        """Take nothing for deleted because a disk or a network folder is not mounted: its empty place is another folder."""
        for root in self._roots:
            now = _folder(root)
            if now and now != self._in_line.get(root, now) and next(files.find([root]), None) is None:
                raise StorageError(
                    f"{root} is another folder than before, and it is empty; its articles are kept",
                    "Mount what belongs there. If it is meant to be empty, run verbatim ingest.",
                )

    def _let_settle(self) -> None:
        """Wait until no file is written any more."""
        until = time.monotonic() + PATIENCE_SECONDS
        before, now = None, _stamps(self._roots)
        while before != now and time.monotonic() < until and not self._stop.wait(QUIET_SECONDS):
            before, now = now, _stamps(self._roots)

    def _wait(self, tell: Tell) -> None:
        """Until something may have changed."""
        until = time.monotonic() + max(self._every or LOOK_SECONDS, self._looked / LOOKING_SHARE)
        if self._renew_hints(tell):
            # What changed before the system began to tell was not told.
            until = time.monotonic() + TICK_SECONDS
        while self._hints and not self._stop.is_set() and time.monotonic() < until:
            try:
                if next(self._hints) or self._index.catalogue.version() != self._written:
                    return
            except Exception:  # the round that follows says what is wrong, and the hints are asked for anew
                self._forget_hints()
                self._stop.wait(TICK_SECONDS)

    def _renew_hints(self, tell: Tell) -> bool:
        """Be told about the folders that there are now; whether these are others than before."""
        folders = {} if self._every else {p.absolute(): i for p in self._roots if (i := _folder(p))}
        if self._hints is not None and folders == self._hinting:
            return False
        self._forget_hints()
        self._hinting, self._hints = folders, self._ticks()
        if folders:
            try:
                self._hints = self._told(list(folders))
                next(self._hints, None)
            except Exception as error:  # OSError or watchfiles' own: no such service, too many folders, …
                self._hints = self._ticks()
                tell(Untold(f"The system does not tell when files change ({error})", UNTOLD))
        return True

    def _forget_hints(self) -> None:
        hints, self._hints = self._hints, None
        if hints is not None:
            hints.close()

    def _ticks(self) -> Generator[bool]:
        while True:
            self._stop.wait(TICK_SECONDS)
            yield False

    def _told(self, folders: Sequence[Path]) -> Generator[bool]:
        """At least once a tick: whether something changed below the folders."""
        from watchfiles import watch

        tick, data = int(TICK_SECONDS * 1000), self._index.settings.data.absolute()
        for changes in watch(
            *folders, watch_filter=None, debounce=tick, step=50, rust_timeout=tick, yield_on_timeout=True,
            stop_event=self._stop, ignore_permission_denied=True,
        ):  # fmt: skip
            yield any(_matters(Path(name), folders, data) for _, name in changes)


def _matters(path: Path, folders: Sequence[Path], data: Path) -> bool:
    """Whether a change there can be one of an article: hidden files and the index itself are none."""
    # Some systems name the place that a link leads to.
    for folder in {*folders, *(f.resolve() for f in folders)}:
        if path.is_relative_to(folder) and not (data.is_relative_to(folder) and path.is_relative_to(data)):
            return not any(part.startswith(".") for part in path.relative_to(folder).parts)
    return False


def _folder(path: Path) -> tuple[int, int] | None:
    """Which folder there is; another one may take its place under the same name."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def _stamps(paths: Sequence[Path]) -> dict[str, Stamp | None]:
    found: dict[str, Stamp | None] = {}
    for item in files.find(paths):
        try:
            found[item.name] = Stamp.of(item.path.stat()) if isinstance(item, Source) else None
        except OSError:
            found[item.name] = None
    return found
