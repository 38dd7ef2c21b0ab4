"""Among the findings for a question: sentences of other articles that answer it as well, and otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from retrieval.index.words import is_content, stem, tokens
from retrieval.reading.aliases import Aliases
from retrieval.reading.disagreement import Said, Verdict, compare
from retrieval.reading.judge import Finding
from retrieval.reading.sameness import same_sentence

PLAUSIBLE = 0.1
"""Least probability of a finding that is held against one that is shown."""

SHARED = 0.3
"""Least share of their words that two sentences have in common to be about the same thing."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two findings that answer one question differently."""

    one: Finding
    """Shown, or to be shown."""
    other: Finding
    verdict: Verdict
    shared: float
    """Share of the shorter sentence's words that both have, the compared words left out."""


Texts = Callable[[str], str]
"""Digest -> text."""


def conflicts(
    question: str, shown: Sequence[Finding], findings: Iterable[Finding], texts: Texts, aliases: Aliases
) -> list[Conflict]:
    """What other articles say against the findings that are shown, one conflict for a pair of articles at the most.

    Where two articles agree anywhere among the plausible findings, nothing else in them is held against the other.

    Args:
        question: what all of them answer.
        shown: findings that are shown, best first.
        findings: all, best first.
        texts: looks a text up.
        aliases: names that mean the same.

    """
    plausible = [f for f in findings if f.answer and f.probability >= PLAUSIBLE]
    agreeing: set[frozenset[str]] = set()
    found: dict[frozenset[str], Conflict] = {}
    for one in shown:
        for other in plausible if one.answer else ():
            pair = frozenset((_digest(one), _digest(other)))
            if len(pair) == 1 or pair in agreeing:
                continue
            conflict = _compared(question, one, other, texts, aliases)
            if conflict is None:
                continue
            if conflict.verdict.agree:
                agreeing.add(pair)
            elif conflict.shared >= SHARED:
                found.setdefault(pair, conflict)
    return [conflict for pair, conflict in found.items() if pair not in agreeing]


def _compared(question: str, one: Finding, other: Finding, texts: Texts, aliases: Aliases) -> Conflict | None:
    mine, theirs = _said(one, texts), _said(other, texts)
    if same_sentence(mine.sentence, theirs.sentence):
        return None
    verdict = compare(question, mine, theirs, aliases)
    if verdict is None:
        return None
    a, b = _content(mine, verdict.one), _content(theirs, verdict.other)
    shared = len(a & b) / max(1, min(len(a), len(b)))
    return Conflict(one, other, verdict, shared)


def _said(finding: Finding, texts: Texts) -> Said:
    start, end = finding.sentence
    a, b = finding.answer or finding.sentence
    sentence = texts(_digest(finding))[start:end]
    return Said(sentence, (a - start, b - start), finding.evidence.entry.metadata.published)


def _content(said: Said, without: tuple[int, int]) -> set[str]:
    return {
        stem(surface)
        for surface, a, b in tokens(said.sentence)
        if is_content(surface) and not (a < without[1] and without[0] < b)
    }


def _digest(finding: Finding) -> str:
    return finding.evidence.stored.sha256
