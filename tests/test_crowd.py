"""What the benchmark of a crowd counts."""

from __future__ import annotations

import asyncio
import time

import pytest

from benchmarks.crowd_figures import Asked, figures, lateness
from benchmarks.crowd_side import watch


def test_what_is_lost_and_what_comes_twice_is_counted() -> None:
    people = [Asked(0.1, 1.0, 1), Asked(0.3, 2.0, 2), Asked(0.2, None, 0), Asked(None, 4.0, 1)]
    still = lateness([0.0])
    found = figures(people, still, lateness([0.001, 0.002, 0.09]), still)
    assert (found.people, found.lost, found.doubled) == (4, 1, 1)
    assert found.acknowledged_largest == pytest.approx(0.3)
    assert found.answered_p50 == pytest.approx(2.0)
    assert found.answers_a_second == pytest.approx(3 / 4)
    assert found.loaded.largest == pytest.approx(90.0)
    told = found.told(2)
    assert "4 people at once on 2 cores: 1 lost, 1 doubled" in told
    assert "90.0 ms" in told


async def test_a_loop_that_stood_still_is_found() -> None:
    async def stand_still() -> str:
        await asyncio.sleep(0.02)
        time.sleep(0.3)
        await asyncio.sleep(0.02)
        return "done"

    found = await watch(stand_still())
    assert found.result == "done"
    assert found.lateness.largest > 200
