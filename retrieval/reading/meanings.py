"""Words that mean the same, and words that mean the opposite: WordNet's groups, as stems."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from retrieval.errors import WeightsError
from retrieval.reading.reader import WEIGHTS

FILE = WEIGHTS / "wordnet.json.gz"


class Meanings:
    """Compares stems as `retrieval.index.words` makes them."""

    def __init__(
        self,
        same: Iterable[Iterable[str]] = (),
        opposite: Iterable[Iterable[str]] = (),
        irregular: Mapping[str, str] | None = None,
        verbs: Iterable[str] = (),
    ) -> None:
        """Groups of stems, pairs of stems, form -> base of irregular words, and stems that mostly are verbs."""
        self._irregular = dict(irregular or {})
        self._verbs = frozenset(verbs)
        self._groups: dict[str, set[int]] = {}
        for number, group in enumerate(same):
            for stem in group:
                self._groups.setdefault(self.base(stem), set()).add(number)
        self._opposite: dict[str, set[str]] = {}
        for pair in opposite:
            one, two = (self.base(s) for s in pair)
            self._opposite.setdefault(one, set()).add(two)
            self._opposite.setdefault(two, set()).add(one)

    @classmethod
    def load(cls, path: Path = FILE) -> Meanings:
        """The shipped table.

        Raises:
            WeightsError: it is missing or broken.

        """
        try:
            table = json.loads(gzip.decompress(path.read_bytes()))
            same = [group.split() for group in table["same"]]
            opposite = [pair.split() for pair in table["opposite"]]
            return cls(same, opposite, table["irregular"], table["verbs"].split())
        except (OSError, EOFError, ValueError, KeyError) as error:
            raise WeightsError(
                f"The table of meanings {path} cannot be read ({error})", "Check out the project again."
            ) from None

    def base(self, stem: str) -> str:
        """The stem of the word that an irregular form belongs to, else the stem itself."""
        return self._irregular.get(stem, stem)

    def same(self, one: str, other: str) -> bool:
        """Whether two stems can mean the same."""
        one, other = self.base(one), self.base(other)
        return one == other or not self._groups.get(one, set()).isdisjoint(self._groups.get(other, set()))

    def opposite(self, one: str, other: str) -> bool:
        """Whether one stem, or a word that means the same, is the opposite of the other."""
        one, other = self.base(one), self.base(other)
        if one == other:
            return False
        return any(self.same(o, other) for o in self._opposite.get(one, ())) or any(
            self.same(one, o) for o in self._opposite.get(other, ())
        )

    def verb(self, stem: str) -> bool:
        """Whether a stem is a verb more often than not."""
        return self.base(stem) in self._verbs
