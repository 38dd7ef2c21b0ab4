"""Whether a question that a model rewrote may be searched for in place of what a person asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.compose.replies import Nonsense, foreign
from retrieval.index.words import is_content, stem, tokens

MOST_CHARACTERS = 200
"""By which a rewritten question may be longer than the follow-up: the names that it left to the earlier questions."""
MOST_NEW = 2
"""Words of content that stand neither in the follow-up nor before it: a verb in another form."""

_ASKING = re.compile(r"\b(who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_DENYING = re.compile(r"\b(?:not|no|never|nobody|none|nothing|without|neither|nor|cannot)\b|n[’']t\b", re.IGNORECASE)
_MARKUP = re.compile(r"https?:|www\.|[@#<>\[\]{}`|*_\\]")
_POINTING = re.compile(r"\W*(?:(?:and|but|so|or)\s+)?(?:(?:what|how)\s+about\b)?", re.IGNORECASE)


def checked(rewritten: str, question: str, earlier: Sequence[str]) -> str:
    """The rewritten question, if it asks for what was asked and for nothing of the model's own.

    Raises:
        Nonsense: it does not; says why.

    """
    known = " ".join([question, *earlier])
    if rewritten.count("?") != 1 or not rewritten.endswith("?") or "\n" in rewritten:
        raise Nonsense("wrote something that is not one question")
    if len(rewritten) > len(question) + MOST_CHARACTERS or len(rewritten.split()) < 2:
        raise Nonsense("wrote a question of no sane length")
    if _MARKUP.search(rewritten) and not _MARKUP.search(known):
        raise Nonsense("wrote markup into the question")
    if foreign(rewritten, known):
        raise Nonsense("wrote in another language, or of something else")
    _nothing_new(rewritten, known)
    _nothing_lost(rewritten, question, earlier)
    return rewritten


def _nothing_new(rewritten: str, known: str) -> None:
    stems = {stem(surface) for surface, _, _ in tokens(known)}
    new = [surface for surface, _, _ in tokens(rewritten) if is_content(surface) and stem(surface) not in stems]
    if names := [surface for surface in new if _named(surface)]:
        raise Nonsense(f"brought in {', '.join(names)}, which nobody asked about")
    if len(set(new)) > MOST_NEW:
        raise Nonsense(f"brought in words that nobody asked with: {', '.join(new)}")


def _nothing_lost(rewritten: str, question: str, earlier: Sequence[str]) -> None:
    stems = {stem(surface) for surface, _, _ in tokens(rewritten)}
    opening = _POINTING.match(question)
    asked = question[opening.end() :] if opening else question
    first = next((surface for surface, start, _ in tokens(question) if start == 0), "")
    named = [surface for surface, _, _ in tokens(asked) if is_content(surface) and _named(surface) and surface != first]
    if lost := [surface for surface in named if stem(surface) not in stems]:
        raise Nonsense(f"left out {', '.join(lost)}, which was asked about")
    if not (opening and "about" in opening[0].casefold()):
        wanted = {word.casefold() for word in _ASKING.findall(question)}
        if wanted and not wanted & {word.casefold() for word in _ASKING.findall(rewritten)}:
            raise Nonsense("asked for something else")
    before = bool(_DENYING.search(question)) or any(_DENYING.search(one) for one in earlier)
    if bool(_DENYING.search(question)) and not _DENYING.search(rewritten):
        raise Nonsense("left out that the question denies something")
    if _DENYING.search(rewritten) and not before:
        raise Nonsense("denied what the question does not")


def _named(surface: str) -> bool:
    return surface[:1].isupper() or any(c.isdigit() for c in surface)
