"""Many people ask at once: what is lost, what comes twice, how long it takes, and how late the bot's event loop turns.

python -m benchmarks.crowd [--people 50] [--json]

The real bot with the shipped settings, the real discord.py and the shipped articles. The Discord that it speaks with is
the small one of the tests, in a process of its own, over real sockets. A third process does nothing but watch an idle
event loop of its own: how late that one turns is the machine's doing and not the bot's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import tempfile
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import discord
import yarl

from benchmarks.crowd_figures import Asked, Figures, Lateness, figures
from benchmarks.crowd_side import crowd, idle, watch
from bot.cogs.wiring import make
from bot.evaluation import questions
from bot.settings import DEFAULT_DATA, PROJECT, load
from bot.state.database import Database
from bot.wiring import Project

QUESTIONS = PROJECT / "tests" / "questions" / "seeds-tuning.yaml"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50, help="who ask at once, half by command and half by mention")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--set", dest="flags", action="append", default=[], help="settings other than the shipped ones")
    given = parser.parse_args()
    asked = [q.question for q in questions.load(QUESTIONS).questions]
    found = asyncio.run(measure([asked[n % len(asked)] for n in range(given.people)], given.flags))
    print(json.dumps(asdict(found), indent=1) if given.json else found.told(os.cpu_count() or 1))


async def measure(asked: list[str], flags: list[str]) -> Figures:
    """The figures of a crowd that asks these questions at once."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        project = Project(load(flags=flags), Path(folder), DEFAULT_DATA / "models")
        project.refresh(lambda: None)
        database = Database("", Path(folder))
        bot = make(project, None, database)
        side, theirs = spawn.Pipe()
        watching, other = spawn.Pipe()
        processes = [
            spawn.Process(target=crowd, args=(theirs, asked), daemon=True),
            spawn.Process(target=idle, args=(other,), daemon=True),
        ]
        for process in processes:
            process.start()
        port, token = await _received(side)
        discord.http.Route.BASE = f"http://127.0.0.1:{port}/api/v10"
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://127.0.0.1:{port}/gateway")
        async with bot:
            running = asyncio.create_task(bot.start(token))
            await bot.wait_until_ready()
            await _received(watching)
            quiet = await watch(asyncio.sleep(3))
            watching.send("begin")
            side.send("begin")
            loaded = await watch(_received(side))
            watching.send("end")
            machine: Lateness = await _received(watching)
            people: list[Asked] = loaded.result
            await bot.stop()
            await running
        database.close()
        for process in processes:
            process.join(30)
        project.index.close()
    return figures(people, quiet.lateness, loaded.lateness, machine)


async def _received(pipe: Connection) -> Any:
    """What comes through a pipe, without holding up the event loop."""
    while not pipe.poll():
        await asyncio.sleep(0.02)
    return pipe.recv()


if __name__ == "__main__":
    main()
