"""The state on Postgres: several bots at once, a server that goes away and comes back, settings that are wrong."""

from __future__ import annotations

import json
import os
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from discord_fixtures import ANSWERED, buttons, make_bot, press, read, serving
from servers import PostgresServer, free_port
from support import Child
from test_state import post

from bot import state
from bot.answering import Answerer
from bot.commands import doctor
from bot.state import conversations, feedback, posts
from bot.state.database import Base, Database
from bot.state.feedback import Vote
from bot.wiring import Project
from retrieval.errors import SettingsError, StorageError, Unreachable

pytestmark = pytest.mark.postgres


def _open(url: str, data: Path) -> list[str]:
    for module in pkgutil.iter_modules(state.__path__):
        import_module(f"bot.state.{module.name}")
    database = Database(url, data)
    with database.session() as session:
        found = sqlalchemy.inspect(session.connection()).get_table_names()
    database.close()
    assert sorted(found) == sorted(Base.metadata.tables)
    return found


def test_processes_that_start_at_once_make_every_table(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.database()
    started = [Child(_open, url, tmp_path) for _ in range(2)]
    for one in started:
        assert {"posts", "votes", "channels", "runs", "checks"} <= set(one.result())


def _vote(url: str, data: Path, good: bool) -> None:
    database = Database(url, data)
    for person in range(30):
        with database.session() as session:
            assert feedback.cast(session, "a", person, Vote(good))
    database.close()


def test_two_processes_vote_at_once_and_go_on_from_each_other(
    postgres: PostgresServer, tmp_path: Path, answerer: Answerer
) -> None:
    url, answer = postgres.database(), answerer.ask(ANSWERED)
    database = Database(url, tmp_path)
    with database.session() as session:
        posts.add(session, post("a", answer))
    voters = [Child(_vote, url, tmp_path, good) for good in (True, False)]
    for voter in voters:
        voter.result()
    with database.session() as session:
        assert sum(feedback.count(session, "a")) == 30
        posts.add(session, post("b", answer, parent="a"))
    other = Database(url, tmp_path)
    with other.session() as session:
        assert len(conversations.history(session, "b", 6)) == 2
    other.close()
    database.close()


async def test_a_server_that_goes_away_costs_answers_and_no_data(
    postgres: PostgresServer, seeds: Project, tmp_path: Path
) -> None:
    url = postgres.database()
    async with serving(make_bot(seeds, tmp_path, f"state.url={url}")) as server:
        result = await server.alice.slash(server.channel, "ask", question=ANSWERED)
        await press(server.alice, result.response, "good")
        postgres.stop()
        try:
            failed = await server.bob.slash(server.channel, "ask", question=ANSWERED)
            assert "The server where I keep my answers does not answer. Nothing is lost" in failed.response.content
            assert "(Reference " in failed.response.content
            assert "secret" not in failed.response.content
        finally:
            postgres.start()
        again = await server.bob.slash(server.channel, "ask", question=ANSWERED)
        assert "Geneva" in read(again.response)
        await press(server.bob, result.response, "good")
        id_ = buttons(result.response)["good"]["custom_id"].split(":")[2]
        database = Database(url, tmp_path)
        with database.session() as session:
            assert feedback.count(session, id_) == (2, 0)
        database.close()


def test_an_address_that_is_wrong(postgres: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"authentication failed.*Set user and password in state\.url") as wrong:
        Database(postgres.url("postgres", password="guess"), tmp_path)
    assert "guess" not in str(wrong.value)
    with pytest.raises(StorageError, match=r'"nowhere" does not exist\. Create it, or name another in state\.url'):
        Database(postgres.url("nowhere"), tmp_path)
    with pytest.raises(Unreachable, match=r"does not answer \(.*refused\)\. Start it, or set state\.url"):
        Database(f"postgresql+psycopg://verbatim:secret@127.0.0.1:{free_port()}/x", tmp_path)
    with pytest.raises(SettingsError, match=r"state\.url cannot be used .*postgresql\+psycopg://"):
        Database("oracle+nothing://host/name", tmp_path)


def test_the_bot_does_not_start_without_its_state(postgres: PostgresServer, seeds: Project) -> None:
    url = postgres.url("postgres", password="guess")
    done = subprocess.run(
        [sys.executable, "-m", "bot", "discord", "--data", str(seeds.data), "--set", f"state.url={url}"],
        capture_output=True, text=True, timeout=300, check=False, env=os.environ | {"DISCORD_TOKEN": "x"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "Set user and password in state.url" in done.stderr
    assert "guess" not in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_names_the_stores_and_says_whether_they_answer(
    postgres: PostgresServer, seeds: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # With a token it would ask Discord.
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)

    def findings(url: str) -> dict[str, Any]:
        doctor.run(None, seeds.data, [f"state.url={url}"], as_json=True)
        return {one["what"]: one for one in json.loads(capsys.readouterr().out)}

    url = postgres.database()
    good = findings(url)
    assert good["state"]["good"]
    assert good["state"]["detail"] == f"{url.replace('secret', '***')} answers"
    assert good["vectors"]["good"]
    assert good["vectors"]["detail"].endswith(str(seeds.data / "chroma"))
    bad = findings(postgres.url("postgres", password="guess"))["state"]
    assert not bad["good"]
    assert "Set user and password in state.url" in bad["detail"]
