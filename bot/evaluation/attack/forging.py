"""Trying every alteration of every right quote, and counting what is stopped and by what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import gate
from bot.evaluation.attack import characters, labels, places, words
from bot.evaluation.attack.answers import ANSWER_ALTERATIONS
from bot.evaluation.attack.target import ALTERATIONS, Target
from bot.verifier import Original, Originals, Violation, verify

REGISTERED = (words, characters, places, labels)
"""Modules whose alterations are in the register because they were imported."""

SHOWN = 3
"""Alterations that passed, shown of each class."""


@dataclass(slots=True)
class Outcome:
    """What became of one class of alterations."""

    tried: int = 0
    stopped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """What was found wrong with them; one can be wrong in several ways."""
    passed: list[str] = field(default_factory=list)
    """Some that were not stopped, in words."""

    @property
    def held(self) -> bool:
        """All were stopped, and there were some: nothing to try proves nothing."""
        return self.tried == self.stopped > 0

    def count(self, violations: Sequence[Violation], what: str) -> None:
        """Enter one alteration."""
        self.tried += 1
        self.stopped += bool(violations)
        self.reasons.update({v.reason.value for v in violations})
        if not violations and len(self.passed) < SHOWN:
            self.passed.append(what)

    def add(self, other: Outcome) -> None:
        """Enter the figures of another."""
        self.tried += other.tried
        self.stopped += other.stopped
        self.reasons += other.reasons
        self.passed = (self.passed + other.passed)[:SHOWN]


def originals_pass(answers: Sequence[Mapping[str, Any]], articles: Originals) -> Outcome:
    """The other side of it: answers that are right must not be stopped. `stopped` counts those that pass."""
    outcome = Outcome()
    for answer in answers:
        wrong = gate.violations(answer, articles)
        outcome.tried += 1
        outcome.stopped += not wrong
        if wrong and len(outcome.passed) < SHOWN:
            outcome.passed.append(f"{answer['question']}: {wrong[0].reason}: {wrong[0].detail}")
    return outcome


def forge_quotes(targets: Sequence[Target], outcomes: dict[str, Outcome]) -> None:
    """Alter every target in every way."""
    for target in targets:
        articles = {o.name: o for o in (target.original, *target.others)}
        for name, alterations in ALTERATIONS.items():
            outcome = outcomes.setdefault(name, Outcome())
            for alteration in alterations:
                for forged in alteration(target):
                    if forged != target.quote:
                        outcome.count(_looked_at(forged, articles), _described(target, forged))


def forge_answers(answers: Sequence[Mapping[str, Any]], articles: Originals, outcomes: dict[str, Outcome]) -> None:
    """Alter every answer in every way."""
    for answer in answers:
        for name, alterations in ANSWER_ALTERATIONS.items():
            outcome = outcomes.setdefault(name, Outcome())
            for alteration in alterations:
                for forged in alteration(dict(answer)):
                    if forged != answer:
                        outcome.count(gate.violations(forged, articles), f"{answer['question']} as {forged['status']}")


def targets(answers: Sequence[Mapping[str, Any]], articles: Sequence[Original]) -> Iterator[Target]:
    """A target for each quote of these answers, each place once."""
    by_name = {article.name: article for article in articles}
    names = tuple(sorted({name for article in articles for name in words.names(article.text)}))
    seen: set[tuple[str, int, int]] = set()
    for answer in answers:
        for quote in answer["quotes"]:
            key = quote["article"], quote["start"], quote["end"]
            if key not in seen:
                seen.add(key)
                others = tuple(a for a in articles if a.name != quote["article"])
                yield Target(dict(quote), by_name[quote["article"]], others, names)


def _looked_at(forged: Mapping[str, Any], articles: Mapping[str, Original]) -> tuple[Violation, ...]:
    name = forged.get("article")
    return verify(forged, articles.get(name) if isinstance(name, str) else None)


def _described(target: Target, forged: Mapping[str, Any]) -> str:
    changed = {key: value for key, value in forged.items() if target.quote.get(key, ...) != value}
    return f"{target.original.name} {target.span}: {changed}"[:600]
