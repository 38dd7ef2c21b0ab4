"""Three curves of one run in a picture: what a stricter refusal would buy, whether confidence is honest, how many quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from bot.evaluation import intervals
from bot.evaluation.intervals import Interval
from bot.evaluation.metrics import Result, hits
from retrieval.errors import StorageError, VerbatimError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence."""

    confidence: float
    """Their mean confidence."""
    supported: float
    """Share of them that the passages shown support."""
    interval: Interval
    """95 % interval of that share."""
    n: int


def risk_coverage(results: Sequence[Result]) -> list[tuple[float, float]]:
    """Share of all questions answered, and share of those answers without a hit, as the threshold is lowered.

    Source: R. El-Yaniv and Y. Wiener, On the foundations of noise-free selective classification, JMLR 11 (2010). The
    curve ends where the bot refuses. Answers of equal confidence enter together, since no threshold parts them.
    """
    ranked = sorted((r for r in results if r.answered), key=lambda r: -r.answer.confidence)
    points: list[tuple[float, float]] = []
    taken = wrong = 0
    for _, group in groupby(ranked, key=lambda r: r.answer.confidence):
        for result in group:
            taken += 1
            wrong += not result.hit
        points.append((taken / len(results), wrong / taken))
    return points


def reliability(results: Sequence[Result]) -> list[Bin]:
    """Confidence against the share of answers that are supported, in bins of equal width, empty ones left out.

    A refusal's confidence speaks of the nearest passages, so these are judged there; one that shows none is left out.
    """
    binned: dict[int, list[tuple[float, bool]]] = {}
    for result in results:
        judged = result.answer.quotes if result.answered else result.answer.nearest
        if judged:
            confidence = result.answer.confidence
            supported = any(hits(quote.text, result.gold.evidence) for quote in judged)
            binned.setdefault(min(int(confidence * BINS), BINS - 1), []).append((confidence, supported))
    bins = []
    for _, members in sorted(binned.items()):
        n, right = len(members), sum(supported for _, supported in members)
        bins.append(Bin(sum(c for c, _ in members) / n, right / n, intervals.wilson(right, n), n))
    return bins


def plot(results: Sequence[Result], path: Path) -> None:
    """Draw the curves into a PNG file.

    Raises:
        VerbatimError: matplotlib is not there.
        StorageError: the file cannot be written.

    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise VerbatimError(
            f"Drawing needs matplotlib, which cannot be loaded ({error})", "Install it with: pip install -e '.[plots]'"
        ) from error
    figure = Figure(figsize=(15, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    left, middle, right = figure.subplots(1, 3)
    _draw_risk(left, risk_coverage(results))
    _draw_reliability(middle, reliability(results))
    _draw_quotes(right, [len(r.answer.quotes) for r in results if r.answered])
    try:
        figure.savefig(path, format="png", dpi=120)
    except OSError as error:
        raise StorageError(f"{path} cannot be written ({error.strerror})", "Give a file in a folder that can.") from error


def _draw_risk(axes: Axes, points: Sequence[tuple[float, float]]) -> None:
    axes.step([c for c, _ in points], [r for _, r in points], where="post", marker=".")
    axes.set(title="Risk and coverage", xlabel="questions answered", ylabel="answers without a hit")
    axes.set(xlim=(0, 1.02), ylim=(-0.02, 1.02))


def _draw_reliability(axes: Axes, bins: Sequence[Bin]) -> None:
    axes.plot([0, 1], [0, 1], linestyle=":", color="grey")
    errors = [[b.supported - b.interval[0] for b in bins], [b.interval[1] - b.supported for b in bins]]
    axes.errorbar([b.confidence for b in bins], [b.supported for b in bins], yerr=errors, marker="o", capsize=3)
    for b in bins:
        axes.annotate(str(b.n), (b.confidence, b.supported), textcoords="offset points", xytext=(6, 4))
    axes.set(title="Calibration (95 % intervals, number of answers)", xlabel="confidence", ylabel="share supported")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.08))


def _draw_quotes(axes: Axes, counts: Sequence[int]) -> None:
    by_count = Counter(counts)
    axes.bar(list(by_count), list(by_count.values()), width=0.8)
    axes.set(title="Quotes per answer", xlabel="quotes", ylabel="answers")
    axes.set_xticks(range(1, max(by_count, default=1) + 1))
