"""Names that mean the same, and spellings that are close: so that another form of a name is not taken for absence."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import DamerauLevenshtein

from retrieval.errors import SettingsError
from retrieval.index.words import stems

_ENDINGS = re.compile(r"(?:ians?|eans?|ans?|ese|es|ish|ic|ia|i|n|a|y|e)$")
"""What turns a country into its people or language: Georgia, Georgian; China, Chines(e); Sweden, Swedish."""

_TRANSLITERATED = [
    (re.compile(a), b) for a, b in ((r"kh", "h"), (r"[yji]+", "i"), (r"ck|q", "k"), (r"ou", "u"), (r"w", "v"))
]

_WRITTEN = {"h": "hk", "i": "ijy", "k": "kqc", "u": "uo", "v": "vw"}
"""First letter of a sound -> with what its words may begin."""


class Aliases:
    """Groups of names; a name is one or more stems."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._groups = [[tuple(stems(name)) for name in group] for group in groups]
        self._of: dict[tuple[str, ...], list[int]] = {}
        for number, group in enumerate(self._groups):
            for name in group:
                self._of.setdefault(name, []).append(number)
        self._longest = max((len(name) for name in self._of), default=0)

    @classmethod
    def load(cls, path: Path) -> Aliases:
        """Read the table; a missing file is an empty one.

        Raises:
            SettingsError: not TOML, or not lists of names.

        """
        if not path.exists():
            return cls()
        try:
            groups = tomllib.loads(path.read_text("utf-8"))["groups"]
            if not all(isinstance(name, str) for group in groups for name in group):
                raise TypeError
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
            raise SettingsError(
                f"{path} is not a table of aliases ({error})", 'Write groups = [["Kyiv", "Kiev"], …].'
            ) from None
        return cls(groups)

    @property
    def fingerprint(self) -> str:
        """Tells tables of different names apart."""
        return hashlib.sha256(repr(self._groups).encode("utf-8")).hexdigest()[:16]

    def merged(self, asked: Sequence[str]) -> list[tuple[int, int, int]]:
        """Names in a sequence of stems as (start, end, group), the longest first taken, none overlapping."""
        merged = []
        start = 0
        while start < len(asked):
            for length in range(min(self._longest, len(asked) - start), 0, -1):
                if groups := self._of.get(tuple(asked[start : start + length])):
                    merged.append((start, start + length, groups[0]))
                    start += length
                    break
            else:
                start += 1
        return merged

    def found(self, asked: Sequence[str]) -> dict[int, set[tuple[str, ...]]]:
        """For each position in a sequence of stems: the other names of the thing named there."""
        others: dict[int, set[tuple[str, ...]]] = {}
        for start in range(len(asked)):
            for length in range(1, self._longest + 1):
                name = tuple(asked[start : start + length])
                for number in self._of.get(name, ()):
                    for position in range(start, min(start + length, len(asked))):
                        others.setdefault(position, set()).update(self._groups[number])
        return others


def initials(word: str) -> str:
    """The letters with which a close spelling of a word can begin; none where it has none."""
    if not _has_spellings(word):
        return ""
    # Of the words that sound the same: what is written as their first letter.
    return word[0] + _WRITTEN.get(_sound(word)[:1], _sound(word)[:1])


def close_spelling(word: str, vocabulary: Iterable[str]) -> list[str]:
    """The words of a vocabulary that are this one with a slip, another transliteration or another ending.

    Numbers have no spelling variants. A slip is one edit (two neighbours exchanged count as one, Damerau 1964) in
    words of five letters or more, two from ten letters on.
    """
    if not _has_spellings(word):
        return []
    slips = 0 if len(word) < 5 else 1 if len(word) < 10 else 2
    root, sound = _root(word), _sound(word)
    close = []
    for other in vocabulary:
        if abs(len(other) - len(word)) > 4 or len(other) < 4 or other[:1].isdigit():
            continue
        near = slips and other[0] == word[0] and DamerauLevenshtein.distance(word, other, score_cutoff=slips) <= slips
        if near or (other[:3] == word[:3] and {other, _root(other)} & {word, root}) or _sound(other) == sound:
            close.append(other)
    return close


def same_name(word: str, other: str) -> bool:
    """Whether two stems are one name in another transliteration or with another ending; a slip is not forgiven."""
    if word == other:
        return True
    if min(len(word), len(other)) < 4 or word[:1].isdigit() or other[:1].isdigit():
        return False
    return _sound(word) == _sound(other) or (word[:3] == other[:3] and _root(word) == _root(other))


def _has_spellings(word: str) -> bool:
    return len(word) >= 4 and not word[:1].isdigit()


@lru_cache(maxsize=200_000)
def _root(word: str) -> str:
    root = _ENDINGS.sub("", word)
    return root if len(root) >= 4 else word


@lru_cache(maxsize=200_000)
def _sound(word: str) -> str:
    for pattern, letter in _TRANSLITERATED:
        word = pattern.sub(letter, word)
    return word
