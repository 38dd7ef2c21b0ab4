"""The systems that are compared, each a process of its own that is asked through its standard input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.settings import PROJECT
from retrieval.errors import VerbatimError

SCRIPTS = Path(__file__).resolve().parent / "peers"
PEERS_PYTHON = PROJECT / ".venv-peers" / "bin" / "python"


class SystemError_(VerbatimError):
    """A system ended before it had answered."""


@dataclass(frozen=True, slots=True)
class System:
    """One way to answer, and how it is started."""

    key: str
    label: str
    script: str
    peer: bool = True
    """Runs in the peers' own environment."""
    options: tuple[str, ...] = ()
    fits: bool = True
    """Has a threshold to be fitted; the others refuse on their own account."""
    told: bool = False
    """Is told its threshold when it starts, since it acts on it."""


OURS = System("verbatim", "**verbatim** (this project)", "verbatim_peer.py", peer=False, fits=False)
PEERS = (
    System("langchain", "LangChain + Chroma, chunks of 1,000, four shown", "recursive_splitter.py"),
    System(
        "langchain-small",
        "LangChain + Chroma, chunks of 250, three shown",
        "recursive_splitter.py",
        options=("--chunk", "250", "--overlap", "0", "--k", "3"),
    ),
    System("bm25", "BM25 alone, paragraphs, three shown", "word_ranking.py"),
    System("cairn", "cairn-assistant, threshold fitted", "cairn_peer.py", told=True),
    System("cairn-shipped", "cairn-assistant, as shipped", "cairn_peer.py", fits=False),
)
ALL = (OURS, *PEERS)

LOWEST = 1e-9
"""A threshold that lets everything pass: what a score is worth can only be seen where it is shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as a system gave it."""

    article: str
    text: str
    score: float
    start: int | None = None
    """Offset into the article, where the system knows it."""
    highlight: tuple[int, int] | None = None
    """The words that answer, as offsets into the article, where the system says so."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system said to one question."""

    passages: tuple[Shown, ...]
    """Best first; empty where it refused."""
    nearest: tuple[Shown, ...]
    """What it shows beside a refusal without calling it an answer."""
    score: float
    """How sure it is, on a scale of its own; comes with refusals too."""
    ms: float


class Running:
    """A started system."""

    def __init__(self, process: subprocess.Popen[str], label: str) -> None:
        self._process = process
        self._label = label
        self.peak_mib = 0.0
        """Known once it has ended."""

    def ask(self, question: str, history: Iterable[str] = ()) -> Reply:
        """Its reply.

        Raises:
            SystemError_: it ended instead.

        """
        assert self._process.stdin is not None
        print(json.dumps({"question": question, "history": list(history)}), file=self._process.stdin, flush=True)
        line = self.read()
        return Reply(
            tuple(_shown(p) for p in line["passages"]),
            tuple(_shown(p) for p in line.get("nearest", [])),
            float(line["score"]),
            float(line["ms"]),
        )

    def read(self) -> dict[str, Any]:
        """Its next line."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemError_(
                f"{self._label} ended with status {self._process.wait()} instead of answering",
                "Its own message stands above; `make benchmark` makes the environment that the peers need.",
            )
        content: dict[str, Any] = json.loads(line)
        return content


@contextmanager
def started(system: System, work: Path, threshold: float | None = None) -> Iterator[Running]:
    """Start a system on the corpus that is laid out in `work`; its peak memory is known at the end.

    Raises:
        SystemError_: it did not start.

    """
    python = str(PEERS_PYTHON) if system.peer else sys.executable
    command = [python, str(SCRIPTS / system.script), str(work), *system.options]
    if system.told and threshold is not None:
        command += ["--threshold", str(threshold)]
    quiet = {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False", "TOKENIZERS_PARALLELISM": "true"}
    # What they print would bury the benchmark's own progress; an error still shows, through the file.
    with (work / "messages.txt").open("a+b") as messages:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages, text=True, encoding="utf-8",
                env=os.environ | quiet,
            )  # fmt: skip
        except OSError as error:
            raise SystemError_(f"{system.label} cannot be started ({error.strerror})", "Run `make benchmark`.") from error
        with process:
            running = Running(process, system.label)
            try:
                running.read()
                yield running
                assert process.stdin is not None
                process.stdin.close()
                running.peak_mib = running.read()["peak_kib"] / 1024
            except SystemError_ as error:
                process.wait()
                messages.seek(0)
                last = messages.read().decode("utf-8", "replace").strip().splitlines()[-12:]
                raise SystemError_("\n".join([*last, error.what]), error.remedy) from None
            finally:
                if process.poll() is None and sys.exc_info()[0] is not None:
                    process.kill()


def cold_seconds(system: System, work: Path, question: str, threshold: float | None) -> float:
    """From nothing to the first answer: a fresh process on an index that is there."""
    began = time.perf_counter()
    with started(system, work, threshold) as running:
        running.ask(question)
        return time.perf_counter() - began


def _shown(line: dict[str, Any]) -> Shown:
    highlight = line.get("highlight")
    return Shown(
        line["article"], line["text"], float(line["score"]), line.get("start"), tuple(highlight) if highlight else None
    )
