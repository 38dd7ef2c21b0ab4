"""`verbatim eval`."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from bot.commands import conversation
from bot.commands import speakers as voices
from bot.commands.opening import refreshed, tell, tell_rejected, waiting
from bot.evaluation import compare as comparing
from bot.evaluation import metrics, questions, report, speakers
from bot.evaluation import run as scoring
from bot.evaluation.questions import QuestionFile
from bot.render.terminal import visible
from bot.wiring import Project
from retrieval.index.present import PresentTexts
from retrieval.reading.search import EVERYTHING


def run(project: Project, file: Path, *, plot: Path | None, compare: Path | None = None, as_json: bool) -> int:
    """Score a question file, or one of speakers; 1 when a figure misses the file's threshold."""
    if speakers.is_speakers(file):
        return voices.run(project, file, as_json=as_json)
    loaded = questions.load(file)
    earlier = comparing.load(compare, loaded) if compare else None
    project = corpus_of(project, loaded)
    catalogue = project.index.catalogue
    present = PresentTexts(catalogue, project.index.settings.limits)
    texts = {e.name: present.text(e.name, e.path) for e in catalogue.entries()}
    questions.check_evidence(loaded, texts)
    answerer = project.answerer
    tell(f"asking {len(loaded.questions)} questions …")
    results = scoring.run(
        loaded, lambda asked, history: conversation.ask(answerer, asked, history, EVERYTHING), texts.__getitem__
    )
    scored = report.to_json(loaded, results, metrics.metrics(results))
    scored["depends"] = answerer.depends()
    compared = comparing.compare(earlier, scored) if earlier else None
    if compared:
        scored["comparison"] = compared.to_json()
    if plot:
        from bot.evaluation import plots

        plots.plot(results, plot)
        tell(f"curves written to {plot}")
    if as_json:
        print(json.dumps(scored, ensure_ascii=False))
    else:
        report.show(Console(highlight=False), loaded, results, metrics.metrics(results))
        for line in comparing.lines(compared) if compared else ():
            print(visible(line))
    return 1 if scored["below_thresholds"] else 0


def corpus_of(project: Project, file: QuestionFile) -> Project:
    """The project that a question file is about, its index in line with the articles."""
    if file.corpus is None:
        return refreshed(project)
    # A file that names its corpus is scored on it alone, in an index of its own beside the main one.
    opened = Project(project.settings, project.data / "eval" / file.corpus.name, project.models)
    tell_rejected(opened.ingest([file.corpus], waiting=waiting))
    return opened
