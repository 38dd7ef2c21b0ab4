"""PDF. Its pages hold lines at places; `layout` makes paragraphs of them."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from retrieval.corpus.formats import layout, published
from retrieval.corpus.formats.layout import Line
from retrieval.corpus.formats.part import Limits, Part, Unreadable, joined, known, one_line

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_BEGINS_WITHIN = 1024
"""Bytes before `%PDF` that readers put up with."""
# What programs write as a title when nobody gave one.
_NO_TITLE = re.compile(r"(?i)microsoft word|untitled|.*\.(?:docx?|pdf|indd|qxd|pages|odt|html?|tex)$|[\W\d_]*$")


def extract(raw: bytes, limits: Limits) -> Iterator[Part | Unreadable]:
    """The document as one article.

    Raises:
        Unreadable: it has a password, is broken or scanned, or has more pages than allowed.

    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in raw[:_BEGINS_WITHIN]:
        raise Unreadable("does not begin as a PDF does", "Give it the ending of what it is, or save it again as PDF.")
    # pypdf tells of every fault that it can live with.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(io.BytesIO(raw))
            if reader.is_encrypted and not reader.decrypt(""):
                raise Unreadable("has a password", "Save it without one.")
            count = len(reader.pages)
            if count > limits.pages:
                raise Unreadable(
                    f"has {count:,} pages, more than the {limits.pages:,} allowed", "Split it, or raise ingest.pages."
                )
            pages = [_lines(page) for page in reader.pages]
            titled, day = _packet(reader)
            title = _title(reader) or titled
    except (PyPdfError, KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise Unreadable(f"is broken ({type(error).__name__})", "Save it again as PDF.") from error
    if not any(pages):
        what = f"holds no text on its {count} page{'s' if count != 1 else ''}: a scan, or empty"
        raise Unreadable(what, "Run text recognition over it, for example with ocrmypdf, and save it again.")
    paragraphs, headline = layout.paragraphs(pages)
    title = title or headline
    if paragraphs and title and paragraphs[0].removeprefix("## ").casefold() == title.casefold():
        paragraphs = paragraphs[1:]
    if not any(not p.startswith("## ") for p in paragraphs):
        raise Unreadable("holds nothing but headings", "Save its text.")
    yield Part(joined(paragraphs), known(title=title, published=day))


def _lines(page: PageObject) -> list[Line]:
    """The lines of a page in the order in which they were written, which is that of reading in nearly every file."""
    lines: list[Line] = []
    height = float(page.mediabox.height) or 1.0
    base = float(page.mediabox.bottom)
    open_ = False

    def visit(text: str, cm: Any, tm: Any, font: Any, size: float) -> None:
        nonlocal open_
        scale = abs(tm[3] * cm[3]) or abs(tm[1] * cm[2]) or 1.0
        x, y = tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        letters = round(size * scale, 1)
        bold = "bold" in str((font or {}).get("/BaseFont", "")).lower()
        for number, piece in enumerate(text.split("\n")):
            last = lines[-1] if lines else None
            if number:
                open_ = False
            if not piece.strip():
                continue
            # Raised and lowered signs belong to the line that they stand in.
            if last and open_ and abs(last.y - y) <= 0.5 * last.size:
                last.add(piece, letters, bold)
            else:
                lines.append(Line(piece, x, y, letters, bold, (y - base) / height))
            open_ = True

    page.extract_text(visitor_text=visit)
    return lines


def _title(reader: PdfReader) -> str:
    """The title that the document gives itself, if a person gave it."""
    title = one_line(reader.metadata.title or "") if reader.metadata else ""
    return "" if _NO_TITLE.match(title) else title


def _packet(reader: PdfReader) -> tuple[str, str]:
    """Title and day of publication of the XMP packet, as far as it says."""
    from pypdf.generic import StreamObject

    entry = reader.root_object.get("/Metadata")
    stream = entry.get_object() if entry is not None else None
    title, day = published.of_xmp(stream.get_data()) if isinstance(stream, StreamObject) else ("", "")
    return "" if _NO_TITLE.match(title) else title, day
