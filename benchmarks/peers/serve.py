"""What every system that is compared speaks: JSON lines, questions in, passages out. Standard library only.

A system is a script that is given a work folder with `articles.json` in it:

    {"folder": "…", "articles": [{"name": "…", "title": "…", "text": "…", "paragraphs": ["…"]}]}

It keeps its index in that folder, so that a second start finds it, and answers lines `{"question", "history"}` with lines
`{"passages": [{"article", "text", "score"}], "score", "ms"}`, best first, to which it may add what it knows beyond that.
Its last line is its peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Ask = Callable[[str, list[str]], dict[str, Any]]
"""Question and the questions before it -> the line that answers."""

Build = Callable[[Path, dict[str, Any], argparse.Namespace], Ask]
"""Work folder, content of `articles.json`, options -> what answers."""


def serve(build: Build, options: dict[str, float]) -> None:
    """Answer until there are no more questions.

    Args:
        build: opens the index, makes it where it is not there, and loads what is needed.
        options: numbers that the command line may set, with their defaults.

    """
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    for name, default in options.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    given = parser.parse_args()
    # Whatever a library prints must not get between the lines.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(line: dict[str, Any]) -> None:
        print(json.dumps(line, ensure_ascii=False), file=out, flush=True)

    began = time.perf_counter()
    ask = build(given.work, json.loads((given.work / "articles.json").read_text("utf-8")), given)
    say({"ready_s": time.perf_counter() - began})
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        began = time.perf_counter()
        reply = ask(asked["question"], asked["history"])
        say({"ms": (time.perf_counter() - began) * 1e3} | reply)
    say({"peak_kib": peak_kib()})


def together(question: str, history: list[str]) -> str:
    """What a pipeline without a language model does about a follow-up: it searches for both questions at once."""
    return " ".join([*history[-1:], question])


def passage(article: str, text: str, score: float) -> dict[str, Any]:
    """A passage as the line holds it."""
    return {"article": article, "text": text, "score": score}


def peak_kib() -> int:
    """Peak resident memory of this process in KiB.

    Linux counts the memory of the process that started this one into `ru_maxrss`; `VmHWM` starts from nothing.
    """
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    except OSError:
        found = None
    return int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
