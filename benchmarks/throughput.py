"""Fifty people who ask at the same moment: answers in a second, the longest wait, and whether anybody is passed over."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from bot.answering import Answerer
from bot.evaluation import questions
from bot.settings import DEFAULT_DATA, PROJECT, load
from bot.wiring import SEEDS, Project

PEOPLE = 50
WORKERS = (1, 2, 4, 8)
"""`discord.workers`: questions that are worked on at the same time."""

FILES = ("seeds-held-out", "seeds-tuning")


def run(work: Path) -> dict[str, Any]:
    """Each number of workers with the same questions, nothing remembered from the one before."""
    project = Project(load(), work / "verbatim", DEFAULT_DATA / "models")
    project.ingest([SEEDS])
    files = [questions.load(PROJECT / "tests" / "questions" / f"{name}.yaml") for name in FILES]
    chosen = list(dict.fromkeys(q.question for file in files for q in file.questions))[:PEOPLE]
    project.answerer.ask(chosen[0])
    rows = [crowd(project.answerer, chosen, workers) for workers in WORKERS]
    project.index.close()
    return {"rows": rows, "people": len(chosen), "threads": project.threads}


def crowd(answerer: Answerer, asked: list[str], workers: int) -> dict[str, Any]:
    """All at once, in the order in which they stand."""
    answerer.forget()
    done: list[int] = []
    waits: list[float] = []
    began = time.perf_counter()

    def answer(number: int) -> None:
        answerer.ask(asked[number])
        waits.append(time.perf_counter() - began)
        done.append(number)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(answer, range(len(asked))))
    return {
        "workers": workers,
        "per_second": len(asked) / max(waits),
        "wait_s_p50": float(np.percentile(waits, 50)),
        "wait_s_p95": float(np.percentile(waits, 95)),
        "passed_over": max(abs(place - number) for place, number in enumerate(done)),
    }
