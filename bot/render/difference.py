"""What has changed in quoted words, word by word. Pure: texts go in, pieces or Markdown come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from bot.render.neutral import inline


class Kind(StrEnum):
    """What became of some words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words in a row with the same fate."""

    kind: Kind
    words: str
    """With single spaces between them."""

    def to_json(self) -> dict[str, str]:
        """For machines."""
        return {"kind": self.kind.value, "words": self.words}


def difference(before: str, after: str | None) -> list[Piece]:
    """How one text became the other, in order; removed words stand before those that replace them.

    The removed and same pieces together are all words of `before`, the added and same ones all words of `after`. The
    matching is difflib's (Ratcliff and Obershelp).
    """
    old, new = before.split(), (after or "").split()
    pieces: list[Piece] = []
    # Without its "junk" heuristic, which would ignore frequent words in long quotes.
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Kind.SAME, " ".join(old[a:b])))
            continue
        if a < b:
            pieces.append(Piece(Kind.REMOVED, " ".join(old[a:b])))
        if c < d:
            pieces.append(Piece(Kind.ADDED, " ".join(new[c:d])))
    return pieces


def markdown(before: str, after: str | None) -> str:
    """The difference for Discord, in one line: removed words struck, added ones in bold, none of them formats or pings."""
    return " ".join(_marked(before, after))


def _marked(before: str, after: str | None) -> Iterator[str]:
    around = {Kind.SAME: "", Kind.REMOVED: "~~", Kind.ADDED: "**"}
    for piece in difference(before, after):
        # Words that cannot be seen would leave empty marks, which Discord shows as asterisks.
        if shown := inline(piece.words):
            yield f"{around[piece.kind]}{shown}{around[piece.kind]}"


def plain(before: str, after: str | None) -> str:
    """The difference for a terminal without colours: [-removed-] and {+added+}, as `git diff --word-diff` has it."""
    forms = {Kind.SAME: "{}", Kind.REMOVED: "[-{}-]", Kind.ADDED: "{{+{}+}}"}
    return " ".join(forms[piece.kind].format(piece.words) for piece in difference(before, after))
