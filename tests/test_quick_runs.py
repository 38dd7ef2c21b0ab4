"""A run kept without SQLAlchemy is the run that SQLAlchemy keeps, and what is out of the ordinary is left to it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.answering import Answerer
from bot.dependencies import digest
from bot.recording import Run, record
from bot.state import quick
from bot.state.database import Database
from bot.state.runs import Runs
from retrieval.reading.search import Scope

NOW = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def run(answerer: Answerer) -> Run:
    return record(*answerer.explain("Where did Moscow propose to hold the negotiations?", (), Scope(date(2021, 12, 31))))


def made(folder: Path) -> Path:
    folder.mkdir()
    Database("", folder).close()
    return folder / quick.FILE


def rows(file: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as db:
        return db.execute("SELECT * FROM runs").fetchall() + db.execute("SELECT * FROM dependencies").fetchall()


def kept(file: Path, run: Run, now: datetime = NOW, keep: int = 10) -> bool:
    return quick.kept(file, run, digest(dict(run.depends)), keep, 30, now)


@pytest.mark.parametrize("articles", [None, ("000_7a518c810b0cef30.txt",)])
def test_both_ways_write_the_same(run: Run, tmp_path: Path, articles: tuple[str, ...] | None) -> None:
    one = replace(run, articles=articles, history=({"question": "Who – earlier?", "answer": None},))
    ours, theirs = made(tmp_path / "ours"), made(tmp_path / "theirs")
    assert kept(ours, one)
    database = Database("", tmp_path / "theirs")
    assert Runs(database, 10, 30).put(one, NOW)
    database.close()
    assert rows(ours) == rows(theirs)
    database = Database("", tmp_path / "ours")
    assert Runs(database, 10, 30).get(one.run_id) == one
    database.close()


def test_asked_again_only_the_time_is_another(run: Run, tmp_path: Path) -> None:
    file = made(tmp_path / "data")
    assert kept(file, run)
    assert kept(file, run, NOW + timedelta(days=1))
    [(asked,)] = sqlite3.connect(file).execute("SELECT asked FROM runs").fetchall()
    assert asked.startswith("2026-03-02 12:30:15")


def test_what_is_out_of_the_ordinary_is_not_written(run: Run, tmp_path: Path) -> None:
    assert not kept(tmp_path / "nothing" / quick.FILE, run)
    assert not (tmp_path / "nothing").exists()
    file = made(tmp_path / "data")
    assert kept(file, run)
    before = rows(file)
    assert not kept(file, replace(run, answer="{}")), "another answer of the same run is for the usual way to report"
    assert not kept(file, replace(run, run_id="another"), keep=1), "a run would have to go"
    assert not kept(file, replace(run, run_id="another"), NOW + timedelta(days=60)), "an old run would have to go"
    with sqlite3.connect(file) as db:
        db.execute("ALTER TABLE runs ADD COLUMN more TEXT NOT NULL DEFAULT 'x'")
        db.execute("ALTER TABLE runs RENAME COLUMN retrieved TO found")
    assert not kept(file, replace(run, run_id="another")), "a table of another version"
    with sqlite3.connect(file) as db:
        db.execute("ALTER TABLE runs RENAME COLUMN found TO retrieved")
        db.execute("ALTER TABLE runs DROP COLUMN more")
    assert rows(file) == before
