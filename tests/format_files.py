"""For the tests: small files of every format, made on the spot. All news in them is invented."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from html import escape
from typing import Any

from docx import Document
from fpdf import FPDF
from fpdf.enums import AccessPermission

FACTS = (
    "The envoys of both islands met in Valletta on Friday to talk about the fishing treaty. Nobody signed it.",
    "“We will not give up a single trawler,” the minister for fisheries, Ana Duarte, told reporters in the harbour.",
    "The treaty covers 4,200 boats and ends in 2031. It does not apply to boats shorter than eight metres.",
    "The next round of negotiations is planned for June in Reykjavik, if both parliaments agree to it by then.",
)
"""Paragraphs; the first answers QUESTION."""
QUESTION = "Where did the envoys of both islands meet to talk about the fishing treaty?"
TITLE = "Islands talk about fish"


class _Paged(FPDF):
    """With a running head and the number of the page below."""

    def header(self) -> None:
        self.set_font("Times", size=8)
        self.cell(0, 8, "The Harbour Post", align="C")
        self.ln(12)

    def footer(self) -> None:
        self.set_y(-15)
        self.set_font("Times", size=8)
        self.cell(0, 8, f"Page {self.page_no()} of {{nb}}", align="C")


def pdf(
    paragraphs: Sequence[str] = FACTS, title: str = TITLE, password: str = "", owner: str = "", times: int = 1, xmp: str = ""
) -> bytes:
    """A PDF, the paragraphs repeated `times`; with a password to open it, or only one to change it; with an XMP packet.

    From two on it has running heads and numbers of pages.
    """
    file = _Paged(format="letter") if times > 1 else FPDF(format="letter")
    file.core_fonts_encoding = "cp1252"
    if title:
        file.set_title(title)
    if xmp:
        file.set_xmp_metadata(xmp)
    if password or owner:
        file.set_encryption(owner or "owner", password or None, permissions=AccessPermission.PRINT_LOW_RES)
    file.add_page()
    file.set_font("Times", "B", 16)
    file.multi_cell(0, 8, TITLE, new_x="LMARGIN", new_y="NEXT")
    file.ln(4)
    for paragraph in paragraphs * times:
        file.set_font("Times", size=11)
        file.multi_cell(0, 5.5, paragraph, align="J", new_x="LMARGIN", new_y="NEXT")
        file.ln(3)
    return bytes(file.output())


def pages(count: int) -> bytes:
    """A PDF of many short pages; page n tells of ship n."""
    file = FPDF(format=(90, 60))
    for number in range(1, count + 1):
        file.add_page()
        file.set_font("Times", size=10)
        file.multi_cell(0, 6, f"Ship number {number} left the harbour with {number * 3} sailors on board.")
    return bytes(file.output())


def scan() -> bytes:
    """A PDF whose only page is a picture."""
    from PIL import Image

    file = FPDF()
    file.add_page()
    file.image(Image.new("L", (200, 280), 200), x=0, y=0, w=200)
    return bytes(file.output())


def docx(paragraphs: Sequence[str] = FACTS, title: str = TITLE) -> bytes:
    """A Word document."""
    document = Document()
    document.core_properties.title = title
    document.add_heading(TITLE, 0)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(raw: bytes, **changed: bytes) -> bytes:
    """A Word document with other parts: word_document=… replaces word/document.xml."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.infolist():
            key = member.filename.removesuffix(".xml").replace("/", "_")
            after.writestr(member.filename, changed.get(key, before.read(member)))
    return out.getvalue()


def extended(raw: bytes, name: str, part: str) -> bytes:
    """A Word document with one part more."""
    out = io.BytesIO(raw)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, part)
    return out.getvalue()


def html(paragraphs: Sequence[str] = FACTS, head: str = "", extra: str = "") -> str:
    """A page."""
    body = "".join(f"<p>{escape(p)}</p>\n" for p in paragraphs)
    return (
        f'<!doctype html><html lang="en"><head><title>{TITLE} | The Harbour Post</title>{head}</head><body>'
        f"<nav><a href='/'>Home</a></nav><main><article><h1>{TITLE}</h1>{body}{extra}</article></main></body></html>"
    )


def mhtml(page: str) -> bytes:
    """The page as a browser saves it into one file."""
    import quopri

    body = quopri.encodestring(page.encode()).replace(b"\n", b"\r\n")
    head = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://harbourpost.example/fish\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="--b"\r\n\r\n----b\r\nContent-Type: text/html\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://harbourpost.example/fish\r\n\r\n"
    )
    return (
        head.encode()
        + body
        + b"\r\n----b\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lG\r\n----b--\r\n"
    )


def rss(entries: Sequence[tuple[str, str, str]] = (("fish-talks", TITLE, ""),), head: str = "") -> str:
    """A feed of (id, title, HTML); without HTML the entry tells FACTS."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{escape(guid)}</guid><title>{escape(title)}</title>"
        f"<link>https://harbourpost.example/{escape(guid)}</link><pubDate>Fri, 03 May 2024 08:00:00 GMT</pubDate>"
        f"<description>{escape(body or ''.join(f'<p>{p}</p>' for p in FACTS))}</description></item>"
        for guid, title, body in entries
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<rss version="2.0"><channel><title>The Harbour Post</title>'
        f"<link>https://harbourpost.example/</link>{items}</channel></rss>"
    )


def atom(text: str) -> str:
    """A feed with one entry of escaped HTML."""
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>The Harbour Post</title><id>tag:p</id>'
        "<updated>2024-05-03T08:00:00Z</updated><entry><id>tag:harbourpost.example,2024:1</id><title>Fish</title>"
        '<link href="https://harbourpost.example/1"/><published>2024-05-02T08:00:00Z</published>'
        f'<updated>2024-05-03T08:00:00Z</updated><content type="html">{escape(text)}</content></entry></feed>'
    )


def jsonl(*lines: dict[str, Any] | str) -> str:
    """Lines of JSON; a text goes in as it is. Without lines, one article that tells FACTS."""
    given = lines or ({"id": "fish", "text": "\n\n".join(FACTS), "title": TITLE, "published": "2024-05-03"},)
    return "".join((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n" for line in given)


def all_formats() -> dict[str, bytes]:
    """One file of each format. All tell FACTS."""
    return {
        "page.html": html().encode(),
        "page.mhtml": mhtml(html()),
        "paper.pdf": pdf(),
        "letter.docx": docx(),
        "feed.xml": rss().encode(),
        "export.jsonl": jsonl().encode(),
    }
