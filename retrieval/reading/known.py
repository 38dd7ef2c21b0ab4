"""What a whole article tells of those it names: names in full, he or she, and the turns of a transcript."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache

from retrieval.reading.mentions import NAME, name_of, personal
from retrieval.reading.nouns import FEMALE, MALE

_TURN = re.compile(r"^[ \t]*([A-Z][A-Z.’' -]*[A-Z.]{2})(?: \([^)\n]{1,40}\))?:[ \t]", re.MULTILINE)
LEAST_TURNS = 3
"""A text with fewer lines that begin with a name in capitals and a colon is no transcript."""

_FIRST = re.compile(r"(?<![\w’'.-])(?:I(?![\w.])|[Mm]y(?=\s[a-z])|[Ww]e(?=[\s’'])|[Oo]ur(?=\s[a-z]))")
_QUOTED = re.compile(r"“[^”]{0,3000}”|\"[^\"]{0,3000}\"|``.{0,3000}?''", re.DOTALL)
LEAST_FIRST = 4
FIRST = 0.015
"""Number and share of words by which somebody speaks of himself, from which on a text is a speech; in news it is 0."""

_NEAR = 160
"""Characters after a name in which a pronoun can tell whether it is a man's or a woman's."""

_SEX = re.compile(r"\b(?:(he|his|him|himself)|(she|her|hers|herself))\b|(?<=[.!?”\"]\s)(?:(He|His)|(She|Her))\b")


BEFORE = 60
"""Characters before a surname in which the rest of the name stands."""


class Known:
    """Looked up as needed; one for each text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._full: dict[str, list[tuple[int, str]]] = {}
        self._sex: dict[str, str] = {}
        self._common: dict[str, bool] = {}
        self._alone: dict[str, bool] = {}

    def turn(self, at: int) -> str | None:
        """Whose turn it is at a place in a transcript; None where the text is none, or before the first."""
        places, names = self._turns
        number = bisect_right(places, at)
        return names[number - 1] if number else None

    def alone(self, word: str) -> bool:
        """Whether a name of one word is a person's: the text calls it he or she, and nothing is in it, from it or to it."""
        if word not in self._alone:
            place = re.search(
                rf"\b(?:[Ii]n|[Ff]rom|[Tt]o|[Aa]t|[Nn]ear|[Aa]cross|[Ii]nto)\s{re.escape(word)}(?![\w’'-])", self._text
            )
            self._alone[word] = bool(not place and self.sex(word))
        return self._alone[word]

    @cached_property
    def speech(self) -> bool:
        """Whether somebody speaks in the first person throughout, outside quotation marks, and nobody says who."""
        own = _QUOTED.sub("", self._text)
        words = len(own.split())
        return len(_FIRST.findall(own)) >= max(LEAST_FIRST, words * FIRST)

    def full(self, surname: str, end: int) -> str | None:
        """The name in full under which a person was introduced before `end`; the first if several share it."""
        if surname not in self._full:
            self._full[surname] = list(self._search(surname))
        return next((name for at, name in self._full[surname] if at < end), None)

    def common(self, word: str) -> bool:
        """Whether a sentence's first word is a common noun: the text has it in small letters, and not with a capital."""
        if word not in self._common:
            small = re.search(rf"(?<![\w’'-]){re.escape(word.casefold())}(?![\w-])", self._text)
            large = re.search(rf"(?<=[a-z,] ){re.escape(word)}(?![\w-])", self._text)
            self._common[word] = bool(small and not large)
        return self._common[word]

    def sex(self, name: str) -> str:
        """Either "he" or "she" where the text's own pronouns and titles tell, else nothing."""
        if name not in self._sex:
            self._sex[name] = self._voted(name)
        return self._sex[name]

    @cached_property
    def _turns(self) -> tuple[list[int], list[str]]:
        found = [(m.start(1), m[1]) for m in _TURN.finditer(self._text)]
        if len(found) < LEAST_TURNS:
            return [], []
        return [at for at, _ in found], [" ".join(w.capitalize() for w in name.split()) for _, name in found]

    def _search(self, surname: str) -> list[tuple[int, str]]:
        found = []
        for match in re.finditer(rf"(?<=[\w.][ ]){re.escape(surname)}(?![\w-])", self._text):
            start = max(0, match.start() - BEFORE)
            line = self._text[start : match.end()].rsplit("\n", 1)[-1]
            start = match.end() - len(line)
            runs = [r for r in NAME.finditer(line) if r.end() == len(line)]
            if not runs:
                continue
            before = line[: runs[0].start()].split()
            kept = name_of(runs[0][0])
            described = before[-1].casefold().strip(".") if before else ""
            if kept and len(kept[0].split()) >= 2 and personal(*kept) and (described != "the" or kept[1]):
                found.append((start + runs[0].start(), kept[0]))
        return found

    def _voted(self, name: str) -> str:
        surname = name.split()[-1]
        votes = {"he": 0, "she": 0}
        for match in re.finditer(rf"(?:(\w+)\.?[ ])?(?<!\w){re.escape(surname)}(?!\w)", self._text):
            title = (match[1] or "").casefold()
            if title in MALE or title in FEMALE:
                votes["he" if title in MALE else "she"] += 3
            near = self._text[match.end() : match.end() + _NEAR]
            if stop := re.search(r"\n\s*\n|(?<![A-Z])[A-Z][a-zé]+ (?:[A-Z]\. ?)?[A-Z][a-zé]+", near):
                near = near[: stop.start()]
            if pronoun := _SEX.search(near):
                votes["he" if pronoun[1] or pronoun[3] else "she"] += 1
        he, she = votes["he"], votes["she"]
        return "he" if he > 2 * she else "she" if she > 2 * he else ""


@lru_cache(maxsize=16)
def known(text: str) -> Known:
    """What a text tells; kept for the texts asked about last."""
    return Known(text)
