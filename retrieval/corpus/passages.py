"""Paragraphs, and passages: runs of whole sentences that are indexed and read together."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.corpus.article import Article
from retrieval.corpus.sentences import Span, sentence_spans

_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’)\]*_]*$")
_MARKER = re.compile(r"(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|>|\|)")
_HEADING = re.compile(r"#{1,6}\s|[^.!?…:;,”\"]+$")

WRAPPED = 50
"""A line of at least this many characters that ends in mid-sentence was broken by an editor, not by the author."""

HEADING_WORDS = 8


@dataclass(frozen=True, slots=True)
class Passage:
    """An exact slice of an article: some sentences of one paragraph."""

    start: int
    end: int
    paragraph: int
    """Number of the paragraph in the article, from 1."""
    sentences: tuple[Span, ...]
    """Offsets into the article's text."""
    heading: bool
    """A line that names what follows; it is read, but never quoted as an answer."""

    def identity(self, article_sha256: str, embedded: str) -> str:
        """Id from content, so that indexing twice is harmless: the article, the slice, and what was embedded."""
        key = f"{article_sha256}\0{self.start}\0{self.end}\0{embedded}"
        return hashlib.sha256(key.encode("utf-8")).hexdigest()[:32]


def paragraph_spans(text: str, body: int = 0) -> list[Span]:
    """Paragraphs of `text[body:]`, trimmed: a line each, except that lines broken by an editor are taken together."""
    spans: list[Span] = []
    open_start: int | None = None
    lines = [(m.start(), m.end()) for m in _LINE.finditer(text, body)]
    for index, (start, end) in enumerate(lines):
        begin = start if open_start is None else open_start
        following = lines[index + 1] if index + 1 < len(lines) else None
        if following and _continues(text, (start, end), following):
            open_start = begin
            continue
        open_start = None
        stripped = text[begin:end]
        low, high = len(stripped) - len(stripped.lstrip()), len(stripped.rstrip())
        if low < high:
            spans.append((begin + low, begin + high))
    return spans


def ends_sentence(line: str) -> bool:
    """Whether a line ends as sentences do, quotation marks and brackets aside."""
    return bool(_SENTENCE_END.search(line))


def _continues(text: str, line: Span, following: Span) -> bool:
    """Whether the next line goes on with this one's paragraph."""
    here, there = text[slice(*line)].rstrip(), text[slice(*following)].lstrip()
    gap = text[line[1] : following[0]].replace("\r\n", "\n")
    if len(gap) != 1 or not here or not there or _MARKER.match(there) or _MARKER.match(here.lstrip()):
        return False
    return len(here) >= WRAPPED and not _SENTENCE_END.search(here)


def passages(article: Article, max_words: int) -> Iterator[Passage]:
    """All passages of an article, in order: paragraphs, the long ones divided between sentences.

    Args:
        article: the whole text.
        max_words: size at which a paragraph is divided; a longer sentence stays whole.

    """
    paragraphs = paragraph_spans(article.text, article.body)
    for number, (start, end) in enumerate(paragraphs, 1):
        sentences = sentence_spans(article.text, start, end)
        heading = _is_heading(article.text, paragraphs, number - 1)
        for run in _runs(article.text, sentences, max_words):
            yield Passage(run[0][0], run[-1][1], number, tuple(run), heading)


def _runs(text: str, sentences: list[Span], max_words: int) -> Iterator[list[Span]]:
    """Runs of about equal size, none above `max_words` unless one sentence is."""
    sizes = [len(text[a:b].split()) for a, b in sentences]
    pieces = max(1, -(-sum(sizes) // max_words))
    target = sum(sizes) / pieces
    run: list[Span] = []
    size = 0
    for sentence, words in zip(sentences, sizes, strict=True):
        if run and (size + words > max_words or size + words / 2 > target):
            yield run
            run, size = [], 0
        run.append(sentence)
        size += words
    if run:
        yield run


def _is_heading(text: str, paragraphs: list[Span], index: int) -> bool:
    """A Markdown heading, or a short unpunctuated line between paragraphs of full sentences."""
    line = text[slice(*paragraphs[index])]
    if line.startswith("#") and _HEADING.match(line):
        return "\n" not in line
    if "\n" in line or len(line.split()) > HEADING_WORDS or not _HEADING.fullmatch(line) or index + 1 == len(paragraphs):
        return False
    neighbours = paragraphs[max(0, index - 1) : index] + paragraphs[index + 1 : index + 2]
    return line[:1].isupper() and all(_SENTENCE_END.search(text[a:b]) for a, b in neighbours)
