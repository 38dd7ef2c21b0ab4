"""What the tests share: one folder of exported models, and real projects on real articles."""

from __future__ import annotations

import os

# Before anything can import a library that would look: nothing is fetched at run time.
os.environ["HF_HUB_OFFLINE"] = "1"

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

# Fixtures of the command line.
from command_line import data as data
from command_line import own as own
from command_line import verbatim as verbatim
from hypothesis import settings

# Fixtures of an index and its folder.
from index_fixtures import folder as folder
from index_fixtures import index as index
from index_fixtures import one_go as one_go
from language_server import HINT, LanguageServer, installed
from servers import PostgresServer, postgres_programs

from bot.answering import Answerer
from bot.settings import DEFAULT_DATA, load
from bot.wiring import SEEDS, Project

# How long an example takes says nothing of whether it is right, and machines differ.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a server that is not installed, and say so; CI leaves nothing out."""
    if os.environ.get("CI"):
        return
    missing = {}
    if not postgres_programs():
        missing["postgres"] = "need Postgres", "apt-get install postgresql"
    if not installed():
        missing["model"] = "ask a language model", HINT
    for marker, (why, remedy) in missing.items():
        if without := [item for item in items if item.get_closest_marker(marker)]:
            items[:] = [item for item in items if not item.get_closest_marker(marker)]
            config.hook.pytest_deselected(items=without)
            reporter = config.pluginmanager.get_plugin("terminalreporter")
            reporter.write_line(f"{len(without)} tests {why} and are left out; to run them: {remedy}")


class MakeProject(Protocol):
    def __call__(self, articles: Path = SEEDS, flags: tuple[str, ...] = (), data: Path | None = None) -> Project:
        """A project in a data folder of its own (or in `data`), in line with `articles`, with settings `a.b=c`."""


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where exported models lie: the project's own folder if it has them, else one for this session."""
    ours = DEFAULT_DATA / "models"
    return ours if list(ours.glob("*.onnx")) else tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def project(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeProject]:
    """Makes projects; see `MakeProject`."""
    made: list[Project] = []

    def make(articles: Path = SEEDS, flags: tuple[str, ...] = (), data: Path | None = None) -> Project:
        one = Project(load(flags=flags), data or tmp_path_factory.mktemp("data"), models)
        made.append(one)
        one.ingest([articles])
        return one

    yield make
    for one in made:
        one.index.close()


@pytest.fixture(scope="session")
def seeds(project: MakeProject) -> Project:
    """A project on the shipped articles. Shared: do not change it."""
    return project()


@pytest.fixture(scope="session")
def answerer(seeds: Project) -> Answerer:
    """Answers from the shipped articles."""
    return seeds.answerer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running Postgres; each test makes a database of its own."""
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def language_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """A running language model. Shared: do not stop it."""
    server = LanguageServer(tmp_path_factory.mktemp("model"))
    yield server
    server.kill()
