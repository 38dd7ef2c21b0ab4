"""From answers to figures. A figure that nothing was measured for is None, never a 0 or a 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.answer import Answer, Status
from bot.evaluation import intervals
from bot.evaluation.intervals import Interval
from bot.evaluation.questions import Gold

CONTAINED = 20
"""A quote that is only a piece of the evidence counts from this many characters on; a single word proves nothing."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one question got."""

    gold: Gold
    answer: Answer
    exact: int
    """Quotes and nearest passages that equal their article at their offsets."""
    shown: int
    """All quotes and nearest passages."""
    latency_ms: float

    @property
    def answered(self) -> bool:
        """In full or in part."""
        return self.answer.status is not Status.REFUSED

    @property
    def right(self) -> bool:
        """A hit where there is one to be had, else a refusal."""
        return self.hit if self.gold.evidence else not self.answered

    @property
    def hit(self) -> bool:
        """Whether a quote of an answer hits."""
        return self.answered and any(hits(q.text, self.gold.evidence) for q in self.answer.quotes)


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure."""

    value: float | None
    """None where it is undefined."""
    low: float | None
    """Lower end of the 95 % interval; None where there is none."""
    high: float | None
    n: int
    """How many questions, answers or quotes it rests on."""


UNDEFINED = Metric(None, None, None, 0)


def hits(quote: str, evidence: Sequence[str]) -> bool:
    """Whether a quote contains an evidence string, or is contained in one and long enough to mean something."""
    return any(e in quote or (len(quote) >= CONTAINED and quote in e) for e in evidence)


def metrics(results: Sequence[Result]) -> dict[str, Metric]:
    """Every metric of the contract, by its name and in its order.

    Shares have Wilson's interval, which takes the quotes of one answer as independent. A `partial` answer counts as
    answered. Latencies are in milliseconds, as percentiles with linear interpolation.
    """
    answerable = [r for r in results if r.gold.evidence]
    unanswerable = [r for r in results if not r.gold.evidence]
    answered = [r for r in results if r.answered]
    refused = [r for r in results if not r.answered]
    first_hits = [r.answered and any(hits(q.text, r.gold.evidence) for q in r.answer.quotes[:1]) for r in answerable]
    quote_hit = _share([r.hit for r in answerable])
    refusal_recall = _share([not r.answered for r in unanswerable])
    return {
        "questions": _count(len(results), len(results)),
        "answerable": _count(len(answerable), len(results)),
        "unanswerable": _count(len(unanswerable), len(results)),
        "quote_exact": _proportion(sum(r.exact for r in results), sum(r.shown for r in results)),
        "quote_hit": quote_hit,
        "quote_hit_at_1": _share(first_hits),
        "quote_precision": _share([hits(q.text, r.gold.evidence) for r in answered for q in r.answer.quotes]),
        "quotes_per_answer": _mean([len(r.answer.quotes) for r in answered]),
        "quoted_words_per_answer": _mean([sum(len(q.text.split()) for q in r.answer.quotes) for r in answered]),
        "answer_rate": _share([r.answered for r in answerable]),
        "refusal_recall": refusal_recall,
        "refusal_precision": _share([not r.gold.evidence for r in refused]),
        "citations_on_refusal": _count(sum(len(r.answer.quotes) for r in refused), len(refused)),
        "balanced_accuracy": _balanced(quote_hit, refusal_recall),
        "auroc": _auroc([r.answer.confidence for r in answerable], [r.answer.confidence for r in unanswerable]),
        "latency_ms_p50": _percentile(results, 50),
        "latency_ms_p95": _percentile(results, 95),
    }


def _count(value: int, n: int) -> Metric:
    return Metric(value, None, None, n)


def _share(outcomes: Sequence[bool]) -> Metric:
    return _proportion(sum(outcomes), len(outcomes))


def _proportion(successes: int, n: int) -> Metric:
    return _metric(successes / n, intervals.wilson(successes, n), n) if n else UNDEFINED


def _mean(values: Sequence[int]) -> Metric:
    return _metric(sum(values) / len(values), intervals.bootstrap_mean(values), len(values)) if values else UNDEFINED


def _balanced(one: Metric, other: Metric) -> Metric:
    """Mean of two shares over different questions."""
    if one.value is None or other.value is None:
        return UNDEFINED
    ends = intervals.mean_of_two(one.value, _ends(one), other.value, _ends(other))
    return _metric((one.value + other.value) / 2, ends, one.n + other.n)


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> Metric:
    if not positive or not negative:
        return UNDEFINED
    area = intervals.auroc(positive, negative)
    return _metric(area, intervals.auroc_interval(area, len(positive), len(negative)), len(positive) + len(negative))


def _percentile(results: Sequence[Result], percent: float) -> Metric:
    if not results:
        return UNDEFINED
    return Metric(float(np.percentile([r.latency_ms for r in results], percent)), None, None, len(results))


def _metric(value: float, interval: Interval | None, n: int) -> Metric:
    low, high = interval or (None, None)
    return Metric(value, low, high, n)


def _ends(metric: Metric) -> Interval:
    assert metric.low is not None
    assert metric.high is not None
    return metric.low, metric.high
