"""What an answer depends on, by component, so that a later difference can be named."""

from __future__ import annotations

import hashlib
import json
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import bot
import retrieval
from bot.answer import SCHEMA
from bot.settings import Settings
from retrieval.index import schema
from retrieval.index.catalogue import Entry

PACKAGE = "verbatim-quotes"

NO_ANSWER = frozenset({"state", "discord", "living", "watches", "compose"})
"""Sections of the settings that no answer depends on; a new section counts until it is named here."""

NO_ANSWER_KEYS = frozenset(
    {"answer.remembered", "ingest.wait_seconds", "ingest.watch", "ingest.watch_every_seconds", "reader.threads"}
)

LIBRARIES = ("chromadb", "numpy", "onnxruntime", "rapidfuzz", "sentencex", "snowballstemmer", "tokenizers")
"""Whose work goes into an answer. Another version should give the same bytes; where it does not, it is named."""


def fixed(settings: Settings, models: Mapping[str, str], tables: Mapping[str, str]) -> dict[str, Any]:
    """What stays the same while the program runs.

    Args:
        settings: in force.
        models: fingerprints by what the model is for.
        tables: digests of the tables that go into an answer, by name.

    """
    return {
        "program": installed(PACKAGE),
        "schemas": {"answer": SCHEMA, "index": schema.VERSION},
        "models": dict(models),
        "tables": dict(tables),
        "settings": answering(settings),
    }


class Articles(dict[str, dict[str, str | None]]):
    """Words and labels of every article, by name. Not to be changed."""

    @cached_property
    def written(self) -> str:
        """As JSON; of 10,000 articles that takes longer than all else that an answer's id is made of."""
        return json.dumps(self, sort_keys=True)


def articles(entries: list[Entry]) -> Articles:
    """Words and labels of every article, by name."""
    return Articles(
        (
            e.name,
            {
                "words": e.sha256,
                "title": e.metadata.title,
                "publisher": e.metadata.publisher,
                "url": e.metadata.url,
                "published": e.metadata.published.isoformat() if e.metadata.published else None,
            },
        )
        for e in entries
    )


def run_id(asked: Sequence[Any], depends: Mapping[str, Any]) -> str:
    """`digest([*asked, depends])`, with the articles written once as long as they are the same.

    Args:
        asked: JSON values.
        depends: by component; `articles` comes before all others.

    """
    rest = json.dumps({key: value for key, value in depends.items() if key != "articles"}, sort_keys=True)
    text = f'{json.dumps(list(asked))[:-1]}, {{"articles": {depends["articles"].written}, {rest[1:]}]'
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def answering(settings: Settings) -> dict[str, Any]:
    """The settings that an answer depends on, as section.key -> value."""
    flat = {
        f"{section}.{key}": value
        for section, values in settings.model_dump(mode="json").items()
        if section not in NO_ANSWER
        for key, value in values.items()
    }
    return {key: value for key, value in flat.items() if key not in NO_ANSWER_KEYS}


def digest(value: Any) -> str:
    """Sixteen hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("utf-8")).hexdigest()[:16]


@cache
def environment() -> dict[str, str]:
    """What should make no difference to an answer, and is the first suspect where something does."""
    libraries = {name: installed(name) for name in LIBRARIES}
    return {
        "source": _source(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "machine": f"{platform.system()} {platform.machine()} {_processor()}".strip(),
        **libraries,
    }


def installed(package: str) -> str:
    """The version of an installed package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _source() -> str:
    """A digest of the program's own files: two states of one version are told apart."""
    found = hashlib.sha256()
    for package in (bot, retrieval):
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            found.update(f"{path.relative_to(root.parent).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def _processor() -> str:
    """Its name: int8 arithmetic may differ between families."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor())
