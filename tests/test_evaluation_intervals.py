from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evaluation import intervals


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_share_and_is_its_own_mirror(drawn: tuple[int, int]) -> None:
    successes, n = drawn
    low, high = intervals.wilson(successes, n)
    assert 0 <= low <= successes / n <= high <= 1
    assert high - low > 0
    # The ends solve Wilson's defining equation: the share lies Z standard errors from them.
    for end in (low, high):
        assert math.isclose((successes / n - end) ** 2, intervals.Z**2 * end * (1 - end) / n, abs_tol=1e-9)
    mirrored = intervals.wilson(n - successes, n)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_wilson_gives_published_values() -> None:
    assert intervals.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, table I
    assert intervals.wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    with pytest.raises(ValueError, match="3 of 2"):
        intervals.wilson(3, 2)
    with pytest.raises(ValueError, match="0 of 0"):
        intervals.wilson(0, 0)


SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=12)


@given(SCORES, SCORES)
def test_auroc_equals_counting_pairs(positive: list[float], negative: list[float]) -> None:
    pairs = [1.0 if p > n else 0.5 if p == n else 0.0 for p in positive for n in negative]
    area = intervals.auroc(positive, negative)
    assert area == pytest.approx(sum(pairs) / len(pairs))
    low, high = intervals.auroc_interval(area, len(positive), len(negative))
    assert 0 <= low <= area <= high <= 1
    assert high - low > 0


def test_auroc_interval_narrows_with_the_number_of_scores() -> None:
    few, many = intervals.auroc_interval(0.9, 10, 10), intervals.auroc_interval(0.9, 1000, 1000)
    assert few[0] < many[0] < 0.9 < many[1] < few[1]


@pytest.mark.parametrize(("positives", "negatives", "error"), [(200_000, 20_000, 0.00078884), (20_000, 200_000, 0.00147394)])
def test_auroc_interval_of_many_scores_is_hanley_and_mcneils(positives: int, negatives: int, error: float) -> None:
    ends = (0.9 - intervals.Z * error, 0.9 + intervals.Z * error)
    assert intervals.auroc_interval(0.9, positives, negatives) == pytest.approx(ends, abs=5e-5)


def test_mean_of_two_adds_distances_as_squares() -> None:
    assert intervals.mean_of_two(0.5, (0.2, 0.6), 0.9, (0.5, 1.0)) == pytest.approx((0.7 - 0.25, 0.7 + 0.0707), abs=1e-4)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=30))
def test_bootstrap_is_repeatable_and_contains_the_mean(values: list[int]) -> None:
    found = intervals.bootstrap_mean(values)
    assert found is not None
    assert found[0] <= sum(values) / len(values) <= found[1]
    assert found == intervals.bootstrap_mean(values)


def test_bootstrap_says_nothing_of_one_value() -> None:
    assert intervals.bootstrap_mean([3]) is None
