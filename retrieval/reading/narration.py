"""Texts in which one person speaks: a speech, an open letter. Who it is often stands nowhere in them."""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = re.compile(r"[“\"][^”\"\n]*[”\"]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SELF = re.compile(r"\b(?:I|[Mm]y|[Mm]e|[Mm]yself)\b")

SHARE = 0.2
"""From this share of sentences with "I" or "my" on, outside quotation marks, a text is one person speaking. News reports
and encyclopedia articles have 0 to 0.01; the State of the Union address of 2024 has 0.35."""

SENTENCES = 8
"""So many such sentences at least: a short text may have some by chance."""

_BEFORE = re.compile(
    r"(?:^|\b(?:did|does|do|has|have|had|is|was|will|would|can|could|should|must|may|might|by|that|according to))\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(r"^(?:['’]s?(?!\w)|\s+[a-z]+(?:s|ed)\b)")


@lru_cache(maxsize=512)
def first_person(text: str) -> bool:
    """Whether a text as a whole is one person speaking of himself or herself."""
    sentences = [s for s in _SENTENCE.split(_QUOTED.sub("", text)) if len(s.split()) > 3]
    own = sum(bool(_SELF.search(s)) for s in sentences)
    return own >= SENTENCES and own >= SHARE * len(sentences)


def acts(question: str, start: int, end: int) -> bool:
    """Whether what stands there is, by its place, who says or does what is asked about: "did NAME promise", "NAME's plan".

    Args:
        question: as asked.
        start: where the name begins, titles and first names before it included.
        end: where it ends.

    """
    return bool(_BEFORE.search(question[:start]) or _AFTER.match(question[end:]))
