"""Runs: every answer with what it came from, the newest ones, for `verbatim replay`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, ForeignKey, String, Text, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import JSON

from bot.dependencies import digest
from bot.recording import Run
from bot.state.database import Base, Database
from retrieval.errors import StorageError


class DependenciesRow(Base):
    """What answers depended on. Most runs share it, so it is kept once."""

    __tablename__ = "dependencies"

    digest: Mapped[str] = mapped_column(String(16), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


class RunRow(Base):
    """One answer; asked again under the same conditions it is the same run."""

    __tablename__ = "runs"

    run_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    understood: Mapped[str] = mapped_column(Text)
    history: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    as_of: Mapped[date | None]
    articles: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    depends: Mapped[str] = mapped_column(ForeignKey("dependencies.digest"), index=True)
    environment: Mapped[dict[str, str]] = mapped_column(JSON)
    retrieved: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    answer: Mapped[str] = mapped_column(Text)
    asked: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)
    """The last time."""


class WrittenRow(Base):
    """What a language model had to do with a run."""

    __tablename__ = "written"

    run: Mapped[str] = mapped_column(ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True)
    rewritten: Mapped[bool]
    composed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Runs:
    """Keeps the newest runs."""

    def __init__(self, database: Database, keep: int, keep_days: int) -> None:
        """Open.

        Args:
            database: where.
            keep: how many runs; 0 keeps none, and forgets those that are there at the next answer.
            keep_days: and none that was asked longer ago.

        """
        self._database = database
        self._keep = keep
        self._keep_days = keep_days

    def put(self, run: Run, now: datetime | None = None) -> bool:
        """Keep a run and forget what has become too old.

        Returns:
            Whether it agrees with what is known: False if the same run, in the same environment, gave another answer
            before. The earlier answer then stays, and `replay` shows the difference.

        Raises:
            StorageError: the database failed.

        """
        moment = now or datetime.now(UTC)
        try:
            return self._put(run, moment)
        except StorageError as error:
            if not isinstance(error.__cause__, IntegrityError):
                raise
            # Another process kept the same run between this one's look and its insertion.
            return self._put(run, moment)

    def get(self, run_id: str) -> Run | None:
        """The run of that id."""
        with self._database.session() as session:
            row = session.get(RunRow, run_id)
            return None if row is None else _run(row, session)

    def ids(self) -> list[str]:
        """All runs, the newest first."""
        with self._database.session() as session:
            return list(session.scalars(select(RunRow.run_id).order_by(RunRow.asked.desc(), RunRow.run_id)))

    def _put(self, run: Run, moment: datetime) -> bool:
        with self._database.session() as session:
            agrees = not self._keep or _merge(session, run, moment)
            session.flush()
            _prune(session, self._keep, moment - timedelta(days=self._keep_days))
        return agrees


def forget(session: Session, run_ids: list[str]) -> None:
    """Delete these runs and those that go on from them, whoever asked; ids that are not there do no harm."""
    gone = set(run_ids)
    for row in session.execute(select(RunRow.run_id, RunRow.history)):
        if any(turn["answer"] and turn["answer"]["run_id"] in gone for turn in row.history):
            run_ids = [*run_ids, row.run_id]
    session.execute(delete(RunRow).where(RunRow.run_id.in_(run_ids)))
    _drop_unused(session)


def _merge(session: Session, run: Run, moment: datetime) -> bool:
    known = session.get(RunRow, run.run_id)
    if known is not None and known.answer != run.answer and known.environment == dict(run.environment):
        known.asked = moment
        return False
    key = digest(dict(run.depends))
    if session.get(DependenciesRow, key) is None:
        session.add(DependenciesRow(digest=key, body=dict(run.depends)))
        session.flush()
    session.merge(
        RunRow(
            run_id=run.run_id,
            question=run.question,
            understood=run.understood,
            history=list(run.history),
            as_of=run.as_of,
            articles=list(run.articles) if run.articles is not None else None,
            depends=key,
            environment=dict(run.environment),
            retrieved=list(run.retrieved),
            answer=run.answer,
            asked=moment,
        )
    )
    if run.rewritten or run.composed is not None:
        session.flush()
        earlier = session.get(WrittenRow, run.run_id)
        composed = run.composed
        if earlier and (composed is None or composed["failure"] is not None):
            # Nothing was written now; what was written the last time stays.
            composed = earlier.composed or composed
        session.merge(WrittenRow(run=run.run_id, rewritten=run.rewritten, composed=composed and dict(composed)))
    return True


def _prune(session: Session, keep: int, oldest: datetime) -> None:
    excess = select(RunRow.run_id).order_by(RunRow.asked.desc(), RunRow.run_id).offset(keep)
    gone = session.execute(delete(RunRow).where(RunRow.run_id.in_(excess) | (RunRow.asked < oldest)))
    if getattr(gone, "rowcount", 0):
        _drop_unused(session)


def _drop_unused(session: Session) -> None:
    used = select(RunRow.depends)
    session.execute(delete(DependenciesRow).where(DependenciesRow.digest.not_in(used)))


def _run(row: RunRow, session: Session) -> Run:
    shared = session.get_one(DependenciesRow, row.depends)
    written = session.get(WrittenRow, row.run_id)
    return Run(
        run_id=row.run_id,
        question=row.question,
        understood=row.understood,
        history=tuple(row.history),
        as_of=row.as_of,
        articles=tuple(row.articles) if row.articles is not None else None,
        depends=shared.body,
        environment=row.environment,
        retrieved=tuple(row.retrieved),
        answer=row.answer,
        rewritten=written.rewritten if written else False,
        composed=written.composed if written else None,
    )
