"""Lists that are kept while the catalogue is the same: never those of before a write, nor of a write that was undone."""

from __future__ import annotations

import contextlib
from pathlib import Path

from support import make_index

from retrieval.index.catalogue import Catalogue
from retrieval.index.ingest import ingest
from retrieval.index.unchanged import MOST


def names(catalogue: Catalogue) -> list[str]:
    return [entry.name for entry in catalogue.entries()]


def test_what_others_and_this_process_write_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text("Rain fell on Monday.", "utf-8")
    writing, reading = make_index(tmp_path / "data"), make_index(tmp_path / "data")
    ingest(writing, [folder])
    assert names(writing.catalogue) == names(reading.catalogue) == ["one.txt"]
    assert "snow" not in reading.catalogue.vocabulary()
    (folder / "two.txt").write_text("Snow fell on Tuesday.", "utf-8")
    ingest(writing, [folder])
    for index in (writing, reading):
        assert names(index.catalogue) == ["one.txt", "two.txt"]
        assert index.catalogue.count() == 2
        assert "snow" in index.catalogue.vocabulary()
        index.close()


def test_what_was_undone_is_not_kept(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text("Rain fell on Monday.", "utf-8")
    index = make_index(tmp_path / "data")
    ingest(index, [folder])
    seen = ["one.txt"]
    with contextlib.suppress(ZeroDivisionError), index.catalogue.transaction() as db:
        db.execute("DELETE FROM articles")
        seen = names(index.catalogue)
        raise ZeroDivisionError
    assert seen == []
    assert names(index.catalogue) == ["one.txt"]
    index.close()


def test_a_list_that_was_handed_out_may_be_changed(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text("Rain fell on Monday.", "utf-8")
    index = make_index(tmp_path / "data")
    ingest(index, [folder])
    index.catalogue.entries().clear()
    assert names(index.catalogue) == ["one.txt"]
    index.close()


def test_no_more_than_so_many_texts_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"Rain fell on day {number}. Then it was dry.", "utf-8")
    index = make_index(tmp_path / "data")
    ingest(index, [folder])
    catalogue = index.catalogue
    digests = [entry.sha256 for entry in catalogue.entries()]
    first = [catalogue.passages(digest) for digest in digests]
    for other in range(MOST):
        catalogue.passages(f"none {other}")
    assert [catalogue.passages(digest) for digest in digests] == first
    assert len(catalogue._kept._values) <= MOST
    catalogue.passages(digests[0]).clear()
    assert catalogue.passages(digests[0]) == first[0]
    index.close()
