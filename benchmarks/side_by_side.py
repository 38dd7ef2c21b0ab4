"""The project and its peers on the same articles, with the same questions, under the same scorer."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import corpora, scoring
from benchmarks.corpora import Corpus
from benchmarks.systems import ALL, LOWEST, OURS, Reply, Running, Shown, System, cold_seconds, started
from bot.evaluation import questions
from bot.evaluation.metrics import Metric, Result, hits, metrics
from bot.evaluation.questions import Gold, QuestionFile
from bot.settings import PROJECT

QUESTIONS = PROJECT / "tests" / "questions"
SETS = ("seeds", "news")
"""For each there is a file for tuning and one that is held out."""

COLD_STARTS = 3

SHOWN = (
    "questions", "answerable", "balanced_accuracy", "quote_hit", "quote_hit_at_1", "refusal_recall", "quote_precision",
    "quote_exact", "quotes_per_answer", "quoted_words_per_answer", "auroc",
)  # fmt: skip
"""Metrics that are kept for each system."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one system did on one corpus."""

    results: list[Result]
    threshold: float | None
    curve: list[tuple[float, bool]]
    """Score and whether its best passage answers, for every question."""
    cold_s: float
    warm_ms: list[float]
    peak_mib: float


def run(work: Path, limit: int | None) -> dict[str, Any]:
    """Measure every system on every set; at most `limit` questions of each file."""
    measured: dict[str, dict[str, Measured]] = {system.key: {} for system in ALL}
    for name in SETS:
        tuning, held_out = (questions.load(QUESTIONS / f"{name}-{half}.yaml") for half in ("tuning", "held-out"))
        assert held_out.corpus is not None
        corpus = corpora.read(name, held_out.corpus)
        for file in (tuning, held_out):
            questions.check_evidence(file, corpus.texts)
        for system in ALL:
            print(f"{name}: {system.label}", flush=True)
            measured[system.key][name] = measure(
                system, corpus, some(tuning, limit), some(held_out, limit), work / name / system.key
            )
    ours = [r for one in measured[OURS.key].values() for r in one.results]
    return {"systems": [_row(system, measured[system.key], ours) for system in ALL]}


def some(file: QuestionFile, limit: int | None) -> Sequence[Gold]:
    """At most `limit` questions, from all over the file so that answerable and other ones are among them."""
    return file.questions[:: max(1, len(file.questions) // limit)][:limit] if limit else file.questions


def measure(system: System, corpus: Corpus, tuning: Sequence[Gold], held_out: Sequence[Gold], work: Path) -> Measured:
    """One system on one corpus: index, fit its threshold on the one half, answer the other, start cold.

    Each step is a process of its own, so that memory and cold time are those of answering and not of indexing.
    """
    corpus.lay_out(work)
    threshold = None
    with started(system, work, LOWEST if system.told else None) as running:
        if system.fits:
            threshold = fit(tuning, _answers(running, tuning))
        else:
            running.ask(tuning[0].question)
    with started(system, work, threshold) as running:
        replies = _answers(running, held_out)
    shown = [scoring.at_threshold(reply, threshold) for reply in replies]
    cold = [cold_seconds(system, work, held_out[0].question, threshold) for _ in range(COLD_STARTS)]
    return Measured(
        results=[scoring.result(gold, reply, corpus.texts) for gold, reply in zip(held_out, shown, strict=True)],
        threshold=threshold,
        curve=[(reply.score, _best_answers(gold, reply)) for gold, reply in zip(held_out, replies, strict=True)],
        cold_s=statistics.median(cold),
        # The first answer pays for what is loaded late; it is part of the cold start.
        warm_ms=[reply.ms for reply in replies[1:]],
        peak_mib=running.peak_mib,
    )


def fit(tuning: Sequence[Gold], replies: Sequence[Reply]) -> float:
    """The system's threshold, from the questions that may be used for it."""

    def best(passages: Sequence[Shown]) -> float:
        return max((p.score for p in passages), default=scoring.NOTHING)

    pairs = list(zip(tuning, replies, strict=True))
    return scoring.fit_threshold(
        [best([p for p in reply.passages if hits(p.text, [*gold.evidence])]) for gold, reply in pairs if gold.evidence],
        [best(reply.passages) for gold, reply in pairs if not gold.evidence],
    )


def _answers(running: Running, asked: Sequence[Gold]) -> list[Reply]:
    return [running.ask(gold.question, gold.history) for gold in asked]


def _best_answers(gold: Gold, reply: Reply) -> bool:
    best = (reply.passages or reply.nearest)[:1]
    return any(hits(passage.text, gold.evidence) for passage in best)


def _row(system: System, by_set: dict[str, Measured], ours: Sequence[Result]) -> dict[str, Any]:
    results = [r for one in by_set.values() for r in one.results]
    answered = [r for r in results if r.answered]
    first = [hits(r.answer.quotes[0].text, r.gold.evidence) for r in answered]
    warm = [ms for one in by_set.values() for ms in one.warm_ms]
    ahead = scoring.margin(
        [scoring.right(r) for r in ours], [scoring.right(r) for r in results], [bool(r.gold.evidence) for r in results]
    )
    return {
        "key": system.key,
        "label": system.label,
        "ours": system is OURS,
        "thresholds": {name: one.threshold for name, one in by_set.items()},
        "all": _figures(metrics(results)),
        "sets": {name: _figures(metrics(one.results)) for name, one in by_set.items()},
        "ahead": None if system is OURS else _plain(ahead),
        "cold_s": statistics.median(one.cold_s for one in by_set.values()),
        "warm_ms_p50": float(np.percentile(warm, 50)),
        "warm_ms_p95": float(np.percentile(warm, 95)),
        "peak_mib": max(one.peak_mib for one in by_set.values()),
        "dot": [len(answered) / len(results), first.count(False) / max(1, len(answered))],
        "curve": scoring.curve([row for one in by_set.values() for row in one.curve]),
    }


def _figures(measured: dict[str, Metric]) -> dict[str, list[float | None]]:
    return {name: _plain(measured[name]) for name in SHOWN}


def _plain(metric: Metric) -> list[float | None]:
    """Value and both ends of its interval."""
    return [metric.value, metric.low, metric.high]
