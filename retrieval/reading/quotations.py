"""What a sentence says outside quotation marks, and whether it stands inside a quotation that was opened before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.corpus.sentences import Span

HIDDEN = "¶"
"""Stands for everything between two quotation marks."""

_MARK = re.compile(r"[“”„«»]|\"(?:(?<!\d\")|(?=[\s,.;:!?)]|$))|``|''|‘(?<![\w’']‘)(?=\w)|’(?<=[.,!?…]’)(?!\w)")
"""Quotation marks; not the sign for inches, an apostrophe, or a possessive."""

_OPENING = frozenset({"“", "„", "«", "‘", "``"})
_CLOSING = frozenset({"”", "»", "’", "''"})
LONGEST = 3000
"""Characters of a sentence that are looked at; longer ones are tables or worse."""

_ENDING = frozenset({"”", "»", "''"})
"""Marks that never mean anything but an end."""

_BRACKETS = re.compile(r"\s?\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\]")
_LOOSE = re.compile(r"\s+(?=[,.;:!?)”]|['’](?:s\b|\s|$))|(?<=[(“])\s+")
_DASH = re.compile(r"\s*—\s*|\s–\s(?!\d)|\s--\s")
_SPACE = re.compile(r"\s+")
_QUOTE_BEGINS = re.compile(r"\s*[“„«\"‘]")
_ANY = re.compile(r"[“”„«»\"‘’`']")
_NEXT_MARK = re.compile(r"[“”„«»\"]")


@dataclass(frozen=True, slots=True)
class Outline:
    """A sentence as grammar sees it."""

    words: str
    """Spaces as in print, brackets left out, every quotation as “¶” with its last comma or full stop."""
    inside: bool
    """It begins inside a quotation that an earlier sentence opened."""
    open: bool
    """It ends inside a quotation."""
    quoted: float
    """Share of its letters that stand in quotation marks."""
    paragraph: bool
    """It is the first of its paragraph."""


class Outlines:
    """Outlines of a run of sentences, made when they are asked for; quotation marks are counted from the first on."""

    def __init__(self, text: str, sentences: Sequence[Span], first: int, last: int, *, inside: bool = False) -> None:
        """Of `sentences[first:last]`; `inside` says whether the first begins within a quotation."""
        self._text, self._sentences = text, sentences
        self._states: dict[int, tuple[bool, bool]] = {}
        self._made: dict[int, Outline] = {}
        is_open = inside
        for index in range(first, last):
            start, end = sentences[index]
            gap = text[sentences[index - 1][1] : start] if index else "\n"
            breaks = "\n" in gap or "\r" in gap
            if is_open and breaks:
                is_open = _goes_on(text, start, gap)
            self._states[index] = (is_open, breaks)
            marks = _marks(text[start:end], is_open, breaks)
            is_open = marks[-1][1] if marks else is_open

    def __getitem__(self, index: int) -> Outline:
        """The outline of `sentences[index]`."""
        if index not in self._made:
            self._made[index] = _outline(self._text[slice(*self._sentences[index])], *self._states[index])
        return self._made[index]


def _goes_on(text: str, start: int, gap: str) -> bool:
    """Whether a quotation that is open where a paragraph ends is still open in the next.

    Convention: each paragraph of a long quotation begins with an opening mark and only the last ends with a closing one.
    """
    if _QUOTE_BEGINS.match(text, start):
        return True
    following = _NEXT_MARK.search(text, start, start + 600)
    return gap.replace("\r\n", "\n").count("\n") == 1 and following is not None and following[0] in _CLOSING


def _marks(sentence: str, inside: bool, breaks: bool) -> list[tuple[re.Match[str], bool]]:
    """The quotation marks that open or close a quotation, and whether they open; others mean nothing."""
    if not _ANY.search(sentence):
        return []
    found: list[tuple[re.Match[str], bool]] = []
    is_open = inside
    for mark in _MARK.finditer(sentence, _begins(sentence, inside, breaks)):
        opens = mark[0] in _OPENING or (mark[0] not in _CLOSING and not is_open)
        if opens != is_open or (not found and mark[0] in _ENDING):
            found.append((mark, opens))
            is_open = opens
    return found


def _begins(sentence: str, inside: bool, breaks: bool) -> int:
    """Where the words of a quotation go on: after the opening mark that a new paragraph of it has."""
    again = _QUOTE_BEGINS.match(sentence) if inside and breaks else None
    return again.end() if again else 0


def _outline(sentence: str, inside: bool, breaks: bool) -> Outline:
    marks = _marks(sentence, inside, breaks)
    # A quotation that only ends here began before it, even where its beginning was not seen.
    inside = inside or (bool(marks) and not marks[0][1])
    ends_open = marks[-1][1] if marks else inside
    sentence = sentence[:LONGEST]
    marks = [found for found in marks if found[0].end() <= LONGEST]
    pieces = ["“"] if inside else []
    is_open, at, hidden = inside, _begins(sentence, inside, breaks), 0
    for mark, opens in marks:
        between = sentence[at : mark.start()]
        if opens:
            pieces += [between, "“"]
        else:
            hidden += _letters(between)
            pieces += [HIDDEN, _last(between), "”"]
        is_open, at = opens, mark.end()
    rest = sentence[at:]
    if is_open:
        hidden += _letters(rest)
        pieces += [HIDDEN, _last(rest)]
    else:
        pieces.append(rest)
    letters = _letters(sentence) if hidden else 0
    words = _DASH.sub(", ", _BRACKETS.sub("", "".join(pieces)))
    words = _SPACE.sub(" ", _LOOSE.sub("", words)).strip()
    return Outline(words, inside, ends_open, hidden / letters if letters else 0.0, breaks)


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _last(quoted: str) -> str:
    end = quoted.rstrip()[-1:]
    return end if end in {",", ".", "!", "?", ":", ";"} else ""
