"""Vectors on a Chroma server: shared by several processes, killed in the middle of an ingest, back with less than it had."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from conftest import MakeProject
from discord_fixtures import ANSWERED, make_bot, read, serving
from servers import ChromaServer
from support import Child, HashEmbedder, make_index, moments, snapshot

from bot.answer import Status
from bot.settings import PROJECT, load
from bot.wiring import SEEDS
from retrieval.errors import IndexMismatch, SettingsError, StorageError, Unreachable
from retrieval.index.chroma import Server
from retrieval.index.embeddings import Matrix
from retrieval.index.index import Index
from retrieval.index.ingest import ingest, is_current


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    one = ChromaServer(tmp_path_factory.mktemp("server") / "chroma")
    one.start()
    yield one
    one.kill()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    shutil.copytree(SEEDS, folder)
    return folder


class MakeIndex(Protocol):
    def __call__(self, name: str, embedder: HashEmbedder | None = None) -> Index:
        """An index on the server, its catalogue in a folder of that name."""


@pytest.fixture
def made(server: ChromaServer, tmp_path: Path) -> Iterator[MakeIndex]:
    opened: list[Index] = []

    def make(name: str, embedder: HashEmbedder | None = None) -> Index:
        opened.append(make_index(tmp_path / name, chroma=server.url, embedder=embedder))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


class KillingEmbedder(HashEmbedder):
    """Does something when it is asked for the n-th time: what was to be stored is then known, and not yet stored."""

    def __init__(self, at: int, then: Callable[[], None]) -> None:
        super().__init__()
        self._left, self._then = at, then

    def embed(self, texts: Sequence[str]) -> Matrix:
        self._left -= 1
        if self._left == 0:
            self._then()
        return super().embed(texts)


def test_what_one_process_takes_in_another_answers_from(
    project: MakeProject, server: ChromaServer, tmp_path: Path, models: Path
) -> None:
    articles, data = tmp_path / "articles", tmp_path / "data"
    articles.mkdir()
    shutil.copy(PROJECT / "tests/corpora/news/04-cup-final.txt", articles)
    data.mkdir()
    (data / "models").symlink_to(models)
    flag = f"search.chroma={server.url}"
    here = project(articles, (flag,), data)
    assert here.answerer.ask(ANSWERED).status is Status.REFUSED
    shutil.copy(SEEDS / "000_7a518c810b0cef30.txt", articles)
    command = [sys.executable, "-m", "bot", "ingest", str(articles), "--data", str(data), "--set", flag]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    answer = here.answerer.ask(ANSWERED)
    assert answer.status is Status.ANSWERED
    assert "Geneva" in answer.quotes[0].text
    assert here.index.vectors.ids() == {row["id"] for row in here.index.catalogue.rows("SELECT id FROM passages")}
    assert not (data / "chroma").exists()


def test_two_catalogues_on_one_server_leave_each_other_alone(made: MakeIndex, articles: Path) -> None:
    one, other = made("one"), made("other")
    ingest(one, [articles])
    held = snapshot(one)
    ingest(other, [articles])
    assert snapshot(other)["vectors"] == held["vectors"]
    for path in list(articles.iterdir())[1:]:
        path.unlink()
    ingest(other, [articles])
    assert len(snapshot(other)["vectors"]) < len(held["vectors"])
    assert snapshot(one) == held
    ingest(other, [articles], rebuild=True)
    assert snapshot(one) == held


def test_vectors_of_another_model_are_refused(made: MakeIndex, articles: Path) -> None:
    index = made("data")
    ingest(index, [articles])
    other = made("data", HashEmbedder("another"))
    with pytest.raises(IndexMismatch, match="--rebuild"):
        other.check()
    index.catalogue.set_fact("fingerprint", other.fingerprint)
    with pytest.raises(IndexMismatch, match="made by hash, the settings name another"):
        other.vectors.ids()


def test_a_server_killed_in_the_middle_of_an_ingest(
    made: MakeIndex, server: ChromaServer, tmp_path: Path, articles: Path
) -> None:
    # More than is embedded and stored at a time.
    (articles / "long.txt").write_text("\n\n".join(f"The envoy spoke about point {n}." for n in range(300)), "utf-8")
    whole = make_index(tmp_path / "whole")
    ingest(whole, [articles])
    expected = snapshot(whole)
    del expected["facts"]
    for at in (1, 3):
        index = made(f"killed {at}", KillingEmbedder(at, server.kill))
        with pytest.raises(Unreachable, match=r"does not answer .*Nothing is lost"):
            ingest(index, [articles])
        with pytest.raises(Unreachable):
            ingest(index, [articles])
        server.start()
        assert not is_current(index, [articles])
        ingest(index, [articles])
        held = snapshot(index)
        assert {kind: held[kind] for kind in expected} == expected
        assert is_current(index, [articles])
    # Killed before what is gone could be removed there: it is never found meanwhile, and removed by the next ingest.
    (articles / "000_7a518c810b0cef30.txt").unlink()
    ingest(whole, [articles])
    server.kill()
    with pytest.raises(Unreachable):
        ingest(index, [articles])
    server.start()
    ingest(index, [articles])
    assert snapshot(index)["vectors"] == snapshot(whole)["vectors"]
    whole.close()


def _ingest(data: Path, articles: Path, url: str, die_at: int | None = None) -> list[int]:
    index = make_index(data, chroma=url)
    found = moments(index, articles, die_at=die_at)
    index.close()
    return found


def test_a_process_killed_while_it_writes_to_a_server(
    made: MakeIndex, server: ChromaServer, tmp_path: Path, articles: Path
) -> None:
    places = Child(_ingest, tmp_path / "counted", articles, server.url).result()
    expected = snapshot(made("counted"))
    for moment in (4, 6):
        data = tmp_path / str(moment)
        at = places[len(places) * moment // 9]
        assert Child(_ingest, data, articles, server.url, at).ended() == -signal.SIGKILL
        index = made(data.name)
        ingest(index, [articles])
        assert snapshot(index) == expected


def test_a_server_that_comes_back_empty(made: MakeIndex, server: ChromaServer, articles: Path) -> None:
    index = made("data")
    ingest(index, [articles])
    held, vector = snapshot(index), index.embedder.embed(["any"])[0].tolist()
    server.kill()
    server.forget()
    server.start()
    assert not is_current(index, [articles])
    with pytest.raises(StorageError, match=r"has lost its passages\. Run verbatim ingest"):
        index.vectors.nearest(vector, 3, None)
    ingest(index, [articles])
    assert snapshot(index) == held


async def test_a_server_that_goes_away_costs_answers_and_no_data(
    project: MakeProject, server: ChromaServer, tmp_path: Path
) -> None:
    one = project(flags=(f"search.chroma={server.url}",))
    async with serving(make_bot(one, tmp_path)) as discord:
        server.kill()
        await discord.alice.send(discord.channel, f"{discord.me} {ANSWERED}")
        said = read(discord.channel.last_message)
        assert "The server where I keep my articles does not answer. Nothing is lost" in said
        assert "Reference" in said
        server.start()
        await discord.alice.send(discord.channel, f"{discord.me} {ANSWERED}")
        assert "Geneva" in read(discord.channel.last_message)


def test_the_cloud_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMA_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="CHROMA_API_KEY is not set"):
        Server("cloud").client()


@pytest.mark.parametrize("address", ["localhost:8000", "http://", "https://host/path/more", "Cloud"])
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(SettingsError, match=r"search\.chroma = .*write it as http://HOST:PORT or cloud"):
        load(flags=(f"search.chroma={address}",))


def test_passwords_stay_out_of_messages() -> None:
    assert str(Server("http://user:secret@host:8000")) == "http://host:8000"
