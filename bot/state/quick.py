"""Keeping a run in the state's SQLite file without SQLAlchemy, whose import takes longer than the answer did.

Only where nothing is out of the ordinary: the file is there with its tables, and nobody else is writing. In every other
case `kept` says so, and `Runs.put` does it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.recording import Run

FILE = "state.sqlite3"
WAIT_SECONDS = 2.0
"""For another writer; after that the usual way waits longer."""


def kept(file: Path, run: Run, depends: str, keep: int, keep_days: int, now: datetime | None = None) -> bool:
    """What `Runs.put` does for a run that is new or the same as before.

    Args:
        file: the state's SQLite file.
        run: to be kept.
        depends: digest of what it depends on.
        keep: how many runs stay.
        keep_days: and for how long.
        now: the time of asking.

    Returns:
        Whether it is done. False where the file or its tables are missing or other than expected, where the same run gave
        another answer, where a language model had a part in it, and where runs must be deleted; nothing was written then.

    """
    if run.rewritten or run.composed is not None:
        return False
    moment = (now or datetime.now(UTC)).astimezone(UTC)
    try:
        # Not made where it is missing: SQLAlchemy makes the tables.
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS)) as db, db:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("BEGIN IMMEDIATE")
            done = _kept(db, run, depends, _text(moment))
            full = db.execute("SELECT count(*) FROM runs").fetchone()[0] > keep
            old = db.execute("SELECT 1 FROM runs WHERE asked < ?", [_text(moment - timedelta(days=keep_days))]).fetchone()
            if not done or full or old:
                db.rollback()
                return False
            return True
    except sqlite3.Error:
        return False


def _kept(db: sqlite3.Connection, run: Run, depends: str, asked: str) -> bool:
    known = db.execute("SELECT answer FROM runs WHERE run_id = ?", [run.run_id]).fetchone()
    if known is not None and known[0] != run.answer:
        return False
    values: dict[str, Any] = {
        "run_id": run.run_id,
        "question": run.question,
        "understood": run.understood,
        "history": json.dumps(list(run.history)),
        "as_of": run.as_of.isoformat() if run.as_of else None,
        "articles": json.dumps(list(run.articles)) if run.articles is not None else None,
        "depends": depends,
        "environment": json.dumps(dict(run.environment)),
        "retrieved": json.dumps(list(run.retrieved)),
        "answer": run.answer,
        "asked": asked,
    }
    db.execute("INSERT OR IGNORE INTO dependencies (digest, body) VALUES (?, ?)", [depends, json.dumps(dict(run.depends))])
    _replace(db, values)
    return True


def _replace(db: sqlite3.Connection, values: Mapping[str, Any]) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    # Replaced in place, for what refers to it stays.
    kept = ", ".join(f"{name} = excluded.{name}" for name in values)
    db.execute(f"INSERT INTO runs ({names}) VALUES ({places}) ON CONFLICT (run_id) DO UPDATE SET {kept}", dict(values))


def _text(moment: datetime) -> str:
    """A time as SQLAlchemy writes it into SQLite."""
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")
