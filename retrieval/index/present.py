"""The text of an article as its file is on disk now: what every quote is held against."""

from __future__ import annotations

from pathlib import Path

from retrieval.corpus import files
from retrieval.corpus.articles import articles
from retrieval.corpus.files import Content, Source
from retrieval.corpus.formats import registry
from retrieval.corpus.formats.part import Limits
from retrieval.errors import ArticleError, StorageError
from retrieval.index.catalogue import Catalogue


class PresentTexts:
    """Reads articles from disk. Each file is opened once, so make a new one for every answer or check.

    A plain text is the file itself. For all other formats the bytes of the file are compared with those from which the
    text in the catalogue was extracted; it is extracted anew only where they differ.
    """

    def __init__(self, catalogue: Catalogue, limits: Limits) -> None:
        self._catalogue = catalogue
        self._limits = limits
        self._read: dict[Path, Content] = {}
        self._anew: dict[Path, dict[str, str]] = {}

    def text(self, name: str, path: Path) -> str:
        """The article's text now.

        Args:
            name: of the article.
            path: of the file that it lies in.

        Raises:
            ArticleError: the file, or the article in it, cannot be read as it is now.

        """
        if self._catalogue.follows:
            return self._shared(name)
        # A file of one article may have a # in its own name.
        file = name if name.rpartition("/")[2] == path.name else registry.file_of(name)
        if path not in self._read:
            self._read[path] = files.read(Source(file, path), self._limits)
        content = self._read[path]
        if not registry.is_extracted(file):
            return files.decoded(file, content.raw)
        known = self._stored(name, content.digest)
        return known if known is not None else self._extracted(file, name, path)

    def _shared(self, name: str) -> str:
        """As the machine that looks after the articles has taken it in: the file lies there."""
        found = self._catalogue.rows("SELECT sha256 FROM articles WHERE name = ?", [name])
        if not found:
            raise ArticleError(name, "is no longer there", "Ask again.")
        return self._catalogue.text(found[0]["sha256"])

    def _stored(self, name: str, digest: str) -> str | None:
        """What was extracted from a file of the same bytes; None where there is none."""
        found = self._catalogue.rows("SELECT sha256 FROM files WHERE name = ? AND digest = ?", [name, digest])
        try:
            return self._catalogue.text(found[0]["sha256"]) if found and found[0]["sha256"] else None
        except StorageError:
            return None

    def _extracted(self, file: str, name: str, path: Path) -> str:
        if path not in self._anew:
            found = articles(file, self._read[path].raw, {}, self._limits)
            self._anew[path] = {a.name: a.text for a in found if not isinstance(a, ArticleError)}
        if name not in self._anew[path]:
            raise ArticleError(name, f"is no longer in {file}", "Run verbatim ingest.")
        return self._anew[path][name]
