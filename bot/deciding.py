"""The decision to answer or to refuse, and with how many quotes. All figures are settings."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bot import question
from bot.settings import AnswerSettings
from retrieval.reading.judge import Finding
from retrieval.reading.names import Terms


def threshold(limits: AnswerSettings, part: str, named: Terms, absent: Sequence[str]) -> float:
    """How probable the best sentence must be: more so where the question takes something for granted.

    Args:
        limits: the settings.
        part: the question.
        named: its content words.
        absent: those of them that no article holds, nor anything like them where it was read.

    """
    if named.foreign:
        # Whatever is found then is at best an accident, and at worst was written to be found.
        return math.inf
    # "Why did he call him a killer?" presupposes that he did; a word that no article holds makes that doubtful.
    if absent and question.presupposes(part):
        return max(limits.threshold, limits.premise_threshold)
    # Where most words are in no article, what is found is mostly about something else.
    if 2 * len(absent) > len(named.all):
        return max(limits.threshold, limits.absent_threshold)
    return limits.threshold


def chosen(limits: AnswerSettings, findings: Sequence[Finding], least: float) -> int:
    """How many of the findings, from the first on, are shown; none where the first is less probable than `least`."""
    if not findings or findings[0].probability < least:
        return 0
    also = max(limits.also_threshold, limits.also_share * findings[0].probability)
    return 1 + sum(f.probability >= also for f in findings[1 : limits.max_quotes])
