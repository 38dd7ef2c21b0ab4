"""`verbatim eval` on a file of speakers: needs no index and no model."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

from bot.commands.opening import tell
from bot.evaluation import speakers
from bot.evaluation.questions import QuestionFileError
from bot.render.terminal import visible
from bot.wiring import Project
from retrieval.corpus import articles, files, metadata
from retrieval.corpus.article import Article
from retrieval.corpus.files import Source
from retrieval.corpus.formats import registry
from retrieval.corpus.formats.part import Limits
from retrieval.errors import ArticleError
from retrieval.reading.speakers import speaker

PARAGRAPHS = ".json.gz"
"""The reader's data: `FILE#N` is the paragraph of that number."""


def run(project: Project, file: Path, *, as_json: bool) -> int:
    """Score a file of speakers; 1 when a split is below the file's threshold.

    Raises:
        QuestionFileError: it is malformed, or none of its articles is there.
        ArticleError: one of them cannot be taken in.

    """
    limits, labelled = speakers.load(file)
    ingest = project.settings.ingest
    opened = Library(Limits(ingest.max_bytes, ingest.document_bytes, ingest.pages, ingest.expanded_bytes))
    told = []
    for gold in labelled:
        found = opened.article(gold.corpus, gold.article)
        if found is None:
            tell(f"{gold.article} is not there, {len(gold.sentences)} sentences left out")
            continue
        told += speakers.tell_all(gold, found, speaker)
    if not told:
        raise QuestionFileError(f"{file}: none of its articles is there", "Name their folders relative to the file.")
    scored = speakers.to_json(told, limits)
    if as_json:
        print(json.dumps(scored, ensure_ascii=False))
    else:
        for line in speakers.lines(scored):
            print(visible(line))
    return 1 if scored["below_thresholds"] else 0


class Library:
    """The labelled articles, taken in as an ingest takes them, whatever their format; every file is read once."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._known: dict[Path, Mapping[str, Article | str]] = {}

    def article(self, folder: Path, name: str) -> Article | None:
        """An article by its name as the index would have it; None where its file, or it in the file, is not there.

        Raises:
            ArticleError: the file cannot be taken in.

        """
        paragraphs = name.partition("#")[0].endswith(PARAGRAPHS)
        file = name.partition("#")[0] if paragraphs else registry.file_of(name)
        path = folder / file
        if not path.exists():
            return None
        if path not in self._known:
            self._known[path] = _paragraphs(path) if paragraphs else self._taken(Source(file, path))
        found = self._known[path].get(name)
        return metadata.article(name, found, {}) if isinstance(found, str) else found

    def _taken(self, source: Source) -> dict[str, Article]:
        found = articles.articles(source.name, files.read(source, self._limits).raw, {}, self._limits)
        return {article.name: article for article in found if not isinstance(article, ArticleError)}


def _paragraphs(path: Path) -> dict[str, str]:
    texts = json.loads(gzip.decompress(path.read_bytes()))["contexts"]
    return {f"{path.name}#{n}": text for n, text in enumerate(texts)}
