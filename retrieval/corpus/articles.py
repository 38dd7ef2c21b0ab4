"""From a file's bytes to its articles: one for plain text, whatever the format holds for all others."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.corpus import files, metadata
from retrieval.corpus.article import Article
from retrieval.corpus.formats import registry
from retrieval.corpus.formats.part import Limits
from retrieval.corpus.metadata import Table
from retrieval.errors import ArticleError


def articles(file: str, raw: bytes, table: Table, limits: Limits) -> Iterator[Article | ArticleError]:
    """The articles of a file in order, those that cannot be taken in as their errors.

    Args:
        file: its name, relative to the ingested folder; the ending says the format.
        raw: its bytes.
        table: what is known besides; what it says of a file holds for all articles in it.
        limits: what is too much.

    Raises:
        ArticleError: nothing can be taken from the file.

    """
    if not registry.is_extracted(file):
        yield metadata.article(file, files.decoded(file, raw), table)
        return
    for part in registry.extract(file, raw, limits):
        if isinstance(part, ArticleError):
            yield part
            continue
        name = registry.part_name(file, part.part)
        known = {name: {**table.get(file, {}), **table.get(name, {})}}
        try:
            yield metadata.article(name, part.text, known, part.fields)
        except ArticleError as error:
            yield error
