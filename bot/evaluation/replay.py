"""Answering a stored run again: the same bytes, or the names of the components that changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.answering import Answerer
from bot.compose.proofreading import proofread
from bot.compose.prose import Checked, Composition, ProseChecker
from bot.recording import Run, record
from retrieval.errors import QuestionError

_ABSENT = object()

_NAMES = {"schemas": "schema", "models": "model", "tables": "table", "settings": "setting"}


@dataclass(frozen=True, slots=True)
class Change:
    """One component that is not as it was."""

    component: str
    """Kind and name, as "article notes.txt", "setting answer.threshold", "model reader"."""
    what: str
    """"added", "removed", or what about it changed, with before and after where that is short."""

    def __str__(self) -> str:
        return f"{self.component}: {self.what}"


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of a run."""

    run_id: str
    question: str
    same: bool
    """To the byte."""
    changes: tuple[Change, ...]
    """What the answer depends on and is not as it was; where nothing is, the step at which the runs part."""
    environment: tuple[Change, ...]
    """What should make no difference; named beside a difference that nothing else explains."""
    fields: tuple[str, ...]
    """The answer's fields that differ."""
    before: str
    """The stored answer."""
    after: str
    """The present one, or why there is none."""
    sentences: int = 0
    """How many that a model wrote were shown above the quotes. They are checked again; the model is not asked again."""
    fallen: tuple[Checked, ...] = ()
    """Those of them that would not be shown now."""

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "run_id": self.run_id,
            "question": self.question,
            "same": self.same,
            "changed": [{"component": c.component, "what": c.what} for c in self.changes],
            "environment": [{"component": c.component, "what": c.what} for c in self.environment],
            "fields": list(self.fields),
            "sentences": self.sentences,
            "fallen": [checked.to_json() for checked in self.fallen],
        }


def replay(run: Run, answerer: Answerer, checker: Callable[[], ProseChecker] | None = None) -> Replay:
    """Answer the run's question again, as it was asked, from the articles and with the settings of now.

    Args:
        run: as it was kept.
        answerer: on the articles of now.
        checker: gives what checks again what a model wrote in the run; without it that is passed over.

    Raises:
        UnverifiedAnswer: the present answer may not be shown.

    """
    answerer.forget()
    try:
        answer, trace = answerer.explain(run.question, run.turns, run.scope, run.understood if run.rewritten else None)
    except QuestionError as error:
        # The settings no longer allow the question.
        changes = (*components(run.depends, answerer.depends()), Change("question", str(error)))
        return Replay(run.run_id, run.question, False, changes, (), ("all",), run.answer, str(error))
    now = record(answer, trace)
    shown = Composition.from_json(run.composed).sentences if run.composed else ()
    checks = proofread(checker(), trace.understood, answer, shown) if checker and shown else []
    fallen = tuple(checked for checked in checks if checked.faults)
    same = now.answer == run.answer
    changes = tuple(components(run.depends, now.depends))
    if not same and not changes:
        changes = (_parting(run, now),)
    environment = tuple(_plain("", run.environment, now.environment))
    fields = _fields(run, now)
    same = same and not fallen
    return Replay(run.run_id, run.question, same, changes, environment, fields, run.answer, now.answer, len(checks), fallen)


def components(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """The components in which two sets of dependencies differ."""
    before, after = json.loads(json.dumps(before)), json.loads(json.dumps(after))
    for key in sorted({*before, *after}):
        old, new = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if key == "articles":
            yield from _articles(old, new)
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from _plain(f"{_NAMES.get(key, key)} ", old, new)
        elif old != new:
            yield from _plain("", {key: old}, {key: new})


def _articles(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        if name not in after:
            yield Change(f"article {name}", "removed")
        elif name not in before:
            yield Change(f"article {name}", "added")
        elif before[name] != after[name]:
            old, new = before[name], after[name]
            what = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
            yield Change(f"article {name}", f"{', '.join(what)} changed")


def _plain(prefix: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in sorted({*before, *after}):
        old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
        if old is _ABSENT or new is _ABSENT:
            if old is not new:
                yield Change(prefix + name, "added" if old is _ABSENT else "removed")
        elif old != new:
            yield Change(prefix + name, f"{json.dumps(old)} is now {json.dumps(new)}")


def _parting(run: Run, now: Run) -> Change:
    """Nothing changed, and yet: the first step at which the runs differ."""
    old, new = (json.loads(json.dumps(r.retrieved)) for r in (run, now))
    if run.understood != now.understood:
        return Change("follow-up", f"{run.understood!r} is now understood as {now.understood!r}")
    if [p["question"] for p in old] != [p["question"] for p in new]:
        return Change("parts", "the question is divided otherwise")
    if [p["passages"] for p in old] != [p["passages"] for p in new]:
        return Change("retrieval", "other passages or scores, with nothing changed")
    if [p["sentences"] for p in old] != [p["sentences"] for p in new]:
        return Change("reading", "other probabilities, with nothing changed")
    return Change("quoting", "other quotes or words around them, from the same readings")


def _fields(run: Run, now: Run) -> tuple[str, ...]:
    old, new = json.loads(run.answer), json.loads(now.answer)
    return tuple(key for key in new | old if old.get(key, _ABSENT) != new.get(key, _ABSENT))
