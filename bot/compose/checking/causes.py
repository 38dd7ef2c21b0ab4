"""What is said to be the reason of what."""

from __future__ import annotations

from bot.compose.checking.material import Case, Found, Line
from bot.compose.prose import Fault

_WORDS = frozenset(
    "because since therefore thus hence so due owing cause caused causing result resulted resulting reason led leads lead "
    "thanks".split()
)
_BEFORE_A_REASON = frozenset("because due owing thanks".split())
"""Words that the reason itself follows."""


def check(case: Case) -> Found:
    """Reasons that the sentence gives and its quotes do not, or for which they give another."""
    if not any(_causes(line) for line in case.lines):
        for added in sorted(_causes(case.claim)):
            yield Fault.UNSUPPORTED, added
        return
    given = {lemma for line in case.lines for lemma in _reasons(line)}
    for cause in case.claim.parsed:
        if cause.text.casefold() in _BEFORE_A_REASON:
            reason = next((word for word in case.claim.content if word.place > cause.place), None)
            if reason and reason.lemma.casefold() not in given:
                yield Fault.UNSUPPORTED, f"{cause.text} {reason.text}"


def _reasons(line: Line) -> set[str]:
    """Words that may belong to a reason: those behind "because" or "due to"; all where it is put in another way."""
    causes = _causes(line)
    if not causes:
        return set()
    first = 0
    if causes <= _BEFORE_A_REASON:
        first = next(word.place for word in line.parsed if word.text.casefold() in causes)
    return {word.lemma.casefold() for word in line.content if word.place >= first}


def _causes(line: Line) -> set[str]:
    found = set()
    for word in line.parsed:
        folded = word.text.casefold()
        if (
            folded in _WORDS
            and not (folded in {"since", "so"} and word.role not in {"mark", "cc"})
            and not (folded in {"lead", "leads", "led"} and word.sort != "VERB")
        ):
            if folded == "so" and word.sort not in {"SCONJ", "CCONJ"}:
                continue
            found.add(folded)
    return found
