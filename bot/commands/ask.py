"""`verbatim ask`."""

from __future__ import annotations

import json
from datetime import date

from rich.console import Console

from bot.answer import Answer, Status
from bot.answering import Trace
from bot.commands.opening import composed, refreshed, remember
from bot.render.explain import explain as explained
from bot.render.explain import to_json
from bot.render.terminal import show
from bot.wiring import Project
from retrieval.reading.search import Scope


def run(project: Project, question: str, *, as_of: date | None, explain: bool, as_json: bool) -> int:
    """Answer one question; 0 answered or partial, 1 refused."""
    project.load_models()
    answer, trace = refreshed(project).answerer.explain(question, scope=Scope(as_of))
    answer = composed(project, answer, trace)
    if as_json:
        body = answer.to_json() | ({"explanation": to_json(trace, answer.composed)} if explain else {})
        print(json.dumps(body, ensure_ascii=False))
    else:
        console = Console(highlight=False)
        show(console, answer)
        if explain:
            _explain(console, answer, trace)
    remember(project, answer, trace)
    return 1 if answer.status is Status.REFUSED else 0


def _explain(console: Console, answer: Answer, trace: Trace) -> None:
    for block in explained(trace, answer.composed):
        console.print(block)
