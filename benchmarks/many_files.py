"""Many small files at once: how fast they are taken in, what it takes when one of them changes, and how much memory.

python -m benchmarks.many_files [--files 10000] [--json]

The real model and the real stores, in a folder of its own. Each file holds two sentences that no other has.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bot.settings import DEFAULT_DATA, load
from bot.wiring import Project
from retrieval.corpus.stamps import COARSEST_NS
from retrieval.index.ingest import is_current

T = TypeVar("T")

WHO = ("minister", "ambassador", "spokesman", "general", "envoy", "president", "observer", "chairman")
DID = ("spoke", "kept silent", "voted", "travelled", "wrote", "answered", "waited", "signed nothing")
WHERE = ("Geneva", "Minsk", "Vienna", "Oslo", "Ankara", "Brussels", "Helsinki", "Astana")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), arguments.files)
    if arguments.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:>28}  {value:,.4g}" for name, value in found.items()))


def measured(folder: Path, files: int) -> dict[str, float]:
    """The figures, by name."""
    articles = folder / "articles"
    articles.mkdir()
    for number in range(files):
        (articles / f"{number:06}.txt").write_text(text(number), "utf-8")
    project = Project(load(), folder / "data", DEFAULT_DATA / "models")
    project.index.embedder.embed(["Loaded before the clock runs."])
    took, report = timed(lambda: project.ingest([articles]))
    time.sleep(1.1 * COARSEST_NS / 1e9)
    confirm, _ = timed(lambda: is_current(project.index, [articles]))
    look, current = timed(lambda: is_current(project.index, [articles]))
    assert current
    (articles / f"{files // 2:06}.txt").write_text(text(files // 2).replace("Nobody", "Everybody"), "utf-8")
    again, changed = timed(lambda: project.ingest([articles]))
    assert len(changed.updated) == 1
    return {
        "files": files,
        "passages": report.passages,
        "seconds": took,
        "passages a second": report.passages / took,
        "first look after it, seconds": confirm,
        "look, seconds": look,
        "one changed, seconds": again,
        "peak memory, MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def text(number: int) -> str:
    """Two paragraphs that no other number has."""
    who, did, where = WHO[number % 8], DID[number // 8 % 8], WHERE[number // 64 % 8]
    return f"The {who} {did} in {where} on day {number} of the talks.\n\nNobody asked the {who} about point {number}.\n"


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds, and the result."""
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


if __name__ == "__main__":
    main()
