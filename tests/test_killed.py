"""`kill -9` at many moments of an ingest: what is run next must leave the index as if it had been built in one go."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support import Child, make_index, moments, snapshot

from bot.settings import load
from bot.wiring import SEEDS, Project
from retrieval.index.ingest import ingest, is_current, remembered_paths

MOMENTS = 10
"""In the index's own code, for each kind of ingest, spread over all its lines from the first that runs to the last."""

DELAYS = 4
"""Moments anywhere, native code included; evenly spread over the time that it takes."""


def text(subject: str, paragraphs: int) -> str:
    return "\n\n".join(f"{subject} spoke about point {n}. Nobody agreed to it." for n in range(paragraphs)) + "\n"


def before(folder: Path) -> None:
    folder.mkdir()
    for name in ("changed", "deleted", "kept", "renamed"):
        (folder / f"{name}.txt").write_text(text(f"Minister {name}", 6), "utf-8")
    # More than are embedded and stored at a time.
    (folder / "long.txt").write_text(text("The chairman", 300), "utf-8")


def after(folder: Path) -> None:
    (folder / "changed.txt").write_text(text("Minister changed", 4) + text("His deputy", 3), "utf-8")
    (folder / "deleted.txt").unlink()
    (folder / "renamed.txt").rename(folder / "a-renamed.txt")
    (folder / "new.txt").write_text(text("The ambassador", 280), "utf-8")
    (folder / "copy.txt").write_text(text("Minister kept", 6), "utf-8")


def _ingest(data: Path, articles: Path, rebuild: bool = False, die_at: int | None = None) -> list[int]:
    index = make_index(data)
    found = moments(index, articles, rebuild=rebuild, die_at=die_at)
    index.close()
    return found


def _timed(data: Path, articles: Path, rebuild: bool = False) -> float:
    index = make_index(data)
    began = time.monotonic()
    ingest(index, [articles], rebuild=rebuild)
    return time.monotonic() - began


def _resumed(data: Path, articles: Path) -> tuple[dict[str, Any], bool, int]:
    """What the next command makes of an interrupted ingest: what the index holds, whether it is current then, and how
    many texts it embedded."""
    index = make_index(data)
    paths = remembered_paths(index) or [articles]
    assert paths == [articles]
    if not is_current(index, paths):
        ingest(index, paths)
    embedded = len(index.embedder.embedded)  # type: ignore[attr-defined]
    held = snapshot(index)
    current = is_current(index, paths)
    index.close()
    return held, current, embedded


class Scene:
    """Articles, an index as it was before, and what it must hold in the end."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.articles = folder / "articles"
        self.rebuild = kind == "rebuild"
        self._before = folder / "before"
        self._tried = folder / "tried"
        before(self.articles)
        index = make_index(self._before)
        if kind != "first":
            ingest(index, [self.articles])
        if kind == "change":
            after(self.articles)
        index.close()
        whole = make_index(folder / "whole")
        ingest(whole, [self.articles])
        self.expected = snapshot(whole)
        whole.close()

    def data(self) -> Path:
        """The index as it was before, anew."""
        shutil.rmtree(self._tried, ignore_errors=True)
        if self._before.exists():
            shutil.copytree(self._before, self._tried)
        return self._tried

    def check(self) -> None:
        held, current, _ = Child(_resumed, self._tried, self.articles).result()
        for kind, value in self.expected.items():
            assert held[kind] == value, kind
        assert current


@pytest.fixture(params=["first", "change", "rebuild"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    return Scene(tmp_path, request.param)


def test_killed_in_the_code_of_the_index(scene: Scene) -> None:
    places = Child(_ingest, scene.data(), scene.articles, scene.rebuild).result()
    scene.check()
    assert len(places) > 10 * MOMENTS
    for moment in range(MOMENTS):
        at = places[(len(places) - 1) * moment // (MOMENTS - 1)]
        child = Child(_ingest, scene.data(), scene.articles, scene.rebuild, at)
        assert child.ended() == -signal.SIGKILL, f"line {at} of {places[-1]}"
        scene.check()


def test_killed_and_then_the_articles_change(tmp_path: Path) -> None:
    """What was embedded for a text that is gone by the next ingest must not stay behind."""
    articles, data = tmp_path / "articles", tmp_path / "data"
    before(articles)
    places = Child(_ingest, tmp_path / "counted", articles).result()
    after(articles)
    whole = make_index(tmp_path / "whole")
    ingest(whole, [articles])
    expected = snapshot(whole)
    whole.close()
    for moment in range(1, MOMENTS):
        for folder in (articles, data):
            shutil.rmtree(folder, ignore_errors=True)
        before(articles)
        at = places[len(places) * moment // MOMENTS]
        assert Child(_ingest, data, articles, False, at).ended() == -signal.SIGKILL
        after(articles)
        held, current, _ = Child(_resumed, data, articles).result()
        for kind, value in expected.items():
            assert held[kind] == value, f"{kind} after line {at} of {places[-1]}"
        assert current


def test_killed_from_outside(scene: Scene) -> None:
    takes = Child(_timed, scene.data(), scene.articles, scene.rebuild).result()
    killed = 0
    for moment in range(DELAYS):
        child = Child(_timed, scene.data(), scene.articles, scene.rebuild)
        time.sleep(takes * moment / DELAYS)
        child.kill()
        killed += child.ended() == -signal.SIGKILL
        scene.check()
    assert killed


def _real(data: Path, models: Path, die_at: int | None) -> None:
    def progress(done: int, total: int, name: str) -> None:
        if done == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    Project(load(), data, models).ingest([SEEDS], progress=progress)


def test_killed_with_the_real_model(seeds: Project, tmp_path: Path) -> None:
    expected = snapshot(seeds.index)
    for done in range(3):  # before the first article, after it, after the second
        data = tmp_path / str(done)
        assert Child(_real, data, seeds.models, done).ended() == -signal.SIGKILL
        project = Project(load(), data, seeds.models)
        assert project.refresh(starting=lambda: None) is not None
        assert snapshot(project.index) == expected
        project.index.close()


def test_the_command_killed_and_run_again(seeds: Project, tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(seeds.models)
    command = [sys.executable, "-m", "bot", "ingest", str(SEEDS), "--json", "--data", str(tmp_path)]
    for seconds in (1.0, 1.6):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
            process.kill()
    done = subprocess.run(command, capture_output=True, check=True)
    assert json.loads(done.stdout)["passages"] == seeds.index.catalogue.count()
    project = Project(load(), tmp_path)
    assert snapshot(project.index) == snapshot(seeds.index)
    project.index.close()
