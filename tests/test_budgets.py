"""What one answer may cost, counted and not timed: files opened, databases opened, runs of the models."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.answering import Answerer
from bot.settings import PROJECT
from bot.wiring import SEEDS, Project

QUESTION = "Where did Moscow propose to hold the negotiations?"
COUNTED = """
import json, sys
opened, databases = [], []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.append(arguments[0])
    elif event == "sqlite3.connect":
        databases.append(str(arguments[0]))
sys.addaudithook(hook)
from bot.cli import main
sys.argv = ["verbatim", "ask", QUESTION, "--json", "--data", sys.argv[1]]
try:
    main()
except SystemExit as left:
    assert left.code == 0, left.code
print(json.dumps({"opened": opened, "databases": databases}))
"""


def asked(data: Path) -> dict[str, list[str]]:
    code = COUNTED.replace("QUESTION", repr(QUESTION))
    done = subprocess.run(
        [sys.executable, "-c", code, str(data)], capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_files_that_one_answer_opens(models: Path, tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(models)
    asked(tmp_path)  # brings the index in line
    found = asked(tmp_path)
    assert not [path for path in found["opened"] if Path(path).is_relative_to(tmp_path / "chroma")]
    articles = Counter(path for path in found["opened"] if Path(path).parent == SEEDS)
    assert set(articles.values()) <= {1, 2}, "for the check against the disk, and to see whether it changed"
    names = Counter(Path(path.partition("?")[0]).name for path in found["databases"])
    assert set(names) == {"catalogue.sqlite3", "state.sqlite3"}
    assert names["state.sqlite3"] == 1
    assert not [path for path in found["opened"] if path.endswith(".bin")], "the digest of 90 MB is not taken at every start"


def test_runs_of_the_models_for_one_question(seeds: Project, answerer: Answerer, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: Counter[str] = Counter()

    def count(name: str, encoder: Any) -> None:
        infer = encoder._infer

        def counted(tokens: Any) -> Any:
            counts[name] += 1
            return infer(tokens)

        monkeypatch.setattr(encoder, "_infer", counted)

    count("embedder", seeds.index.embedder._encoder)  # type: ignore[attr-defined]
    count("reader", answerer._reader._encoder)  # type: ignore[attr-defined]
    answerer.forget()
    answerer.ask(QUESTION)
    assert counts["embedder"] == 1
    assert counts["reader"] <= seeds.settings.reader.passages
    counts.clear()
    answerer.ask(QUESTION)
    assert not counts
