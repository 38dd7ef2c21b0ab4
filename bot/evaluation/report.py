"""Figures and misses: as JSON with the contract's names, and as tables on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evaluation import thresholds
from bot.evaluation.metrics import Metric, Result, metrics
from bot.evaluation.questions import QuestionFile
from bot.render.terminal import visible

_BY_CLASS = ("questions", "quote_hit", "quote_precision", "refusal_recall", "refusal_precision")
"""Columns of the table by class; the JSON has all."""


def to_json(file: QuestionFile, results: Sequence[Result], measured: Mapping[str, Metric]) -> dict[str, Any]:
    """All that is known about a run.

    Returns:
        `metrics` and `intervals` by name, an undefined metric as None and without interval; `by_class` with both for
        each class of questions; `results`, one for each question, in order; `misses`; `below_thresholds`, empty where
        all hold.

    """
    by_class = {kind: _figures(metrics(group)) for kind, group in _classes(results).items()}
    return {
        **_figures(measured),
        "by_class": by_class,
        "results": [_result(result) for result in results],
        "misses": [_miss(result) for result in results if reasons(result)],
        "below_thresholds": below(file.thresholds, measured),
    }


def below(limits: Mapping[str, float], measured: Mapping[str, Metric]) -> list[dict[str, Any]]:
    """The metrics that miss their thresholds, an undefined one among them."""
    return [
        {"name": name, "value": _plain(name, measured[name].value), "threshold": limit}
        for name, limit in limits.items()
        if thresholds.fails(name, measured[name].value, limit)
    ]


def reasons(result: Result) -> list[str]:
    """Why a result is a miss; empty where it is none."""
    found = []
    if result.gold.evidence and not result.answered:
        found.append("refused, but the articles answer it")
    elif result.gold.evidence and not result.hit:
        found.append("no quote holds the evidence")
    elif not result.gold.evidence and result.answered:
        found.append("answered, but the articles do not answer it")
    if result.answer.quotes and not result.answered:
        found.append("quotes on a refusal")
    if result.exact < result.shown:
        found.append(f"{result.shown - result.exact} of {result.shown} passages shown differ from their article")
    return found


def show(console: Console, file: QuestionFile, results: Sequence[Result], measured: Mapping[str, Metric]) -> None:
    """Print the figures, those by class, and every miss."""
    console.print(_table(file, measured))
    if classes := _classes(results):
        console.print(_class_table({kind: metrics(group) for kind, group in classes.items()}))
    missed = [(number, result) for number, result in enumerate(results, 1) if reasons(result)]
    console.print(Text(f"\n{len(missed)} of {len(results)} questions missed", style="bold"))
    for number, result in missed:
        _show_miss(console, number, result)
    for miss in below(file.thresholds, measured):
        wanted = "at most" if miss["name"] in thresholds.AT_MOST else "at least"
        value = _shown(miss["name"], miss["value"])
        console.print(Text(f"{miss['name']} is {value}, wanted {wanted} {miss['threshold']:g}", style="bold red"))


def _table(file: QuestionFile, measured: Mapping[str, Metric]) -> Table:
    table = Table("metric", box=None, header_style="dim", padding=(0, 1))
    for column in ("value", "95 % interval", "of", "threshold"):
        table.add_column(column, justify="right")
    for name, metric in measured.items():
        limit = file.thresholds.get(name)
        failed = limit is not None and thresholds.fails(name, metric.value, limit)
        sign = "≤" if name in thresholds.AT_MOST else "≥"
        table.add_row(
            name,
            Text(_shown(name, metric.value), style="bold red" if failed else "bold"),
            f"{_shown(name, metric.low)} – {_shown(name, metric.high)}" if metric.low is not None else "",
            str(metric.n) if name in thresholds.RATES | thresholds.MEANS else "",
            Text("" if limit is None else f"{sign} {limit:g}", style="red" if failed else "green"),
        )
    return table


def _class_table(by_class: Mapping[str, Mapping[str, Metric]]) -> Table:
    table = Table("class", title="by class", title_justify="left", box=None, header_style="dim", padding=(0, 1))
    for column in _BY_CLASS:
        table.add_column(column, justify="right")
    for kind, measured in by_class.items():
        table.add_row(Text(visible(kind)), *(_shown(name, measured[name].value) for name in _BY_CLASS))
    return table


def _show_miss(console: Console, number: int, result: Result) -> None:
    console.print(Text(f"\n{number}. {visible(result.gold.question)}", style="bold"))
    said = f"{result.answer.status.value}, confidence {result.answer.confidence:.2f}: {'; '.join(reasons(result))}"
    console.print(Text(f"   {said}", style="yellow"))
    for label, texts in (
        ("wanted", result.gold.evidence),
        ("quoted", [q.text for q in result.answer.quotes]),
        ("nearest", [q.text for q in result.answer.nearest]),
    ):
        for text in texts:
            console.print(Text.assemble((f"   {label:<8}", "dim"), " ".join(visible(text).split())))


def _classes(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results by class, in order of appearance; those without one are in none."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        if result.gold.kind is not None:
            groups.setdefault(result.gold.kind, []).append(result)
    return groups


def _figures(measured: Mapping[str, Metric]) -> dict[str, Any]:
    return {
        "metrics": {name: _plain(name, metric.value) for name, metric in measured.items()},
        "intervals": {name: [m.low, m.high] for name, m in measured.items() if m.low is not None},
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "question": result.gold.question,
        "history": list(result.gold.history),
        "class": result.gold.kind,
        "evidence": list(result.gold.evidence),
        "status": result.answer.status.value,
        "right": result.right,
        "exact": result.exact,
        "shown": result.shown,
        "confidence": result.answer.confidence,
        "latency_ms": round(result.latency_ms, 2),
        "quotes": [{"article": q.article, "start": q.start, "end": q.end} for q in result.answer.quotes],
    }


def _miss(result: Result) -> dict[str, Any]:
    return {
        "question": result.gold.question,
        "evidence": list(result.gold.evidence),
        "status": result.answer.status.value,
        "why": reasons(result),
        "quotes": [quote.text for quote in result.answer.quotes],
        "nearest": [quote.text for quote in result.answer.nearest],
        "confidence": result.answer.confidence,
    }


def _plain(name: str, value: float | None) -> float | None:
    return int(value) if value is not None and name in thresholds.COUNTS else value


def _shown(name: str, value: float | None) -> str:
    if value is None:
        return "undefined"
    if name in thresholds.COUNTS:
        return str(int(value))
    if name in thresholds.RATES:
        # Rounding must not turn one inexact quote among thousands into a perfect score.
        return f"{min(value, 0.999) if value < 1 else value:.3f}"
    return f"{value:.1f}"
