"""Shingles: runs of words by which a text that was taken over from another one is known again."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from sqlite3 import Connection

from retrieval.index.words import tokens

LENGTH = 5
"""Words in a shingle. An exchanged word costs as many shingles; shorter runs are common to reports of their own."""

SAMPLED = 4
"""One in so many shingles is stored: those whose number divides by it, so that two texts store the same ones.

Source: A. Broder, On the resemblance and containment of documents, SEQUENCES (1997), "mod m" sketches.
"""

LEAST = 24
"""Shingles outside quotations below which a text is taken whole: it is little more than a quotation."""

REMEMBERED = 128
"""Texts whose shingles are kept, about 20 kB each: every answer is checked against the same few articles."""

_QUOTATION = re.compile(r"“[^“”]{1,1500}”|\"[^\"\n]{1,1500}\"|„[^„“”]{1,1500}[“”]|«[^«»]{1,1500}»")


@lru_cache(REMEMBERED)
def shingles(text: str, body: int) -> frozenset[int]:
    """Numbers of all runs of `LENGTH` words in `text[body:]`, in small letters and without punctuation.

    What stands between quotation marks is left out: two reporters who heard the same speech quote the same words.
    """
    own = _QUOTATION.split(text[body:])
    found = frozenset(number for piece in own for number in _numbers(piece))
    return found if len(found) >= LEAST else frozenset(_numbers(text[body:]))


def sampled(found: frozenset[int]) -> list[int]:
    """Those that are stored, in order."""
    return sorted(number for number in found if number % SAMPLED == 0)


def insert(db: Connection, sha256: str, text: str, body: int) -> None:
    """Store a text's shingles."""
    values = [[sha256, number] for number in sampled(shingles(text, body))]
    db.executemany("INSERT OR IGNORE INTO shingles VALUES (?, ?)", values)


def delete(db: Connection, sha256: str) -> None:
    """Remove a text's shingles."""
    db.execute("DELETE FROM shingles WHERE sha256 = ?", [sha256])


def _numbers(text: str) -> list[int]:
    words = [surface.casefold().replace("’", "'") for surface, _, _ in tokens(text)]
    return [_number(words[at : at + LENGTH]) for at in range(len(words) - LENGTH + 1)]


def _number(words: Sequence[str]) -> int:
    return zlib.crc32("\0".join(words).encode("utf-8", "surrogatepass"))
