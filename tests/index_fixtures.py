"""A folder of three articles and an index that is not yet in line with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import HashEmbedder, make_index, snapshot

from retrieval.index.index import Index
from retrieval.index.ingest import ingest

ONE = "date 2021-12-17 Ministers met in Geneva. They spoke about treaties.\n\nNothing was signed.\n"
TWO = "The ambassador left Minsk on Friday. “We go home,” she said.\n"
THREE = "---\ntitle: Three\n---\nA third text about grain exports.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    (made / "sub").mkdir(parents=True)
    (made / "one.txt").write_text(ONE, "utf-8")
    (made / "two.txt").write_text(TWO, "utf-8")
    (made / "sub" / "three.md").write_text(THREE, "utf-8")
    return made


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = make_index(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture
def one_go(tmp_path: Path) -> Any:
    """What an index built in one go from this folder holds."""

    def build(folder: Path, **settings: Any) -> dict[str, Any]:
        data = tmp_path / "afresh"
        shutil.rmtree(data, ignore_errors=True)
        fresh = make_index(data, **settings)
        ingest(fresh, [folder])
        held = snapshot(fresh)
        fresh.close()
        return held

    return build


def embedded_by(index: Index) -> list[str]:
    """The texts embedded since this was last asked."""
    embedder = index.embedder
    assert isinstance(embedder, HashEmbedder)
    texts = list(embedder.embedded)
    embedder.embedded.clear()
    return texts


def names(index: Index) -> list[str]:
    return [e.name for e in index.catalogue.entries()]
