"""Where quoted words stand in a later version of their article: at another place, or changed, or not at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import Indel

from retrieval.corpus.passages import paragraph_spans
from retrieval.corpus.sentences import Span, sentence_spans

LEAST = 0.5
"""Share of words in common from which on a passage is the quoted one, changed. Sentences of one article that have
nothing to do with each other share less than 0.4: the small words."""


@dataclass(frozen=True)
class Version:
    """An article as it is at some time."""

    text: str
    body: int
    """Where its metadata ends."""

    @cached_property
    def sentences(self) -> list[Span]:
        """All, in order."""
        return [s for a, b in paragraph_spans(self.text, self.body) for s in sentence_spans(self.text, a, b)]

    def same(self, quoted: str, near: int) -> Span | None:
        """The place of the very same words as whole sentences; None if there is none. White space may differ.

        Words that have become a part of a longer sentence are not the same: that sentence may deny them.

        Args:
            quoted: whole sentences.
            near: of several places the one nearest to this offset is taken.

        """
        # Most often they stand there to the letter, and a search for that is quick.
        pattern = re.escape(quoted) if quoted in self.text else r"\s+".join(map(re.escape, quoted.split()))
        places = [match.span() for match in re.finditer(pattern, self.text)] if quoted.split() else []
        if not places:
            return None
        starts, ends = ({s[side] for s in self.sentences} for side in (0, 1))
        whole = [place for place in places if place[0] in starts and place[1] in ends]
        return min(whole, key=lambda place: abs(place[0] - near), default=None)

    def closest(self, quoted: str) -> Span | None:
        """The whole sentences that have most in common with quoted ones; None if none come near.

        Compared are runs of as many sentences as were quoted, one less and one more, by the longest common subsequence
        of words (Indel similarity, 0 to 1).
        """
        spans, wanted = self.sentences, quoted.split()
        sizes = [len(self.text[a:b].split()) for a, b in spans]
        count = max(1, len(sentence_spans(quoted, 0, len(quoted))))
        best, found = LEAST, None
        for length in range(max(1, count - 1), count + 2):
            for at in range(len(spans) - length + 1):
                size = sum(sizes[at : at + length])
                if 2 * min(size, len(wanted)) < best * (size + len(wanted)):
                    # Even if it held nothing else, it would be too long or too short.
                    continue
                start, end = spans[at][0], spans[at + length - 1][1]
                score = Indel.normalized_similarity(wanted, self.text[start:end].split(), score_cutoff=best)
                if score > best or (found is None and score >= best):
                    best, found = score, (start, end)
        return found

    def around(self, start: int, end: int) -> Span | None:
        """The whole sentences that stand at these offsets; None where there are none."""
        touched = [s for s in self.sentences if s[0] < end and s[1] > start]
        return (touched[0][0], touched[-1][1]) if touched else None
