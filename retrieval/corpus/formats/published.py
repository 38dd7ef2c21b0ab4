"""The day of publication that a document states about itself, and the title in its XMP packet.

When a file was made or last saved is no day of publication: it lies before it, and an article let in by it would show as
of a day on which nobody could read it. Only what is called publication counts.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from retrieval.corpus.formats.part import one_line

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LARGEST = 1_000_000
"""Bytes of a packet or part that is looked at; with fields in every language they have some thousands."""
FIRST_YEAR = 1800

_PRISM = re.compile(r"\{http://prismstandard\.org/namespaces/[^}]*\}(publicationDate|coverDate)$")
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_DEFAULT = re.compile(r"x-default$")
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_COVER_PAGE = "{http://schemas.microsoft.com/office/2006/coverPageProps}PublishDate"


def of_xmp(raw: bytes) -> tuple[str, str]:
    """Title and day of publication of an XMP packet (ISO 16684-1), empty where it does not say.

    The day is PRISM's `publicationDate`, else its `coverDate`, which for magazines is a later one.
    """
    root = _parsed(raw)
    if root is None:
        return "", ""
    days: dict[str, str] = {}
    title = ""
    for element in root.iter():
        said = [(str(element.tag), "".join(element.itertext())), *element.attrib.items()]
        for name, value in said:
            if (known := _PRISM.match(name)) and (day := _day(value)):
                days.setdefault(known[1], day)
        if element.tag == _TITLE and not title:
            title = _titled(element)
    return title, days.get("publicationDate") or days.get("coverDate", "")


def of_word(raw: bytes) -> str:
    """The day that a Word document's cover page gives as that of publication, or nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = [m for m in archive.infolist() if re.fullmatch(r"customXml/item\d+\.xml", m.filename)]
            roots = [_parsed(archive.read(m)) for m in parts if m.file_size <= LARGEST]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return ""
    found = (e for root in roots if root is not None for e in root.iter(_COVER_PAGE))
    return next((day for e in found if (day := _day(e.text or ""))), "")


def _titled(element: Element) -> str:
    """The default language's title, or the first."""
    items = [e for e in element.iter() if (e.text or "").strip()]
    first = next((e for e in items if _DEFAULT.match(e.get(_LANG, ""))), items[0] if items else None)
    return one_line(first.text or "") if first is not None else ""


def _day(value: str) -> str:
    """The day of a time, as YYYY-MM-DD; of a time with a zone the later of that place's day and the universal one."""
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return ""
    day: date = max(moment.date(), moment.astimezone(UTC).date()) if moment.tzinfo else moment.date()
    return day.isoformat() if day.year >= FIRST_YEAR else ""


def _parsed(raw: bytes) -> Element | None:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if len(raw) > LARGEST:
        return None
    try:
        root: Element = ElementTree.fromstring(raw, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    return root
