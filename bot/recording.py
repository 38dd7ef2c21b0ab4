"""What is kept of an answer so that it can be given again: the same function for every command and for Discord."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from bot import dependencies
from bot.answer import Answer
from bot.answering import PartTrace, Trace
from bot.followups import Turn
from bot.render.terminal import markdown
from bot.state import stored_answer
from retrieval.errors import VerbatimError
from retrieval.reading.search import Scope

if TYPE_CHECKING:
    from bot.wiring import Project


@dataclass(frozen=True, slots=True)
class Run:
    """One answer and everything it came from."""

    run_id: str
    question: str
    understood: str
    """The question as it was searched for."""
    history: tuple[dict[str, Any], ...]
    """The turns it was understood by, oldest first: `question` and `answer`, which may be None."""
    as_of: date | None
    articles: tuple[str, ...] | None
    """Names of the only articles that might be used, None for all."""
    depends: Mapping[str, Any]
    """By component, as in `bot.dependencies`."""
    environment: Mapping[str, str]
    retrieved: tuple[dict[str, Any], ...]
    """For each part: passages with their scores, and sentences with their probabilities."""
    answer: str
    """The contract's Answer as JSON, without timings and without what a model wrote: to be the same on every run."""
    rewritten: bool = False
    """Whether a model, and not the rules for follow-ups, made the question stand alone."""
    composed: Mapping[str, Any] | None = None
    """What a model wrote, what was dropped of it and why, and what it took; None where none was asked."""

    @property
    def scope(self) -> Scope:
        """The articles to answer from."""
        return Scope(self.as_of, frozenset(self.articles) if self.articles is not None else None)

    @property
    def turns(self) -> list[Turn]:
        """The history, for the answerer."""
        return [Turn(t["question"], stored_answer.answer(t["answer"]) if t["answer"] else None) for t in self.history]


def record(answer: Answer, trace: Trace) -> Run:
    """The run behind an answer."""
    return Run(
        run_id=answer.run_id,
        question=answer.question,
        understood=trace.understood,
        history=tuple({"question": t.question, "answer": t.answer.to_json() if t.answer else None} for t in trace.history),
        as_of=trace.scope.as_of,
        articles=tuple(sorted(trace.scope.articles)) if trace.scope.articles is not None else None,
        depends=trace.depends,
        environment=dependencies.environment(),
        retrieved=tuple(_retrieved(part) for part in trace.parts),
        answer=canonical(answer),
        rewritten=trace.rewritten,
        composed=answer.composed.explained() if answer.composed else None,
    )


def canonical(answer: Answer) -> str:
    """An answer's JSON without what differs from run to run: how long it took, and what a model wrote above the quotes."""
    if answer.composed is not None:
        answer = replace(answer, composed=None)
        answer = replace(answer, text=markdown(answer))
    body = {k: v for k, v in answer.to_json().items() if k not in {"timings_ms", "composed"}}
    return json.dumps(body, ensure_ascii=False)


def remember(project: Project, answer: Answer, trace: Trace, warn: Callable[[str], None]) -> None:
    """Keep a run, as far as the settings want it. Call it when the answer has been shown: the database is opened here.

    Args:
        project: whose state.
        answer: as shown.
        trace: what the answerer gave with it.
        warn: told in one line where the run could not be kept, or the same run gave another answer before.

    """
    try:
        if not project.keep(record(answer, trace)):
            warn(f"warning: run {answer.run_id} gave another answer before, with nothing changed; please report this")
    except VerbatimError as error:
        warn(f"warning: this answer cannot be replayed later. {error}")


def _retrieved(part: PartTrace) -> dict[str, Any]:
    evidence = {f.evidence.stored.id: f.evidence for f in part.findings}
    return {
        "question": part.question,
        "passages": [
            {"id": id_, "article": e.entry.name, "cosine": e.cosine, "bm25": e.bm25, "fused": e.fused}
            for id_, e in sorted(evidence.items(), key=lambda item: (-item[1].fused, item[0]))
        ],
        "sentences": [
            {"article": f.evidence.entry.name, "sentence": list(f.sentence), "probability": f.probability}
            for f in part.findings
        ],
    }
