"""Which ending is which format. A new format is one module and one line here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from retrieval.corpus.article import is_blank
from retrieval.corpus.formats import docx, feed, html, jsonl, mhtml, pdf, signature
from retrieval.corpus.formats.part import Extractor, Limits, Part, Unreadable
from retrieval.errors import ArticleError

PLAIN = frozenset({".txt", ".text", ".md", ".markdown"})
"""Endings of files whose text is the file itself; what is not known here is taken for such a file if it is named itself."""

EXTRACTORS: Mapping[str, Extractor] = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), html.extract),
    **dict.fromkeys((".mhtml", ".mht"), mhtml.extract),
    **dict.fromkeys((".rss", ".atom", ".xml"), feed.extract),
    ".pdf": pdf.extract,
    ".docx": docx.extract,
    **dict.fromkeys((".jsonl", ".ndjson"), jsonl.extract),
}
"""Ending -> what takes the articles out of such a file."""

PAGES = frozenset(ending for ending, extractor in EXTRACTORS.items() if extractor is html.extract)
"""Endings of pages beside which browsers lay a folder."""

SUFFIXES = PLAIN | EXTRACTORS.keys()
"""Kinds of file that are taken from a folder."""


def suffix(name: str) -> str:
    """The ending by which a file's format is known."""
    return PurePosixPath(name).suffix.lower()


def is_extracted(name: str) -> bool:
    """Whether the article's text is taken out of the file, and is not the file itself."""
    return suffix(name) in EXTRACTORS


def most(name: str, limits: Limits) -> tuple[int, str]:
    """How many bytes a file may have, and the setting that says so."""
    if is_extracted(name):
        return limits.document_bytes, "ingest.document_bytes"
    return limits.max_bytes, "ingest.max_bytes"


def file_of(article: str) -> str:
    """The name of the file in which an article lies; see `part_name`."""
    file, _, part = article.rpartition("#")
    within = "/" not in part and suffix(part) not in SUFFIXES
    return file if within and is_extracted(file) else article


def extract(name: str, raw: bytes, limits: Limits) -> Iterator[Part | ArticleError]:
    """The articles of a file, those that cannot be taken as their errors. All libraries' errors end here.

    Args:
        name: of the file, relative to the ingested folder; its ending says the format.
        raw: its bytes.
        limits: what is too much.

    Raises:
        ArticleError: nothing can be taken from the file.

    """
    if wrong := signature.mistaken(suffix(name), raw):
        raise ArticleError(name, *wrong)
    try:
        anything = False
        for item in EXTRACTORS[suffix(name)](raw, limits):
            anything = True
            yield _checked(name, item, limits)
        if not anything:
            raise Unreadable("holds no article", "Fill it or remove it.")
    except Unreadable as error:
        raise ArticleError(name, error.what, error.remedy) from error
    except ArticleError:
        raise
    except Exception as error:  # parsers raise whatever they meet in a broken file, or run out of memory
        what = f"cannot be read as {suffix(name)[1:].upper()} ({type(error).__name__})"
        raise ArticleError(name, what, "Save it again, or save its text.") from error


def _checked(name: str, item: Part | Unreadable, limits: Limits) -> Part | ArticleError:
    if isinstance(item, Unreadable):
        return ArticleError(part_name(name, item.part), item.what, item.remedy)
    size = len(item.text.encode("utf-8"))
    if size > limits.max_bytes:
        what = f"holds {size:,} bytes of text, more than the {limits.max_bytes:,} allowed"
        return ArticleError(part_name(name, item.part), what, "Split it, or raise ingest.max_bytes.")
    if is_blank(item.text):
        return ArticleError(part_name(name, item.part), "holds no text", "Save it again, or save its text.")
    return item


def part_name(file: str, part: str | None) -> str:
    """The name of an article: its file's, and which of the file's articles it is."""
    return file if part is None else f"{file}#{part}"
