"""What takes too long: a thread that hangs keeps nobody waiting, and ends as soon as it can."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.cogs.workers import SPARE, Stuck, Workers
from bot.wiring import Project
from retrieval.stopping import Abandoned, checkpoint, stoppable


async def given_up(workers: Workers, released: threading.Event) -> None:
    """Work that hangs, and whose caller goes away."""
    began = threading.Event()

    def hang() -> None:
        began.set()
        released.wait()

    task = asyncio.create_task(workers.run(hang))
    while not began.is_set():
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_what_hangs_keeps_nobody_waiting_and_only_so_much_may_hang(caplog: pytest.LogCaptureFixture) -> None:
    workers, released = Workers("test", 1), threading.Event()
    try:
        for number in range(SPARE):
            assert await workers.run(lambda n=number: n) == number
            await given_up(workers, released)
        with pytest.raises(Stuck, match=f"{SPARE} threads"):
            await workers.run(int)
        workers.close()
        assert not workers.settled(0)
    finally:
        released.set()
    assert workers.settled(120)
    assert [r.getMessage() for r in caplog.records].count("overdue") == SPARE


async def test_work_that_is_given_up_ends_at_its_next_checkpoint() -> None:
    workers, began, ended = Workers("test", 1), threading.Event(), threading.Event()

    def go_on() -> None:
        began.set()
        try:
            while True:
                checkpoint()
        except Abandoned:
            ended.set()
            raise

    task = asyncio.create_task(workers.run(go_on))
    while not began.is_set():
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.wait(120)
    workers.close()


def test_answering_and_checking_end_between_their_parts(seeds: Project) -> None:
    looks = iter([False, True])
    with stoppable(lambda: next(looks)), pytest.raises(Abandoned):
        seeds.answerer.ask("Where did Moscow propose to hold the negotiations, and what is the capital of Australia?")
    looks = iter([False, True])
    with stoppable(lambda: next(looks)), pytest.raises(Abandoned):
        seeds.checker.check("Russia presented two draft treaties. NATO was founded in Quito.")
