"""Among the findings for a question: sentences of other articles that answer it as well, and otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import LCSseq

from retrieval.index.words import is_content, stem, tokens
from retrieval.reading.aliases import Aliases
from retrieval.reading.disagreement import Said, Verdict, compare
from retrieval.reading.judge import Finding
from retrieval.reading.statements import Kind as WordKind
from retrieval.reading.statements import statement
from retrieval.reading.stories import CALENDAR
from retrieval.reading.twins import counterparts

PLAUSIBLE = 0.2
CLOSE = 0.35
"""Least probability of a finding that is held against one that is shown, and least share of that one's probability."""

OF_ONE_THING = 0.15
"""The same share where the two sentences have much in common and count in one unit."""

CLEAR = 0.5
"""Least probability where the two count what is called by different words."""

POSSIBLE = 0.05
"""Least probability of a finding that can show that two articles agree."""

LEAST_SHARED = 3
SHARED = 0.6
"""Number and share of words in common, in order and the answers left out, from which on two sentences are nearly one."""

KINDRED = 0.5
"""Share of the shorter one's words that two sentences have in common where one gives a number and the other a size."""

ROOT = 5
"""Letters by which a name is known in its other forms."""

AGREED = 0.3
"""How sure two articles must agree somewhere, as a share of how sure they differ, to be taken to agree."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two findings that answer one question, compared."""

    one: Finding
    """Shown, or to be shown."""
    other: Finding
    verdict: Verdict
    alike: bool
    """Their sentences are nearly one."""
    kindred: bool
    """Their sentences have much in common."""

    @property
    def sure(self) -> bool:
        """Whether the second answers well enough to be held against the first."""
        of_one_thing = self.kindred and self.verdict.counted
        least, share = (POSSIBLE, OF_ONE_THING) if of_one_thing else (CLEAR if self.verdict.loose else PLAUSIBLE, CLOSE)
        return self.alike or self.other.probability >= max(least, share * self.one.probability)

    @property
    def sureness(self) -> float:
        """How probable it is that both answer, by their calibrated probabilities."""
        return self.one.probability * self.other.probability


@dataclass(frozen=True, slots=True)
class _Candidate:
    finding: Finding
    digest: str
    said: Said
    words: tuple[str, ...]
    """Stems of what the sentence says besides the answer, in order."""

    @classmethod
    def of(cls, finding: Finding, texts: Texts) -> _Candidate:
        (start, end), (a, b) = finding.sentence, finding.answer or finding.sentence
        sentence = texts(_digest(finding))[start:end]
        a, b = a - start, b - start
        words = [stem(w) for w, first, last in tokens(sentence) if is_content(w) and not (first < b and a < last)]
        said = Said(sentence, (a, b), finding.evidence.entry.metadata.published)
        return cls(finding, _digest(finding), said, tuple(words))


Texts = Callable[[str], str]
"""Digest -> text."""

SameStory = Callable[[str, str], bool]
"""Whether two texts, by digest, tell of the same events."""


def conflicts(
    question: str,
    shown: Sequence[Finding],
    findings: Iterable[Finding],
    texts: Texts,
    same_story: SameStory,
    aliases: Aliases,
) -> list[Conflict]:
    """What other articles say against the findings that are shown, one conflict for a pair of articles at the most.

    Only articles that tell of the same events as the first finding are held against each other, or sentences that are
    nearly the same. Where the articles agree about as surely as they differ, they are taken to agree.

    Args:
        question: what all of them answer.
        shown: findings that are shown, best first.
        findings: all, best first.
        texts: looks a text up.
        same_story: compares two articles.
        aliases: names that mean the same.

    """
    first = shown[0].evidence.stored.sha256
    held = [f for f in shown if f.answer]
    on_events = {d for f in held if (d := _digest(f)) == first or same_story(d, first)}
    others = [f for f in findings if _digest(f) != first or len(held) > 1]
    ones, candidates = ([_Candidate.of(f, texts) for f in some] for some in (held, others))
    asked = _names(question, ())
    compared: list[Conflict] = []
    for one in ones:
        for other in (c for c in candidates if c.digest != one.digest):
            # What is said in the shown one's words answers as that does, whatever the reader made of it.
            twins = _twins(one, other)
            plausible = other.finding.answer is not None and other.finding.probability >= POSSIBLE
            events = plausible and one.digest in on_events and same_story(one.digest, other.digest)
            kindred = not twins and _kindred(one, other)
            if (twins or events or kindred) and _on_others(asked, one, other):
                continue
            aligned = _aligned(question, one, other, aliases) if twins else None
            plain = compare(question, one.said, other.said, aliases) if twins or events or kindred else None
            # Where the same words stand in the same place, the reader may still have marked what differs.
            verdict = plain if aligned is None or (aligned.agree and plain and not plain.agree) else aligned
            if verdict and (twins or (kindred if verdict.vague else events)):
                alike = verdict is aligned or verdict.vague
                compared.append(Conflict(one.finding, other.finding, verdict, alike, kindred))
    decided: dict[frozenset[str], Conflict] = {}
    for conflict in sorted(compared, key=lambda c: -c.sureness):
        # What two articles answer most surely decides; the rest may be about something else.
        if conflict.verdict.agree or conflict.sure:
            decided.setdefault(frozenset((_digest(conflict.one), _digest(conflict.other))), conflict)
    found = [c if c.verdict.agree else next((o for o in compared if _settles(o, c)), c) for c in decided.values()]
    return sorted((c for c in found if not c.verdict.agree), key=lambda c: not c.alike)


def _aligned(question: str, one: _Candidate, other: _Candidate, aliases: Aliases) -> Verdict | None:
    """Two sentences that are nearly one: what stands in the same place answers."""
    places = counterparts(one.said.sentence, one.said.answer, other.said.sentence, other.said.answer)
    if places is None:
        return None
    mine, theirs = (replace(c.said, answer=place) for c, place in zip((one, other), places, strict=True))
    return compare(question, mine, theirs, aliases)


def _twins(one: _Candidate, other: _Candidate) -> bool:
    shared = LCSseq.similarity(one.words, other.words)
    return shared >= LEAST_SHARED and 2 * shared >= SHARED * (len(one.words) + len(other.words))


def _kindred(one: _Candidate, other: _Candidate) -> bool:
    mine, theirs = frozenset(one.words), frozenset(other.words)
    shared = len(mine & theirs)
    return shared >= LEAST_SHARED and shared >= KINDRED * min(len(mine), len(theirs))


def _on_others(asked: frozenset[str], one: _Candidate, other: _Candidate) -> bool:
    """Whether one sentence has a name that the question asks about, and the other one another name instead."""
    mine, theirs = (_names(c.said.sentence, (c.said.answer,)) for c in (one, other))
    return any(
        any(_has(name, here) and not _has(name, there) for name in asked) and any(not _has(n, here | asked) for n in there)
        for here, there in ((mine, theirs), (theirs, mine))
    )


def _names(text: str, apart: Sequence[tuple[int, int]]) -> frozenset[str]:
    """Stems of the names of a text, days and months and what stands in the given places aside."""
    found = (w for w in statement(text).words if w.kind is WordKind.NAME)
    outside = (w for w in found if not any(w.start < b and a < w.end for a, b in apart))
    return frozenset(w.stem for w in outside) - CALENDAR


def _has(name: str, names: frozenset[str]) -> bool:
    """Whether names hold one, or another form of it: Georgia, Georgians."""
    return any(name[:ROOT] == other[:ROOT] for other in names)


def _settles(agreement: Conflict, conflict: Conflict) -> bool:
    """Whether one of two sentences that differ says the same as another sentence of the other's article."""
    said = agreement.verdict
    # Where the articles have the very same sentence, what was compared with it in the other is about something else.
    sure = (agreement.alike and not conflict.alike) or agreement.sureness >= AGREED * conflict.sureness
    if not (said.agree or said.limited) or said.mentioned or not sure:
        return False
    sides = {(_digest(f), f.sentence) for f in (agreement.one, agreement.other)}
    mine, theirs = ((_digest(f), f.sentence) for f in (conflict.one, conflict.other))
    articles = {digest for digest, _ in sides}
    return articles == {mine[0], theirs[0]} and (mine in sides or theirs in sides)


def _digest(finding: Finding) -> str:
    return finding.evidence.stored.sha256
