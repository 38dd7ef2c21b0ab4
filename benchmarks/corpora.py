"""Articles to be asked about, laid out so that every system gets the same words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.settings import PROJECT
from retrieval.corpus import files, metadata
from retrieval.corpus.article import Article
from retrieval.corpus.files import Source
from retrieval.corpus.formats.part import Limits
from retrieval.corpus.passages import paragraph_spans
from retrieval.errors import ArticleError

LIMITS = Limits(max_bytes=50_000_000)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A folder of articles."""

    name: str
    folder: Path
    articles: tuple[Article, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Name of an article -> its whole text, to which offsets refer."""
        return {a.name: a.text for a in self.articles}

    def lay_out(self, work: Path) -> None:
        """Write `articles.json` into a system's work folder: the words without front matter, which is no article's text."""
        work.mkdir(parents=True, exist_ok=True)
        articles = [
            {
                "name": a.name,
                "title": a.metadata.title,
                "text": a.text[a.body :],
                "paragraphs": [a.text[start:end] for start, end in paragraph_spans(a.text, a.body)],
            }
            for a in self.articles
        ]
        content = {"folder": str(self.folder.resolve()), "articles": articles}
        (work / "articles.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def read(name: str, folder: Path) -> Corpus:
    """The articles of a folder, with the titles that this project knows for them.

    Raises:
        ArticleError: one cannot be read; a benchmark on fewer articles would be another benchmark.

    """
    table = metadata.load_table(PROJECT / "config" / "articles.toml")
    return Corpus(name, folder, tuple(_article(found, table) for found in files.find([folder])))


def write(name: str, folder: Path, texts: Sequence[str]) -> Corpus:
    """A corpus made of these texts, one file each."""
    folder.mkdir(parents=True)
    for number, text in enumerate(texts):
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8", newline="")
    return read(name, folder)


def _article(found: Source | ArticleError, table: Mapping[str, Mapping[str, Any]]) -> Article:
    if isinstance(found, ArticleError):
        raise found
    return metadata.article(found.name, files.decoded(found.name, files.read(found, LIMITS).raw), table)
