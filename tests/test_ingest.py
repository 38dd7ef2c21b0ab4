"""Ingest: what is new is added, what changed is embedded, what is gone leaves nothing; nothing else is touched."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from index_fixtures import ONE, TWO, embedded_by, names
from support import make_index, snapshot

from retrieval.errors import SettingsError, StorageError
from retrieval.index.index import Index
from retrieval.index.ingest import ingest, is_current, remembered_paths


def test_what_is_new_is_added_and_a_second_time_nothing_is_embedded(index: Index, folder: Path) -> None:
    report = ingest(index, [folder])
    assert report.added == ["one.txt", "sub/three.md", "two.txt"]
    assert report.passages == index.catalogue.count() == len(index.vectors.ids())
    assert len(embedded_by(index)) == report.passages
    held = snapshot(index)
    embedded_by(index)
    again = ingest(index, [folder])
    assert again.unchanged == ["one.txt", "sub/three.md", "two.txt"]
    assert embedded_by(index) == []
    assert snapshot(index) == held


def test_a_touched_file_is_not_embedded_again(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    embedded_by(index)
    os.utime(folder / "one.txt", ns=(1, 1))
    assert not is_current(index, [folder])
    assert ingest(index, [folder]).unchanged == ["one.txt", "sub/three.md", "two.txt"]
    assert is_current(index, [folder])
    assert embedded_by(index) == []


def test_only_what_changed_is_embedded_and_the_old_words_are_gone(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder])
    embedded_by(index)
    before = {sha for _, sha, *_ in snapshot(index)["articles"]}
    embedded_by(index)
    (folder / "two.txt").write_text("The ambassador stayed in Oslo.\n", "utf-8")
    report = ingest(index, [folder])
    assert (report.updated, report.unchanged) == (["two.txt"], ["one.txt", "sub/three.md"])
    assert embedded_by(index) == ["The ambassador stayed in Oslo."]
    held = snapshot(index)
    assert held == one_go(folder)
    assert len({sha for sha, *_ in held["texts"]} - before) == 1
    assert index.catalogue.best_by_words(["minsk"], 9, None) == []
    assert len(index.catalogue.best_by_words(["oslo"], 9, None)) == 1


def test_what_is_deleted_leaves_nothing(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder])
    (folder / "one.txt").unlink()
    shutil.rmtree(folder / "sub")
    assert not is_current(index, [folder])
    assert ingest(index, [folder]).removed == ["one.txt", "sub/three.md"]
    held = snapshot(index)
    assert names(index) == ["two.txt"]
    assert held == one_go(folder)
    assert {document for document, *_ in held["vectors"].values()} == {TWO.strip()}


def test_a_folder_that_became_empty_empties_the_index(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    shutil.rmtree(folder)
    folder.mkdir()
    assert ingest(index, [folder]).passages == 0
    held = snapshot(index)
    assert not any(held[kind] for kind in ("articles", "texts", "passages", "words", "vocabulary", "vectors", "files"))


def test_a_renamed_file_is_not_embedded_again(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder])
    embedded_by(index)
    (folder / "two.txt").rename(folder / "sub" / "zwei.txt")
    report = ingest(index, [folder])
    assert (report.added, report.removed) == (["sub/zwei.txt"], ["two.txt"])
    assert embedded_by(index) == []
    assert snapshot(index) == one_go(folder)


def test_a_file_renamed_over_another(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder])
    embedded_by(index)
    (folder / "two.txt").replace(folder / "one.txt")
    report = ingest(index, [folder])
    assert (report.updated, report.removed) == (["one.txt"], ["two.txt"])
    assert embedded_by(index) == []
    assert snapshot(index) == one_go(folder)


def test_two_files_that_exchange_their_texts(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder])
    (folder / "one.txt").write_text(TWO, "utf-8")
    (folder / "two.txt").write_text(ONE, "utf-8")
    assert ingest(index, [folder]).updated == ["one.txt", "two.txt"]
    assert snapshot(index) == one_go(folder)


def test_a_text_that_stands_in_two_files_is_taken_in_once(index: Index, folder: Path, one_go: Any) -> None:
    (folder / "copy.txt").write_text(TWO, "utf-8")
    report = ingest(index, [folder])
    assert report.duplicates == {"two.txt": "copy.txt"}
    assert "two.txt" not in names(index)
    assert is_current(index, [folder])
    embedded_by(index)
    (folder / "copy.txt").unlink()
    assert not is_current(index, [folder])
    report = ingest(index, [folder])
    assert (report.added, report.removed, report.duplicates) == (["two.txt"], ["copy.txt"], {})
    assert embedded_by(index) == []
    assert snapshot(index) == one_go(folder)


def test_an_article_that_becomes_a_copy_of_another(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder])
    (folder / "two.txt").write_text(ONE, "utf-8")
    assert ingest(index, [folder]).duplicates == {"two.txt": "one.txt"}
    assert snapshot(index) == one_go(folder)


def test_the_table_changes_what_is_known_and_nothing_is_embedded(tmp_path: Path, folder: Path) -> None:
    table = tmp_path / "articles.toml"
    index = make_index(tmp_path / "data", articles=table)
    ingest(index, [folder])
    embedded_by(index)
    table.write_text('["two.txt"]\ntitle = "The journey"\npublished = 2021-12-18\n', "utf-8")
    assert not is_current(index, [folder])
    assert ingest(index, [folder]).unchanged == ["one.txt", "sub/three.md", "two.txt"]
    assert [e.metadata.title for e in index.catalogue.entries()][2] == "The journey"
    assert embedded_by(index) == []
    table.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="is not TOML"):
        is_current(index, [folder]) or ingest(index, [folder])
    table.unlink()
    table.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        is_current(index, [folder])
    index.close()


def test_other_paths_take_the_place_of_the_earlier_ones(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder / "two.txt"])
    assert names(index) == ["two.txt"]
    assert remembered_paths(index) == [folder / "two.txt"]
    report = ingest(index, [folder / "sub", folder / "one.txt"])
    assert (report.added, report.removed) == (["one.txt", "three.md"], ["two.txt"]) or report.added == [
        "three.md",
        "one.txt",
    ]
    assert names(index) == ["one.txt", "three.md"]
    ingest(index, [folder])
    assert snapshot(index) == one_go(folder)


def test_a_path_that_does_not_exist_removes_nothing(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    held = snapshot(index)
    with pytest.raises(StorageError, match="nowhere: No such file"):
        ingest(index, [folder, folder / "nowhere"])
    assert remembered_paths(index) == [folder]
    assert snapshot(index) == held
    assert is_current(index, [folder])


def test_the_same_name_in_two_folders_is_said(index: Index, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.txt").write_text("Another one.\n", "utf-8")
    report = ingest(index, [folder, other])
    assert list(report.rejected) == [str(other / "one.txt")]
    assert "same relative name" in report.rejected[str(other / "one.txt")]
    assert is_current(index, [folder, other])


def test_a_file_given_twice_is_taken_once(index: Index, folder: Path) -> None:
    report = ingest(index, [folder, folder, folder / "one.txt"])
    assert sorted(report.added) == ["one.txt", "sub/three.md", "two.txt"]
    assert not report.rejected
    assert not report.duplicates
