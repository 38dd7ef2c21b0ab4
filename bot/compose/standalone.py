"""Whether a question that a model rewrote may be searched for: it brings nothing into the conversation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot import question as questions
from retrieval.errors import QuestionError

_SAID = re.compile(r"\w[\w’'-]*")
SHARED = 4
"""Letters that two forms of a name have in common: Russia and Russian."""


def checked(rewritten: str, asked: str, earlier: Sequence[str], most_characters: int) -> str | None:
    """The rewritten question, cleaned; None where it may not be searched for, or says what was asked.

    It may name nothing, and give no number, that nobody in the conversation did: a model that answers, or obeys
    something in a question, names other things than those who ask.

    Args:
        rewritten: by the model.
        asked: what it was made from.
        earlier: the questions before.
        most_characters: as of every question.

    """
    try:
        text = questions.clean(rewritten, most_characters)
    except QuestionError:
        return None
    if text.casefold() == asked.strip().casefold():
        return None
    known = {word.casefold() for one in (asked, *earlier) for word in _SAID.findall(one)}
    # The first word has a capital letter in any case.
    named = [word.casefold() for word in _SAID.findall(text)[1:] if word[0].isupper() or word[0].isdigit()]
    return text if all(_known(word, known) for word in named) else None


def _known(word: str, known: set[str]) -> bool:
    plain = re.sub(r"[’']s?$", "", word)
    if plain in known or word in known:
        return True
    return not plain[0].isdigit() and any(w[:SHARED] == plain[:SHARED] and len(w) >= SHARED for w in known)
