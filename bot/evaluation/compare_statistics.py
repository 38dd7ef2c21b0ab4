"""Two runs over the same questions: how far apart they are, and whether that may be chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation import intervals


@dataclass(frozen=True, slots=True)
class Paired:
    """A share before and after, over the same questions."""

    n: int
    before: float
    after: float
    gained: int
    """Questions that were wrong and are right."""
    lost: int
    difference: float
    """After less before."""
    low: float
    """Lower end of its 95 % interval."""
    high: float
    p: float
    """Probability of a split at least this uneven between gained and lost if each were as likely (McNemar, exact)."""


def paired(outcomes: Sequence[tuple[bool, bool]]) -> Paired | None:
    """Compare outcomes given as (before, after); None where there are none."""
    if not outcomes:
        return None
    n = len(outcomes)
    both = sum(old and new for old, new in outcomes)
    gained = sum(new and not old for old, new in outcomes)
    lost = sum(old and not new for old, new in outcomes)
    low, high = difference_interval(both, gained, lost, n - both - gained - lost)
    before, after = (both + lost) / n, (both + gained) / n
    return Paired(n, before, after, gained, lost, (gained - lost) / n, low, high, mcnemar(gained, lost))


def mcnemar(gained: int, lost: int) -> float:
    """Two-sided exact test; 1 where nothing changed.

    Source: Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12 (1947); exact by the binomial distribution instead of its approximation.
    """
    changed = gained + lost
    tail = sum(math.comb(changed, k) for k in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / (1 << changed))


def difference_interval(both: int, gained: int, lost: int, neither: int) -> intervals.Interval:
    """95 % interval of a difference between paired shares.

    Source: R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions based on
    paired data, Stat. Med. 17 (1998), method 10: Wilson's intervals of the two shares, joined with their correlation.

    Args:
        both: right before and after.
        gained: right only after.
        lost: right only before.
        neither: wrong both times.

    """
    n = both + gained + lost + neither
    after, before = (both + gained) / n, (both + lost) / n
    after_low, after_high = intervals.wilson(both + gained, n)
    before_low, before_high = intervals.wilson(both + lost, n)
    product = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    association = float(both * neither - gained * lost)
    if association > 0:
        association = max(0.0, association - n / 2)
    correlation = association / math.sqrt(product) if product else 0.0

    def joined(one: float, other: float) -> float:
        return math.sqrt(max(0.0, one * one - 2 * correlation * one * other + other * other))

    difference = after - before
    low = difference - joined(after - after_low, before_high - before)
    high = difference + joined(after_high - after, before - before_low)
    return max(-1.0, low), min(1.0, high)
