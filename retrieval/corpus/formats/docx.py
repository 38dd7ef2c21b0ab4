"""Word documents. Their text as it would be printed: accepted changes, nothing hidden, no comments, headers or notes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from retrieval.corpus.formats import published
from retrieval.corpus.formats.part import Limits, Part, Unreadable, heading, joined, known, one_line

if TYPE_CHECKING:
    from docx.document import Document

_RATIO = 100
"""Unpacked to packed. Words pack to a tenth; only what is made to swell comes near this."""
_RATIO_FROM = 10_000_000
_FILES = 5000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the container begins in which Word keeps older documents, and those with a password."""
_OFF = frozenset({"0", "false", "off"})


def extract(raw: bytes, limits: Limits) -> Iterator[Part | Unreadable]:
    """The document as one article.

    Raises:
        Unreadable: it has a password, is broken, would swell beyond the limits when unpacked, or holds no text.

    """
    if raw.startswith(_OFFICE):
        raise Unreadable("has a password, or is in the format of Word before 2007", "Save it as DOCX without a password.")
    _check(raw, limits)
    from docx import Document as open_document
    from docx.opc.exceptions import OpcError

    try:
        document = open_document(io.BytesIO(raw))
    except (OpcError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable(f"is broken ({type(error).__name__})", "Save it again as DOCX.") from error
    paragraphs, titled = _paragraphs(document)
    title = one_line(document.core_properties.title or "") or titled
    # The title stands beside the text, as it does for every other format.
    if paragraphs and title and paragraphs[0] in {title, heading(title)}:
        paragraphs = paragraphs[1:]
    if not paragraphs:
        raise Unreadable("holds no text", "If it holds pictures of pages, save their text.")
    yield Part(joined(paragraphs), known(title=title, published=published.of_word(raw)))


def _check(raw: bytes, limits: Limits) -> None:
    """Look at the sizes before anything is unpacked, and at the XML before it is read."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = archive.infolist()
            if not any(member.filename.startswith("word/") for member in members):
                raise Unreadable("is a ZIP archive and no Word document", "Save it as DOCX.")
            size = sum(member.file_size for member in members)
            swells = size > _RATIO_FROM and size > _RATIO * len(raw)
            if size > limits.expanded_bytes or swells or len(members) > _FILES:
                what = f"would unpack to {size:,} bytes in {len(members):,} files, which no article does"
                raise Unreadable(what, "Save its text, or raise ingest.expanded_bytes if it is what it seems.")
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    ElementTree.fromstring(archive.read(member), forbid_dtd=True)
    except DefusedXmlException:
        raise Unreadable("declares entities, which no Word document does", "Save it again as DOCX.") from None
    except (zipfile.BadZipFile, ElementTree.ParseError, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable(f"is broken ({type(error).__name__})", "Save it again as DOCX.") from None


def _paragraphs(document: Document) -> tuple[list[str], str]:
    """All paragraphs, those in tables and text boxes as well, and what is styled as title."""
    names = {style.style_id: style.name or "" for style in document.styles}
    found: list[str] = []
    titled = ""
    for paragraph in document.element.body.iter(f"{_W}p"):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = names.get(style.get(f"{_W}val", ""), "") if style is not None else ""
        line = one_line("".join(_texts(paragraph)))
        if name == "Title" and line and not titled:
            titled = line
        found.append(heading(line) if name == "Title" or name.startswith("Heading") else line)
    return [p for p in found if p], titled


def _texts(element: Any) -> Iterator[str]:
    """The text of a paragraph in order; that of paragraphs inside it (text boxes) comes in its own turn."""
    for child in element:
        tag = child.tag
        if tag == f"{_W}t":
            yield child.text or ""
        elif tag in {f"{_W}br", f"{_W}tab", f"{_W}cr"}:
            yield " "
        elif tag == f"{_W}noBreakHyphen":
            yield "‑"
        elif tag == f"{_W}r" and _vanishes(child):
            continue
        # What was deleted, and the older copy of a text box, are not printed.
        elif tag not in {f"{_W}p", f"{_W}del", f"{_W}moveFrom"} and not str(tag).endswith("}Fallback"):
            yield from _texts(child)


def _vanishes(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and str(mark.get(f"{_W}val", "true")).lower() not in _OFF
