"""Several machines, each with a data folder of its own, with one Chroma server and one Postgres between them."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from conftest import MakeProject
from discord_fixtures import ANSWERED
from servers import ChromaServer, PostgresServer
from support import Child, HashEmbedder, make_index, moments, snapshot

from bot.answer import Status
from bot.commands.verify import Verdict, verify
from bot.settings import PROJECT, load
from bot.wiring import SEEDS, Project
from retrieval.corpus import receipts
from retrieval.errors import IndexBusy, Unreachable
from retrieval.index import shared
from retrieval.index.index import Index
from retrieval.index.ingest import ingest, is_current

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    server = ChromaServer(tmp_path_factory.mktemp("server") / "chroma")
    server.start()
    yield server
    server.kill()


class Machine(Protocol):
    def __call__(self, name: str, **settings: Any) -> Index:
        """The index of a machine of that name."""


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def machine(chroma: ChromaServer, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    monkeypatch.setattr(shared, "FOLLOW_SECONDS", 0.0)
    opened: list[Index] = []

    def make(name: str, **settings: Any) -> Index:
        opened.append(make_index(tmp_path / name, **({"chroma": chroma.url, "shared": url} | settings)))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    shutil.copytree(SEEDS, folder)
    return folder


def held(index: Index) -> dict[str, Any]:
    """What it holds, besides how it came about."""
    found = snapshot(index)
    del found["facts"]
    return found


def test_what_one_machine_takes_in_all_have(machine: Machine, tmp_path: Path, articles: Path) -> None:
    one, other = machine("one"), machine("other")
    ingest(one, [articles])
    assert snapshot(other) == snapshot(one)
    shutil.copy(PROJECT / "tests/corpora/news/04-cup-final.txt", articles)
    (articles / "004_3c2fc78c4d3681c6.txt").unlink()
    ingest(one, [articles])
    alone = make_index(tmp_path / "alone")
    ingest(alone, [articles])
    expected = held(alone)
    alone.close()
    assert held(one) == held(other) == held(machine("late")) == expected
    assert isinstance(other.embedder, HashEmbedder)
    assert set(other.embedder.embedded) == {"any"}, "only what the test itself asks for"


def test_the_machine_that_ingested_last_looks_after_the_articles(machine: Machine, tmp_path: Path, articles: Path) -> None:
    one, other = machine("one"), machine("other")
    ingest(one, [articles])
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    shutil.copy(PROJECT / "tests/corpora/news/04-cup-final.txt", theirs)
    # With other files on its disk a machine that follows changes nothing by itself.
    assert is_current(other, [theirs])
    assert not is_current(one, [theirs])
    ingest(other, [theirs])
    assert is_current(one, [articles])
    assert [entry.name for entry in one.catalogue.entries()] == ["04-cup-final.txt"]
    assert held(one) == held(other)


def test_only_one_machine_ingests_at_a_time(machine: Machine, articles: Path) -> None:
    one, other = machine("one"), machine("other", wait_seconds=0.0)
    refused: list[str] = []

    def progress(done: int, total: int, name: str) -> None:
        with pytest.raises(IndexBusy, match="Another machine has been ingesting") as busy:
            ingest(other, [articles])
        refused.append(str(busy.value))

    ingest(one, [articles], progress=progress)
    assert refused
    assert ingest(other, [articles]).unchanged


def test_a_machine_that_loses_the_lock_cannot_spoil_what_another_writes(
    machine: Machine, url: str, tmp_path: Path, articles: Path
) -> None:
    one, other = machine("one"), machine("other")

    def progress(done: int, total: int, name: str) -> None:
        if done == 1:
            # As when Postgres was restarted: the lock is free, and another machine takes it.
            with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
                db.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            ingest(other, [articles])

    with pytest.raises(IndexBusy, match="Another machine has changed the index meanwhile"):
        ingest(one, [articles], progress=progress)
    alone = make_index(tmp_path / "alone")
    ingest(alone, [articles])
    expected = held(alone)
    alone.close()
    assert held(one) == held(other) == expected


def test_building_anew_begins_the_log_anew(machine: Machine, articles: Path) -> None:
    one, other = machine("one"), machine("other")
    ingest(one, [articles])
    before = snapshot(other)
    for path in articles.iterdir():
        path.touch()
        ingest(one, [articles])
    assert one.log is not None
    entries = one.log.head().number
    ingest(one, [articles], rebuild=True)
    assert one.log.head().number < entries
    assert {k: v for k, v in snapshot(other).items() if k != "files"} == {k: v for k, v in before.items() if k != "files"}


def _ingest(data: Path, articles: Path, chroma: str, url: str, die_at: int | None = None) -> list[int]:
    index = make_index(data, chroma=chroma, shared=url)
    found = moments(index, articles, die_at=die_at)
    index.close()
    return found


def test_a_machine_that_dies_while_it_ingests(
    machine: Machine, chroma: ChromaServer, postgres: PostgresServer, tmp_path: Path, articles: Path
) -> None:
    places = Child(_ingest, tmp_path / "counted", articles, chroma.url, postgres.database()).result()
    alone = make_index(tmp_path / "alone")
    ingest(alone, [articles])
    expected = held(alone)
    alone.close()
    for moment in (4, 6):
        at, url = places[len(places) * moment // 9], postgres.database()
        dead = Child(_ingest, tmp_path / f"dead {moment}", articles, chroma.url, url, at)
        assert dead.ended() == -signal.SIGKILL
        other = machine(f"other {moment}", shared=url)
        ingest(other, [articles])
        assert held(other) == expected
        assert held(machine(f"dead {moment}", shared=url)) == expected


def test_a_log_that_cannot_be_reached_costs_answers(machine: Machine, postgres: PostgresServer, articles: Path) -> None:
    one = machine("one")
    ingest(one, [articles])
    before = snapshot(one)
    postgres.stop()
    try:
        with pytest.raises(Unreachable, match="does not answer"):
            one.catalogue.entries()
        with pytest.raises(Unreachable):
            ingest(one, [articles])
    finally:
        postgres.start()
    assert snapshot(one) == before


def test_a_machine_without_the_articles_answers_from_them(
    project: MakeProject,
    models: Path,
    chroma: ChromaServer,
    url: str,
    tmp_path: Path,
    articles: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flags = (f"search.chroma={chroma.url}", f"state.url={url}")
    there = project(articles, flags)
    articles.rename(tmp_path / "on another machine")
    here = Project(load(flags=flags), tmp_path / "here", models)
    assert here.refresh(starting=lambda: pytest.fail("it has nothing to take in")) is None
    answer = here.answerer.ask(ANSWERED)
    assert answer.status is Status.ANSWERED
    assert "Geneva" in answer.quotes[0].text
    assert verify(here, receipts.parse(answer.quotes[0].receipt)).verdict is Verdict.IDENTICAL
    # And sees what another machine takes in, without a restart.
    monkeypatch.setattr(shared, "FOLLOW_SECONDS", 0.0)
    articles.mkdir()
    shutil.copy(PROJECT / "tests/corpora/news/04-cup-final.txt", articles)
    there.ingest([articles])
    assert here.answerer.ask(ANSWERED).status is Status.REFUSED
    here.index.close()
