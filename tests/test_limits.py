"""Limits and the queue, on a clock of the test's own."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limits import Allowance, Limiter, Queue, QueueFull


@given(st.lists(st.floats(0, 5), max_size=60), st.integers(1, 5), st.floats(0.5, 10))
def test_never_more_than_allowed_in_any_stretch(gaps: list[float], times: int, seconds: float) -> None:
    limiter, now, done = Limiter(Allowance(times, seconds)), 0.0, list[float]()
    for gap in gaps:
        now += gap
        if limiter.free_at("a", now) <= now:
            limiter.count("a", now)
            done.append(now)
    for at in done:
        assert sum(at <= other < at + seconds - 1e-9 for other in done) <= times


def test_it_says_when_and_keeps_people_apart() -> None:
    limiter = Limiter(Allowance(2, 60))
    limiter.count("a", 0)
    limiter.count("a", 10)
    assert limiter.free_at("a", 20) == 60
    assert limiter.free_at("b", 20) == 20
    assert limiter.free_at("a", 61) == 61


async def test_first_come_first_served_and_each_is_told_its_place() -> None:
    queue, order, places = Queue(1, 5, lambda: 0.0), list[int](), list[int]()

    async def waiting(place: int) -> None:
        places.append(place)

    async def one(number: int) -> None:
        async with queue.turn(waiting):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(one(n) for n in range(6)))
    assert order == [0, 1, 2, 3, 4, 5]
    assert places == [1, 2, 3, 4, 5]


async def test_a_full_queue_says_how_long() -> None:
    queue = Queue(1, 0, lambda: 0.0)

    async def waiting(place: int) -> None:
        raise AssertionError(place)

    async with queue.turn(waiting):
        with pytest.raises(QueueFull) as full:
            async with queue.turn(waiting):
                raise AssertionError
        assert full.value.seconds >= 1
    async with queue.turn(waiting):
        pass


async def test_who_gives_up_leaves_no_hole() -> None:
    queue, done = Queue(1, 5, lambda: 0.0), list[str]()
    hold = asyncio.Event()

    async def waiting(place: int) -> None:
        del place

    async def one(name: str, until: asyncio.Event | None = None) -> None:
        async with queue.turn(waiting):
            if until:
                await until.wait()
            done.append(name)

    first = asyncio.create_task(one("first", hold))
    await asyncio.sleep(0)
    second, third = asyncio.create_task(one("second")), asyncio.create_task(one("third"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    hold.set()
    await asyncio.gather(first, third)
    assert done == ["first", "third"]
    # And one that is cancelled at the very moment of being called hands its turn on.
    hold.clear()
    first = asyncio.create_task(one("a", hold))
    await asyncio.sleep(0)
    second, third = asyncio.create_task(one("b")), asyncio.create_task(one("c"))
    await asyncio.sleep(0)
    hold.set()
    await first
    second.cancel()
    await third
    async with queue.turn(waiting):
        done.append("end")
    assert done[-2:] == ["c", "end"]
