"""From WordNet's files to the small table of meanings that is shipped: words that mean the same, and their opposites.

    python -m retrieval.training.wordnet /usr/share/wordnet

The folder is WordNet 3.0's `dict` (Debian: wordnet-base). Kept are single words in their commoner senses, as stems.
Source: G. A. Miller, WordNet: a lexical database for English, Communications of the ACM 38 (1995).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from retrieval.index.words import stem
from retrieval.reading.meanings import FILE

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")
_FILES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_NUMBERED = {"1": "n", "2": "v", "3": "a", "4": "r", "5": "a"}

SENSES = 2
"""A word counts as a member of a group of synonyms only in its first senses; the rare ones mislead."""

Synset = tuple[str, list[str], list[tuple[str, str, str]]]
"""Offset, words, and pointers as (symbol, offset, numbers of the words at both ends)."""


def synsets(folder: Path, part: str) -> Iterator[Synset]:
    """The groups of synonyms of one part of speech, as the manual page wndb(5) describes them."""
    for line in (folder / f"data.{_FILES[part]}").read_text("utf-8").splitlines():
        if line.startswith(" "):
            continue
        fields = line.split(" | ")[0].split(" ")
        count = int(fields[3], 16)
        words = [re.sub(r"\(.*", "", fields[4 + 2 * i]) for i in range(count)]
        at = 5 + 2 * count
        pointers = [
            (fields[at + 4 * i], fields[at + 4 * i + 1], fields[at + 4 * i + 3]) for i in range(int(fields[4 + 2 * count]))
        ]
        yield fields[0], words, pointers


def ranks(folder: Path, part: str) -> dict[tuple[str, str], int]:
    """(word, offset) -> which sense of the word it is, from 0."""
    found = {}
    for line in (folder / f"index.{_FILES[part]}").read_text("utf-8").splitlines():
        if not line.startswith(" "):
            fields = line.split()
            for rank, offset in enumerate(fields[-int(fields[2]) :]):
                found[fields[0], offset] = rank
    return found


def groups(folder: Path, part: str) -> tuple[set[tuple[str, ...]], set[tuple[str, str]]]:
    """Groups of stems that mean the same, and pairs of stems that mean the opposite."""
    rank = ranks(folder, part)
    read = list(synsets(folder, part))
    words_at = {offset: words for offset, words, _ in read}
    same: set[tuple[str, ...]] = set()
    opposite: set[tuple[str, str]] = set()
    for offset, words, pointers in read:
        kept = sorted({stem(w) for w in words if _WORD.fullmatch(w) and rank.get((w, offset), SENSES) < SENSES})
        if len(kept) > 1:
            same.add(tuple(kept))
        for symbol, other, ends in pointers:
            if symbol == "!":
                one, two = words[int(ends[:2], 16) - 1], words_at[other][int(ends[2:], 16) - 1]
                if _WORD.fullmatch(one) and _WORD.fullmatch(two) and stem(one) != stem(two):
                    a, b = sorted((stem(one), stem(two)))
                    opposite.add((a, b))
    return same, opposite


def irregular(folder: Path) -> dict[str, str]:
    """Forms whose stem is not that of their word: held -> hold."""
    found: dict[str, str] = {}
    for part in ("noun", "verb"):
        for line in (folder / f"{part}.exc").read_text("utf-8").splitlines():
            form, base = line.split()[:2]
            if _WORD.fullmatch(form) and _WORD.fullmatch(base) and stem(form) != stem(base):
                found[stem(form)] = stem(base)
    return found


def verbs(folder: Path) -> set[str]:
    """Stems that are verbs more often than anything else, by WordNet's counts in tagged texts."""
    counts: dict[str, Counter[str]] = {}
    for line in (folder / "cntlist.rev").read_text("utf-8").splitlines():
        sense, _, count = line.split()
        word, rest = sense.split("%")
        if _WORD.fullmatch(word):
            counts.setdefault(stem(word), Counter())[_NUMBERED[rest[0]]] += int(count)
    return {s for s, by_part in counts.items() if by_part["v"] * 2 > by_part.total()}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    same: set[tuple[str, ...]] = set()
    opposite: set[tuple[str, str]] = set()
    for part in _FILES:
        found = groups(folder, part)
        same |= found[0]
        opposite |= found[1]
    table = {
        "source": "WordNet 3.0, Copyright 2006 by Princeton University; see WORDNET-LICENSE",
        "same": [" ".join(group) for group in sorted(same)],
        "opposite": [" ".join(pair) for pair in sorted(opposite)],
        "irregular": dict(sorted(irregular(folder).items())),
        "verbs": " ".join(sorted(verbs(folder))),
    }
    # Without a time in it, so that the same WordNet gives the same bytes.
    FILE.write_bytes(gzip.compress(json.dumps(table, ensure_ascii=False).encode("utf-8"), 9, mtime=0))


if __name__ == "__main__":
    main()
