"""`verbatim doctor`."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.commands import discord_check
from bot.commands.opening import project
from bot.wiring import Project
from retrieval.errors import VerbatimError, WeightsError
from retrieval.index import weights
from retrieval.index.embeddings import DEFAULT
from retrieval.index.following import lost
from retrieval.index.ingest import is_current
from retrieval.reading.judge import load_calibration
from retrieval.reading.readers import load_reader


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    what: str
    good: bool
    detail: str
    """How it is; where it is not good, what to do."""


def run(config: Path | None, data: Path | None, flags: Sequence[str], *, as_json: bool) -> int:
    """Check everything that a command relies on; 1 if something needs doing."""
    findings = [Finding("Python", True, platform.python_version())]
    try:
        opened = project(config, data, flags)
    except VerbatimError as error:
        findings.append(Finding("settings", False, str(error)))
    else:
        findings.append(Finding("settings", True, str(config or "config/default.toml")))
        findings += [_checked(what, check, opened) for what, check in _CHECKS]
        findings += [Finding(*check) for check in discord_check.checks(opened.settings)]
    if as_json:
        print(json.dumps([asdict(f) for f in findings], ensure_ascii=False))
    else:
        console = Console(highlight=False)
        for f in findings:
            mark = ("✓ ", "green") if f.good else ("✗ ", "bold red")
            console.print(Text.assemble(mark, (f"{f.what:<16}", "bold"), f.detail))
    return 0 if all(f.good for f in findings) else 1


def _checked(what: str, check: Callable[[Project], str], opened: Project) -> Finding:
    try:
        return Finding(what, True, check(opened))
    except VerbatimError as error:
        return Finding(what, False, str(error))


def _embedding(opened: Project) -> str:
    model = opened.settings.search.embedding_model
    if model == DEFAULT:
        weights.published(DEFAULT)
    return (
        f"{opened.index.embedder.fingerprint}, weights as published"
        if model == DEFAULT
        else opened.index.embedder.fingerprint
    )


def _reader(opened: Project) -> str:
    reader = load_reader(opened.settings.reader.model, opened.threads)
    if load_calibration().reader != reader.fingerprint:
        raise WeightsError(
            f"The calibration was fitted for {load_calibration().reader}, not for {reader.fingerprint}",
            "Its probabilities mean little; fit it anew: python -m retrieval.training calibrate.",
        )
    return reader.fingerprint


def _articles(opened: Project) -> str:
    opened.index.check()
    rejected = [f for f in opened.index.catalogue.files().values() if f.outcome == "rejected"]
    if rejected:
        raise VerbatimError("; ".join(str(f.message) for f in rejected), "")
    return f"{len(opened.index.catalogue.entries())} articles from {', '.join(str(p) for p in opened.paths())}"


def _vectors(opened: Project) -> str:
    place = opened.index.place
    held = opened.index.vectors.count()
    return f"{held} in {'collection ' + place.collection + ' on ' if place.remote else ''}{place}"


def _state(opened: Project) -> str:
    database = opened.database
    try:
        database.ping()
    finally:
        database.close()
    return f"{database} answers"


def _index(opened: Project) -> str:
    if not is_current(opened.index, opened.paths()):
        raise VerbatimError("The index is not in line with the articles", "Run verbatim ingest; verbatim ask also does it.")
    held = opened.index.catalogue.count()
    if wrong := lost(opened.index):
        raise VerbatimError(f"Chroma and the catalogue differ in {wrong} passages", "Run verbatim ingest --rebuild.")
    if opened.index.log is None:
        return f"up to date, {held} passages"
    who = "another machine looks after the articles" if opened.index.catalogue.follows else "looked after by this machine"
    return f"{held} passages, shared through the database of the state; {who}"


def _model(opened: Project) -> str:
    """The language model is made and not asked: that may cost money."""
    composer = opened.composer
    if composer is None:
        return "none; the quotes stand alone"
    try:
        composer.prepare()
        month = composer.ledger.month()
    finally:
        opened.database.close()
    wanted = composer.settings
    if wanted.monthly_budget and month.cost >= wanted.monthly_budget:
        raise VerbatimError(
            f"The budget of this month is spent ({month.cost:.2f} of {wanted.monthly_budget:g})",
            "The quotes stand alone until the month ends (UTC), or raise compose.monthly_budget.",
        )
    of = f" of {wanted.monthly_budget:g}" if wanted.monthly_budget else ""
    return f"{wanted.model}, in {month.month} {month.calls} calls, {month.tokens} tokens, cost {month.cost:.2f}{of}"


_CHECKS: list[tuple[str, Callable[[Project], str]]] = [
    ("embeddings", _embedding), ("reader", _reader), ("articles", _articles), ("vectors", _vectors), ("index", _index),
    ("state", _state), ("language model", _model),
]  # fmt: skip
