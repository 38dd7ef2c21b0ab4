"""95 % intervals that stay honest on small sets: none of those for shares and areas shrinks to nothing at 0 or 1."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Interval = tuple[float, float]
"""Lower and upper end."""

Z = 1.959963984540054
"""97.5 % quantile of the normal distribution."""

RESAMPLES = 2000
SEED = 20211217
"""Fixed, so that the same answers always get the same interval."""


def wilson(successes: int, n: int) -> Interval:
    """Interval of a share, by the score method.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).

    Raises:
        ValueError: `n` is not positive, or `successes` does not lie in 0 … `n`.

    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is not a share")
    share = successes / n
    scale = 1 + Z * Z / n
    centre = (share + Z * Z / (2 * n)) / scale
    half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / scale
    # At shares of 0 and 1 rounding may leave the share itself outside.
    return min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))


def mean_of_two(one: float, one_interval: Interval, other: float, other_interval: Interval) -> Interval:
    """Interval of the mean of two independent estimates, from their own intervals.

    Source: G. Y. Zou and A. Donner, Construction of confidence limits about effect measures, Stat. Med. 27 (2008):
    the distances to the ends are added as squares.
    """
    mean = (one + other) / 2
    below = math.hypot(one - one_interval[0], other - other_interval[0]) / 2
    above = math.hypot(one_interval[1] - one, other_interval[1] - other) / 2
    return mean - below, mean + above


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Share of pairs in which the positive has the higher score; a tie counts half. Neither may be empty."""
    ranked = np.sort(np.asarray(negative, dtype=float))
    lower = np.searchsorted(ranked, positive, side="left").sum()
    lower_or_equal = np.searchsorted(ranked, positive, side="right").sum()
    return float(lower + lower_or_equal) / (2 * len(positive) * len(negative))


def auroc_interval(area: float, positives: int, negatives: int) -> Interval:
    """Interval of an area under the ROC curve.

    Source: J. A. Hanley and B. J. McNeil, The meaning and use of the area under a ROC curve, Radiology 143 (1982), with
    their standard error taken at the ends of the interval instead of at the estimate, as Wilson does for shares and
    R. G. Newcombe proposes in Stat. Med. 25 (2006): at an area of 1 the usual form would have no width at all.

    Args:
        area: the estimate.
        positives: number of scores of answerable questions, at least 1.
        negatives: number of scores of unanswerable ones, at least 1.

    """

    def variance(at: float) -> float:
        both_above = at / (2 - at)
        above_both = 2 * at * at / (1 + at)
        spread = at * (1 - at) + (positives - 1) * (both_above - at * at) + (negatives - 1) * (above_both - at * at)
        return spread / (positives * negatives)

    def end(limit: float) -> float:
        inside, outside = area, limit
        for _ in range(60):  # halves the gap below the precision of a float
            middle = (inside + outside) / 2
            if (middle - area) ** 2 <= Z * Z * variance(middle):
                inside = middle
            else:
                outside = middle
        return outside

    return end(0.0), end(1.0)


def bootstrap_mean(values: Sequence[float]) -> Interval | None:
    """Percentile bootstrap of a mean; None for fewer than two values, of which nothing can be said.

    Source: B. Efron, Nonparametric standard errors and confidence intervals, Can. J. Stat. 9 (1981).
    """
    if len(values) < 2:
        return None
    drawn = np.random.default_rng(SEED)
    sample = np.asarray(values, dtype=float)
    means = [drawn.choice(sample, sample.size).mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    mean = float(sample.mean())
    return min(mean, float(low)), max(mean, float(high))
