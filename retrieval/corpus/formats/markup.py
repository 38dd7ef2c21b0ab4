"""HTML as text: its encoding, what of it is shown, and its paragraphs."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from retrieval.corpus.formats.part import Unreadable, heading, one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,80}encoding=["']([\w.:-]+)""", re.I
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
# No page shows it, and some expressions of the libraries that come after take time by its square.
_LONG_SPACE = re.compile(r"\s{64,}")
# Pictures that are written into the page; one can be longer than a parser takes.
_PICTURE = re.compile(r"(?<=;base64,)[0-9A-Za-z+/=%]{200,}")
DECLARED_WITHIN = 4096
"""Bytes in which a page says its encoding; browsers look at 1,024, but saved pages often begin with a long comment."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# What browsers take these names for (WHATWG Encoding, https://encoding.spec.whatwg.org/#names-and-labels).
_MEANT = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "utf-16": "utf-8", "utf-16-le": "utf-8", "utf-16-be": "utf-8", "iso8859-9": "cp1254", "euc_kr": "cp949",
}  # fmt: skip
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "head"})
_BLOCKS = _HEADINGS | frozenset(
    "address article aside blockquote body caption center cell dd details div dl dt fieldset figcaption figure footer form "
    "header hr html item li list main nav ol p pre quote row section summary table tbody td tfoot th thead tr ul".split()
)
_BREAKS = frozenset({"br", "lb"})
_BREAK = "\u2028"
_SPACE = re.compile(r"\s+")
# Where two lines are broken, or one after the end of a sentence, a paragraph ends. (trafilatura may leave one of two.)
_APART = re.compile(rf"(?:(?<=[.!?…:;])|(?<=[.!?…][\"'”’)\]])|{_BREAK}) ?{_BREAK} ?")


def decoded(raw: bytes, charset: str | None = None) -> str:
    """A page's text, in the encoding that was sent with it, that it declares, or in UTF-8.

    Raises:
        Unreadable: it is in neither.

    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _strictly(raw[len(mark) :], encoding)
    match = _DECLARED.search(raw[:DECLARED_WITHIN])
    declared = charset or ((match[1] or match[2]).decode("ascii", "replace") if match else "utf-8")
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        raise Unreadable(f"is in an encoding that is not known: {declared[:40]}", "Save it as UTF-8.") from None
    try:
        return _strictly(raw, _MEANT.get(name, name))
    except Unreadable:
        # A page that was saved as UTF-8 may go on declaring what it was in.
        if name == "utf-8":
            raise
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
        raise


def _strictly(raw: bytes, encoding: str) -> str:
    try:
        text = raw.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        at = f" (byte {raw[error.start]:#04x} at position {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        raise Unreadable(f"is not {encoding}{at}", "Save it as UTF-8.") from None
    if "\0" in text:
        raise Unreadable("looks binary (it holds zero characters)", "Save the page again, as HTML.")
    return text


def tree(page: str) -> HtmlElement:
    """The page parsed, without comments.

    Raises:
        Unreadable: there is nothing in it.

    """
    from lxml import etree, html

    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True)
    page = _PICTURE.sub("", _LONG_SPACE.sub(" ", _DECLARATION.sub("", page, count=1)))
    try:
        return html.document_fromstring(page, parser=parser)
    except etree.ParserError:
        raise Unreadable("holds nothing that can be read", "Save the page again, as HTML.") from None


def paragraphs(root: HtmlElement) -> list[str]:
    """The text of a tree: one entry for each block, headings marked, `<br>` between sentences a new one.

    Knows HTML's elements and those of trafilatura's own trees.
    """
    from lxml import etree

    found: list[str] = []
    open_: list[str] = []
    title = False

    def close() -> None:
        for piece in _APART.split("".join(open_)):
            line = one_line(piece)
            found.append(heading(line) if title else line)
        open_.clear()

    def said(text: str | None) -> str:
        return _SPACE.sub(" ", text or "")

    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag
        if tag in _BLOCKS:
            close()
            title = event == "start" and tag in _HEADINGS
        if event == "start":
            if tag in _BREAKS:
                open_.append(_BREAK)
            open_.append(said(element.text))
        elif element is not root:
            open_.append(said(element.tail))
    close()
    return [line for line in found if line]
