"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is known when it is seen."""

    name: str
    """In words, with its article."""
    endings: tuple[str, ...]
    """That such a file may have; the first is the usual one. Empty where it cannot be taken in."""
    begins: re.Pattern[bytes]


# What may stand before the first element. Atomic groups, so that no file can have it tried in ever other ways.
_XML = rb"(?:\xef\xbb\xbf)?\s*+(?>(?:<\?xml[^>]*+>|<!--.{0,4000}?-->)\s*+)*+"

_KINDS = tuple(
    Kind(name, endings, re.compile(begins, re.IGNORECASE | re.DOTALL))
    for name, endings, begins in (
        ("a PDF", (".pdf",), rb"\s*%PDF-"),
        ("a Word document", (".docx",), rb"PK\x03\x04(?=.*word/)"),
        # Where a Word document is cut off its parts are not listed.
        ("a ZIP archive", (".docx",), rb"PK\x03\x04"),
        ("a Word document of the old format, or one with a password", (".docx",), rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("an HTML page", (".html", ".htm", ".xhtml"), _XML + rb"<(?:!doctype\s+html|html[\s>])"),
        ("a feed", (".xml", ".rss", ".atom"), _XML + rb"(?:<!doctype\s+rss[^>]*>\s*)?<(?:rss|feed|rdf:rdf)[\s>]"),
        ("RTF", (), rb"\{\\rtf"),
        ("a picture", (), rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|II\*\0|MM\0\*|RIFF....WEBP"),
        ("a compressed file", (), rb"\x1f\x8b|BZh|\xfd7zXZ|7z\xbc\xaf|\x28\xb5\x2f\xfd"),
    )
)


def mistaken(suffix: str, raw: bytes) -> tuple[str, str] | None:
    """What is wrong with a file's ending, and what to do; None where nothing is.

    Args:
        suffix: the ending, in small letters.
        raw: the file.

    """
    kind = next((k for k in _KINDS if k.begins.match(raw)), None)
    if kind is None or suffix in kind.endings:
        return None
    what = (
        f"is {kind.name}, although its name ends in {suffix}"
        if suffix
        else f"is {kind.name}, although its name has no ending"
    )
    return what, f"Rename it to end in {kind.endings[0]}." if kind.endings else "Save its text, as text, HTML, PDF or DOCX."
