"""`verbatim attack`."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bot import gate
from bot.answer import Answer
from bot.commands import conversation
from bot.commands.evaluate import corpus_of
from bot.commands.opening import tell
from bot.evaluation import questions
from bot.evaluation.attack import forging, planted, prose, report
from bot.evaluation.attack.forging import Outcome
from bot.evaluation.metrics import hits
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.reading.search import EVERYTHING

QUESTIONS = PROJECT / "tests" / "questions" / "seeds.yaml"


def run(project: Project, files: Sequence[Path], *, as_json: bool) -> int:
    """Attack the right answers to these question files; 0 only if all was stopped and every right answer passed."""
    passing, outcomes = attack(project, files or [QUESTIONS])
    tell("reading right and wrong sentences of the kind that a language model writes …")
    right, lies = prose.written(project)
    for name, outcome in lies.items():
        outcomes.setdefault(name, Outcome()).add(outcome)
    if as_json:
        print(json.dumps(report.to_json(passing, outcomes, right), ensure_ascii=False))
    else:
        report.show(Console(highlight=False), passing, outcomes, right)
    return 0 if report.held(passing, outcomes, right) else 1


def attack(project: Project, files: Sequence[Path]) -> tuple[Outcome, dict[str, Outcome]]:
    """What became of the right answers, and of everything that was tried on them, by class."""
    passing, outcomes = Outcome(), dict[str, Outcome]()
    for file in files:
        loaded = questions.load(file)
        opened = corpus_of(project, loaded)
        tell(f"asking {len(loaded.questions)} questions of {file.name} …")
        shelf = gate.shelf(opened.index.catalogue, opened.index.settings.limits)
        right = []
        answered: list[tuple[str, Answer]] = []
        for gold in loaded.questions:
            answer = conversation.ask(opened.answerer, gold.question, gold.history, EVERYTHING)
            if any(hits(quote.text, gold.evidence) for quote in answer.quotes):
                right.append(answer.to_json())
            if answer.quotes and len(answer.parts) == 1:
                answered.append((gold.question, answer))
        passing.add(forging.originals_pass(right, shelf))
        articles = [found for entry in opened.index.catalogue.entries() if (found := shelf(entry.name))]
        tell(f"altering {len(right)} right answers …")
        forging.forge_quotes(list(forging.targets(right, articles)), outcomes)
        forging.forge_answers(right, shelf, outcomes)
        tell(f"writing lies above {len(answered)} answers …")
        prose.answered(project.prose_checker, opened.index.catalogue, answered, outcomes)
        if answered:
            prose.obeying(project.prose_checker, answered[0][1].quotes[0], outcomes)
        with tempfile.TemporaryDirectory() as folder:
            for name, outcome in planted.run(opened, loaded.questions, Path(folder), tell).items():
                outcomes.setdefault(name, Outcome()).add(outcome)
    return passing, outcomes
