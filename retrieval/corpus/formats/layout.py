"""Lines on pages -> paragraphs: what the page broke is joined again, and what only the page needed is left out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from retrieval.corpus.formats.part import heading, one_line

MARGIN = 0.12
"""Share of a page's height at its top and bottom in which running heads stand."""

_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_ENDS = re.compile(r"[.!?…:;][\"'”’)\]]*$")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W_]+)[-‐\u00ad]$")
_BULLET = re.compile(r"[•‣◦▪●–—*·]\s|\d{1,3}[.)]\s|\([a-z0-9]{1,3}\)\s")
_HEADING_WORDS = 20
_LEADING = 1.2
_WIDE = 1.7
"""Distances between lines as multiples of the size of the letters: the usual one, and more than lines have."""


@dataclass(slots=True)
class Line:
    """A line as it stands on its page."""

    text: str
    x: float
    y: float
    """Height of its foot, in points from below."""
    size: float
    """Of its letters, in points."""
    bold: bool
    """All of it is."""
    height: float
    """Share of the page's height at which it stands."""

    def add(self, text: str, size: float, bold: bool) -> None:
        """Write on. The longer part decides how large the line is: signs before and in a line are often smaller."""
        if len(text) > len(self.text):
            self.size = size
        self.text += text
        self.bold = self.bold and bold


def paragraphs(pages: Sequence[Sequence[Line]]) -> tuple[list[str], str]:
    """The paragraphs of a document, headings marked; and its headline, the largest on the first page, if it has one."""
    running = _running(pages)
    kept = [[line for line in page if id(line) not in running] for page in pages]
    lines = [line for page in kept for line in page]
    if not lines:
        return [], ""
    words = Counter(word.casefold() for line in lines for word in _WORD.findall(line.text.translate(_LIGATURES)))
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0]
    leading = _leading(kept, body)
    width = sorted(len(line.text) for line in lines if line.size == body)[-max(1, len(lines) // 10) :][0]
    found: list[str] = []
    headlines: list[tuple[float, str]] = []
    for block in _blocks(lines, leading, width):
        text = one_line(_written(block, words))
        if _is_heading(block, text, body):
            if any(line is block[0] for line in kept[0]):
                headlines.append((block[0].size, text))
            text = heading(text)
        found.append(text)
    return [p for p in found if p], max(headlines, key=lambda h: h[0], default=(0, ""))[1]


def _running(pages: Sequence[Sequence[Line]]) -> set[int]:
    """Lines in the margins that repeat: the same words at the same height on a third of the pages and on two at least;
    or with a number in them that counts the pages.
    """
    places: defaultdict[tuple[str, int], list[tuple[int, Line]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for line in page:
            if line.height > 1 - MARGIN or line.height < MARGIN:
                places[_NUMBER.sub("0", one_line(line.text)), round(line.y / 4)].append((number, line))
    needed = max(2, len(pages) / 3)
    out: set[int] = set()
    for group in places.values():
        texts = Counter(one_line(line.text) for _, line in group)
        same = {text for text, times in texts.items() if times >= needed}
        counts = len({n for n, _ in group}) >= needed and _counts(group)
        out |= {id(line) for _, line in group if counts or one_line(line.text) in same}
    return out


def _counts(group: Sequence[tuple[int, Line]]) -> bool:
    """Whether one of the numbers in the lines rises by one from page to page."""
    rows = [[int(n) - page for n in _NUMBER.findall(line.text)[:4]] for page, line in group]
    return any(len(set(column)) == 1 for column in zip(*rows, strict=False))


def _leading(pages: Sequence[Sequence[Line]], body: float) -> float:
    """The usual distance between lines of the text."""
    lines = [line for page in pages for line in page if line.size == body]
    gaps = sorted(a.y - b.y for page in pages for a, b in pairwise(page) if a.size == b.size == body)
    gaps = [gap for gap in gaps if 0 < gap < 3 * body]
    usual = gaps[len(gaps) // 5] if gaps else _LEADING * body
    # Paragraphs of a line each, and not lines far apart.
    alone = usual > _WIDE * body and 2 * sum(bool(_ENDS.search(line.text.rstrip())) for line in lines) > len(lines)
    return _LEADING * body if alone else usual


def _blocks(lines: Sequence[Line], leading: float, width: int) -> Iterator[list[Line]]:
    block: list[Line] = []
    for line in lines:
        if block and not _goes_on(block[-1], line, leading, width):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _goes_on(line: Line, following: Line, leading: float, width: int) -> bool:
    """Whether the next line belongs to the same paragraph."""
    if abs(line.size - following.size) > 0.1 * line.size or line.bold != following.bold or _BULLET.match(following.text):
        return False
    gap = line.y - following.y
    ended = bool(_ENDS.search(line.text.rstrip()))
    if gap <= 0 or gap > 3 * leading:
        # The next column or page: only a sentence that is not over goes on there.
        return not ended and not line.bold
    if gap > 1.3 * max(leading, 1.2 * line.size if line.bold else 0):
        return False
    indented = following.x > line.x + 0.7 * line.size
    short = len(line.text) < 0.75 * width
    return not (ended and (indented or short))


def _is_heading(block: Sequence[Line], text: str, body: float) -> bool:
    larger = block[0].size > 1.12 * body
    return (larger or block[0].bold) and len(text.split()) <= _HEADING_WORDS and not re.search(r"[.;,:]$", text)


def _written(block: Sequence[Line], words: Counter[str]) -> str:
    """Lines as one text; a word that was divided at the end of a line is made whole.

    Whether its hyphen belongs to it is decided by how the document writes it elsewhere; if it does not, the hyphen goes,
    except before a capital or a figure.
    """
    text = ""
    for line in block:
        piece = line.text.translate(_LIGATURES).strip()
        match = _BROKEN.search(text)
        if not match or not piece[:1].isalnum():
            text = f"{text} {piece}" if text else piece
            continue
        rest = _WORD.match(piece)
        head, tail = match[1].casefold(), rest[0].casefold() if rest else ""
        kept = not piece[0].islower() or (words[f"{head}-{tail}"] > 0 and words[head + tail] == 0)
        text = (text[:-1] + "-" if kept else text[:-1]) + piece
    return text
