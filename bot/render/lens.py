"""The context lens: a window on an article that moves paragraph by paragraph. Pure: texts and offsets go in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.render.neutral import markdown
from retrieval.corpus.passages import paragraph_spans
from retrieval.corpus.sentences import Span, sentence_spans

STEP = 1300
"""Characters of a step. Neutralised they are at most twice as many, which leaves room for what stands around them."""

ROOM = 1400
"""The paragraphs before and after are shown beside the middle one while all together are no longer than that."""


@dataclass(frozen=True, slots=True)
class Step:
    """A paragraph, or a piece of one that is too long for a message."""

    start: int
    end: int
    paragraph: int
    """From 1."""
    part: int
    """Which piece of its paragraph, from 1."""
    parts: int


def steps(text: str, body: int) -> list[Step]:
    """Where the lens can stand in an article, in order.

    Args:
        text: the article's.
        body: where its metadata ends.

    """
    made: list[Step] = []
    for number, span in enumerate(paragraph_spans(text, body), 1):
        pieces = [span] if span[1] - span[0] <= STEP else _pieces(text, span)
        made += [Step(a, b, number, part, len(pieces)) for part, (a, b) in enumerate(pieces, 1)]
    return made


def find(stops: Sequence[Step], offset: int) -> int:
    """The index of the step that holds an offset, else of the one before it."""
    return max((n for n, step in enumerate(stops) if step.start <= offset), default=0)


def show(text: str, stops: Sequence[Step], at: int, quote: Span) -> list[str]:
    """The step in the middle as a block quote with the quote in bold, its neighbours as they are."""
    middle = stops[at]
    near = [stops[n] for n in (at - 1, at + 1) if 0 <= n < len(stops)]
    room = ROOM - (middle.end - middle.start)
    shown = [middle]
    for step in sorted(near, key=lambda s: s.end - s.start):
        if (size := step.end - step.start) <= room:
            shown.append(step)
            room -= size
    blocks = []
    for step in sorted(shown, key=lambda s: s.start):
        bold = (quote[0] - step.start, quote[1] - step.start)
        lines = markdown(text[step.start : step.end], bold)
        label = f"-# ¶ {step.paragraph}" + (f" ({step.part} of {step.parts})" if step.parts > 1 else "")
        blocks.append("\n".join([label, *(f"> {line}" if step is middle else line for line in lines)]))
    return blocks


def _pieces(text: str, paragraph: Span) -> list[Span]:
    """A long paragraph in runs of whole sentences; only a sentence longer than a step is cut, between words."""
    runs: list[Span] = []
    for sentence in sentence_spans(text, *paragraph):
        for a, b in _cut(text, sentence):
            if runs and b - runs[-1][0] <= STEP:
                runs[-1] = (runs[-1][0], b)
            else:
                runs.append((a, b))
    return runs


def _cut(text: str, sentence: Span) -> list[Span]:
    start, end = sentence
    pieces = []
    while end - start > STEP:
        space = text.rfind(" ", start + STEP // 2, start + STEP)
        cut = space if space > 0 else start + STEP
        pieces.append((start, cut))
        start = cut
    return [*pieces, (start, end)]
