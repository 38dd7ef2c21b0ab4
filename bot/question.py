"""From what a person typed to what is asked: cleaned, and divided where it asks for several things."""

from __future__ import annotations

import re
import unicodedata

from retrieval.errors import QuestionError

_QUESTION_WORD = (
    r"(?:who|whom|whose|what|when|where|which|why|how|did|does|do|is|are|was|were|has|have|had|can|could|will|would)"
)
_JOINT = re.compile(
    rf"\s*(?:[?!]+\s+(?:and\s+)?|;\s*(?:and\s+)?|,?\s+and\s+(?:also\s+)?|,\s*)(?={_QUESTION_WORD}\b)", re.IGNORECASE
)
_ENDS_OPEN = re.compile(rf"\b{_QUESTION_WORD}\W*$", re.IGNORECASE)
_OPENS = re.compile(rf"\W*{_QUESTION_WORD}\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|they|them|this|that|these|those)\b(?=\W*$|\s+(?:be|to|in|on|at|for|by|with|from)\b)", re.IGNORECASE
)
PERSON = re.compile(r"\b(?:he|she|him)\b", re.IGNORECASE)
_NOUNS = re.compile(
    r"\b(?:the|a|an|its|their|his|her|these|those|two|three)\s+((?:[\w’'-]+\s+){0,2}?[\w’'-]+?)"
    r"(?=\s+(?:to|of|in|on|at|by|for|from|with|that|which|about|and|is|are|was|were|did|do|does|has|have)\b|[?,.;]|\s*$)",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"\W*(?:and |but |so )?(?:why|how come|for what reason|what (?:made|caused|led|prompted|drove))\b", re.IGNORECASE
)
_WHO = re.compile(r"\W*who\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=\s)[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*")

MAX_PARTS = 4


def clean(text: str, max_characters: int) -> str:
    """The question without what cannot be seen: control characters, direction marks, lone surrogates.

    Raises:
        QuestionError: nothing is left, or it is too long.

    """
    if len(text) > max_characters:
        raise QuestionError(
            f"The question has {len(text):,} characters, at most {max_characters:,} can be read",
            "Ask for one thing at a time.",
        )
    seen = "".join(
        " " if unicodedata.category(c) == "Cc" else "" if unicodedata.category(c) in {"Cf", "Cs"} else c for c in text
    )
    seen = " ".join(seen.split())
    if not any(c.isalnum() for c in seen):
        raise QuestionError(
            "The question is empty", 'Ask something, for example "Where did Moscow propose to hold the talks?"'
        )
    return seen


def presupposes(question: str) -> bool:
    """Whether a question takes for granted that what it tells is so, and asks only for the reason or the manner."""
    return bool(_WHY.match(question))


def parts(question: str) -> list[str]:
    """The things a question asks for, each as a question of its own; a simple question is its only part."""
    cuts = [0]
    for joint in _JOINT.finditer(question):
        before = question[cuts[-1] : joint.start()]
        # "… when and where …" asks for two things of one kind of sentence, and leaves no question before the joint.
        if _OPENS.match(before) and len(before.split()) >= 3 and not _ENDS_OPEN.search(before):
            cuts += [joint.start(), joint.end()]
    cuts.append(len(question))
    pieces = [question[a:b].strip(" ,;") for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
    pieces = [p for p in pieces if p]
    if not 1 < len(pieces) <= MAX_PARTS or any(len(p.split()) < 2 for p in pieces[1:]):
        return [question]
    whole = [pieces[0]] + [refer(piece, pieces[0]) for piece in pieces[1:]]
    return [p if p.endswith(("?", "!", ".")) else p + "?" for p in whole]


def refer(question: str, earlier: str) -> str:
    """The question with its pronoun replaced by what it stands for in an earlier one, where that can be told."""
    # "Who …, and what did he …?" means the answer, which no name in the question is.
    if PERSON.search(question) and not _WHO.match(earlier) and (names := _NAME.findall(earlier)):
        return PERSON.sub(lambda _: names[0], question, count=1)
    if _THING.search(question) and (found := _NOUNS.search(earlier)):
        return _THING.sub(lambda _: found[0], question, count=1)
    return question
