"""From paths to texts: which files are articles, and why one is not."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.corpus.article import is_blank
from retrieval.corpus.formats import registry, signature
from retrieval.corpus.formats.part import Limits
from retrieval.corpus.stamps import Stamp, Unsteady, read_steady
from retrieval.errors import ArticleError, StorageError

SUFFIXES = registry.SUFFIXES
"""Kinds of file that are taken from a folder; a file that is named itself may have any ending."""

_BESIDE = "_files"
"""What browsers add to a page's name for the folder of its pictures, scripts and frames. No articles lie in it."""

_PAGES = tuple(registry.PAGES)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may become an article."""

    name: str
    """Path relative to the ingested folder, with forward slashes."""
    path: Path


def find(paths: Sequence[Path]) -> Iterator[Source | ArticleError]:
    """The files under `paths`, in order of name, hidden ones left out; what cannot be taken comes as its error.

    No two results have the same name, and a file that lies under several of the paths comes once for each name.

    Raises:
        StorageError: a path itself does not exist or cannot be opened, so that nothing is removed by mistake.

    """
    taken: dict[str, Path] = {}
    for root in paths:
        for item in _below(root):
            name = item.name
            path = item.path if isinstance(item, Source) else Path(root, name)
            first = taken.setdefault(name, path)
            if first is path:
                yield item
            elif os.path.realpath(first) != os.path.realpath(path) and taken.setdefault(str(path.absolute()), path) is path:
                yield ArticleError(
                    str(path.absolute()),
                    f"has the same relative name as {first}",
                    "Rename one, or ingest their parent folder.",
                )


def _below(path: Path) -> Iterator[Source | ArticleError]:
    if not _is_utf8(str(path.absolute())):
        raise StorageError(f"{_shown(str(path))} has a name that is not UTF-8", "Rename it.")
    try:
        mode = path.stat().st_mode
    except OSError as error:
        link = f" (a link to {path.readlink()})" if path.is_symlink() else ""
        raise StorageError(f"{path}{link}: {error.strerror}", "Give a file or a folder that can be read.") from None
    if not stat.S_ISDIR(mode):
        yield Source(path.name, path)
        return
    if not os.access(path, os.R_OK | os.X_OK):
        raise StorageError(f"{path} may not be read", "Allow reading (chmod u+rx) and run the command again.")
    denied: list[OSError] = []
    # Strings: making and comparing paths would take most of the time that a look at 10,000 files takes.
    found: list[list[str]] = []
    for folder, folders, files in os.walk(path, onerror=denied.append):
        pages = {Path(f).stem + _BESIDE for f in files if f.lower().endswith(_PAGES)}
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in pages)
        below = Path(folder).relative_to(path).parts
        found += [[*below, f] for f in files if not f.startswith(".") and _ending(f) in SUFFIXES]
    for steps in sorted(found):
        name = "/".join(steps)
        if _is_utf8(name):
            yield Source(name, path.joinpath(*steps))
        else:
            yield ArticleError(_shown(name), "has a name that is not UTF-8", "Rename it.")
    for refused in denied:
        name = _shown(Path(os.fsdecode(refused.filename)).relative_to(path).as_posix())
        yield ArticleError(name, "this folder may not be read", "Allow reading (chmod u+rx) or leave it out.")


def _ending(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and dot else ""


def _is_utf8(name: str) -> bool:
    """Whether a name can be stored and shown; Python keeps other bytes as lone surrogates."""
    return name.isascii() or not any("\ud800" <= c <= "\udfff" for c in name)


def _shown(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class Content:
    """A file as it was read."""

    raw: bytes
    digest: str
    """SHA-256 of the bytes, in hex."""
    stamp: Stamp


def read(source: Source, limits: Limits) -> Content:
    """The file's bytes at one moment.

    Raises:
        ArticleError: the file is missing, unreadable, too large, or never stands still.

    """
    raw, stamp = _bytes(source, *registry.most(source.name, limits))
    return Content(raw, hashlib.sha256(raw).hexdigest(), stamp)


def read_text(source: Source, max_bytes: int) -> str:
    """The text of a plain file; see `read` and `decoded`."""
    return decoded(source.name, read(source, Limits(max_bytes=max_bytes)).raw)


def decoded(name: str, raw: bytes) -> str:
    """The text of a plain file, exactly: UTF-8, newlines untouched.

    Raises:
        ArticleError: it is empty, binary, not UTF-8, or plainly something else than text.

    """
    if wrong := signature.mistaken(registry.suffix(name), raw):
        raise ArticleError(name, *wrong)
    if b"\0" in raw:
        at = raw.index(b"\0")
        raise ArticleError(name, f"looks binary (a zero byte at position {at})", "Save it as plain text in UTF-8.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArticleError(
            name, f"is not UTF-8 (byte {raw[error.start]:#04x} at position {error.start})", "Save it as UTF-8."
        ) from None
    if is_blank(text):
        raise ArticleError(name, "is empty", "Fill it or remove it.")
    return text


def _bytes(source: Source, max_bytes: int, setting: str) -> tuple[bytes, Stamp]:
    try:
        status = source.path.stat()
        if not stat.S_ISREG(status.st_mode):
            # A named pipe would be waited for without end.
            raise ArticleError(source.name, "is not a regular file", "Save its text to a file.")
        raw, stamp = (b"", Stamp.of(status)) if status.st_size > max_bytes else read_steady(source.path, max_bytes + 1)
    except FileNotFoundError as error:
        what = "is a link to nowhere" if source.path.is_symlink() else "vanished while it was read"
        raise ArticleError(source.name, what, "Mend or remove it.") from error
    except Unsteady as error:
        raise ArticleError(
            source.name, "was being written each time it was read", "It is taken in when it stands still."
        ) from error
    except OSError as error:
        raise ArticleError(source.name, f"cannot be read ({error.strerror})", "Allow reading, or leave it out.") from error
    if stamp.bytes > max_bytes:
        raise ArticleError(
            source.name,
            f"is {stamp.bytes:,} bytes, more than the {max_bytes:,} allowed",
            f"Split it, or raise {setting}.",
        )
    return raw, stamp
