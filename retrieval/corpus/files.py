"""From paths to texts: which files are articles, and why one is not."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import ArticleError, StorageError

SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown"})
"""Kinds of file that are taken from a folder; a file that is named itself may have any ending."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may become an article."""

    name: str
    """Path relative to the ingested folder, with forward slashes."""
    path: Path


def find(paths: Sequence[Path]) -> Iterator[Source | ArticleError]:
    """The files under `paths`, in order of name, hidden ones left out; what cannot be listed comes as its error.

    Raises:
        StorageError: a path itself does not exist or cannot be opened, so that nothing is removed by mistake.
    """
    taken: dict[str, Path] = {}
    for path in paths:
        for item in _below(path):
            if isinstance(item, Source) and taken.setdefault(item.name, item.path) != item.path:
                first = taken[item.name]
                yield ArticleError(
                    str(item.path), f"has the same relative name as {first}", "Rename one, or ingest their parent folder."
                )
            else:
                yield item


def _below(path: Path) -> Iterator[Source | ArticleError]:
    if path.is_symlink() and not path.exists():
        yield ArticleError(path.name, f"is a link to {os.readlink(path)}, which does not exist", "Mend or remove the link.")
        return
    if path.is_file():
        yield Source(path.name, path)
        return
    if not path.is_dir():
        raise StorageError(f"{path} does not exist", "Give a file or a folder that does.")
    if not os.access(path, os.R_OK | os.X_OK):
        raise StorageError(f"{path} may not be read", "Allow reading (chmod u+rx) and run the command again.")
    denied: list[OSError] = []
    found: list[Path] = []
    for folder, folders, files in os.walk(path, onerror=denied.append):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found += [Path(folder, f) for f in files if not f.startswith(".") and Path(f).suffix.lower() in SUFFIXES]
    for file in sorted(found):
        yield Source(file.relative_to(path).as_posix(), file)
    for error in denied:
        name = Path(error.filename or "?").relative_to(path).as_posix()
        yield ArticleError(name, "this folder may not be read", "Allow reading (chmod u+rx) or leave it out.")


def read_text(source: Source, max_bytes: int) -> str:
    """The file's text, exactly: UTF-8, newlines untouched.

    Raises:
        ArticleError: the file is missing, unreadable, empty, too large, binary, or not UTF-8.
    """
    try:
        size = source.path.stat().st_size
        if size > max_bytes:
            raise ArticleError(
                source.name, f"is {size:,} bytes, more than the {max_bytes:,} allowed", "Split it, or raise ingest.max_bytes."
            )
        raw = source.path.read_bytes()
    except FileNotFoundError:
        what = "is a link to nowhere" if source.path.is_symlink() else "vanished while it was read"
        raise ArticleError(source.name, what, "Mend or remove it.") from None
    except OSError as error:
        raise ArticleError(source.name, f"cannot be read ({error.strerror})", "Allow reading, or leave it out.") from error
    if b"\0" in raw:
        at = raw.index(b"\0")
        raise ArticleError(source.name, f"looks binary (a zero byte at position {at})", "Save it as plain text in UTF-8.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArticleError(
            source.name, f"is not UTF-8 (byte {raw[error.start]:#04x} at position {error.start})", "Save it as UTF-8."
        ) from None
    if not text.strip("\ufeff \t\r\n\f\v"):
        raise ArticleError(source.name, "is empty", "Fill it or remove it.")
    return text
