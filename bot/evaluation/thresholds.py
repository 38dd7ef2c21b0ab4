"""The metrics' names, fixed by docs/contract.md, and what a threshold on one of them means."""

from __future__ import annotations

import math

NAMES = (
    "questions",
    "answerable",
    "unanswerable",
    "quote_exact",
    "quote_hit",
    "quote_hit_at_1",
    "quote_precision",
    "quotes_per_answer",
    "quoted_words_per_answer",
    "answer_rate",
    "refusal_recall",
    "refusal_precision",
    "citations_on_refusal",
    "balanced_accuracy",
    "auroc",
    "latency_ms_p50",
    "latency_ms_p95",
)
"""All, in the contract's order."""

COUNTS = frozenset({"questions", "answerable", "unanswerable", "citations_on_refusal"})
"""Whole numbers, without an interval."""

MEANS = frozenset({"quotes_per_answer", "quoted_words_per_answer"})

LATENCIES = frozenset({"latency_ms_p50", "latency_ms_p95"})

RATES = frozenset(NAMES) - COUNTS - MEANS - LATENCIES
"""Between 0 and 1, more is better; each has its 95 % interval."""

AT_MOST = frozenset({"citations_on_refusal"}) | MEANS | LATENCIES
"""Where less is better, so that a threshold is an upper limit; everywhere else it is a lower one."""


def fails(name: str, value: float | None, threshold: float) -> bool:
    """Whether a metric misses its threshold; one that is undefined does, since nothing was shown to hold."""
    if value is None:
        return True
    # Written as a negation so that not-a-number fails too.
    return not (value <= threshold if name in AT_MOST else value >= threshold)


def problem(name: str, threshold: float) -> str | None:
    """Why this cannot be a threshold on that metric; None where it can."""
    if name not in NAMES:
        return "is not a metric"
    if not 0 <= threshold < math.inf:
        return "must be a number from 0 on"
    if name in RATES and threshold > 1:
        return "must be between 0 and 1"
    return None
