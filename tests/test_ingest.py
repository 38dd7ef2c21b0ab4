from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import Child, HashEmbedder, make_index, snapshot

from retrieval.errors import IndexMismatch, SettingsError, StorageError
from retrieval.index.index import Index
from retrieval.index.ingest import Report, ingest, is_current, remembered_paths

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


def test_other_settings_are_refused_until_the_index_is_rebuilt(tmp_path: Path, folder: Path, one_go: Any) -> None:
    first = make_index(tmp_path / "data")
    ingest(first, [folder])
    first.close()
    for settings in ({"embedder": HashEmbedder("other model")}, {"passage_words": 16}):
        index = make_index(tmp_path / "data", **settings)
        for command in (lambda i: is_current(i, [folder]), lambda i: ingest(i, [folder])):
            with pytest.raises(IndexMismatch, match="verbatim ingest --rebuild"):
                command(index)
        index.close()
    index = make_index(tmp_path / "data", passage_words=16)
    assert ingest(index, [folder], rebuild=True).added == ["one.txt", "sub/three.md", "two.txt"]
    assert snapshot(index) == one_go(folder, passage_words=16)
    index.close()


def test_vectors_of_another_model_are_refused_even_if_the_catalogue_is_right(tmp_path: Path, folder: Path) -> None:
    other = make_index(tmp_path / "other", embedder=HashEmbedder("other model"))
    ingest(other, [folder])
    other.close()
    index = make_index(tmp_path / "data")
    ingest(index, [folder])
    index.close()
    shutil.rmtree(tmp_path / "data" / "chroma")
    shutil.copytree(tmp_path / "other" / "chroma", tmp_path / "data" / "chroma")
    with pytest.raises(IndexMismatch, match=r"other model.*--rebuild"):
        index.vectors.ids()


def test_rebuilding_while_it_is_in_use(index: Index, folder: Path, one_go: Any) -> None:
    ingest(index, [folder])
    held = snapshot(index)
    embedded_by(index)
    report = ingest(index, [folder], rebuild=True)
    assert report.added == ["one.txt", "sub/three.md", "two.txt"]
    assert len(embedded_by(index)) == report.passages
    assert snapshot(index) == held == one_go(folder)


def test_raising_the_size_allowed_takes_in_what_was_too_large(tmp_path: Path, folder: Path) -> None:
    small = make_index(tmp_path / "data", max_bytes=len(TWO.encode()))
    assert list(ingest(small, [folder]).rejected) == ["one.txt"]
    assert is_current(small, [folder])
    small.close()
    large = make_index(tmp_path / "data", max_bytes=1000)
    assert not is_current(large, [folder])
    assert ingest(large, [folder]).added == ["one.txt"]
    large.close()


def test_progress_names_every_file_and_ends_complete(index: Index, folder: Path) -> None:
    told: list[tuple[int, int, str]] = []
    report: Report = ingest(index, [folder], progress=lambda *step: told.append(step))
    assert told == [(0, 3, "one.txt"), (1, 3, "sub/three.md"), (2, 3, "two.txt"), (3, 3, "")]
    assert len(report.added) == 3


def _ingest(data: Path, folder: Path, rebuild: bool) -> int:
    index = make_index(data)
    passages = ingest(index, [folder], rebuild=rebuild).passages
    index.close()
    return passages


@pytest.mark.parametrize("rebuild", [False, True])
def test_what_another_process_wrote_is_found(index: Index, folder: Path, rebuild: bool) -> None:
    ingest(index, [folder])
    vector = index.embedder.embed(["The zebra slept."])[0].tolist()
    index.vectors.nearest(vector, 1, None)
    (folder / "zebra.txt").write_text("The zebra slept.\n", "utf-8")
    (folder / "two.txt").unlink()
    passages = Child(_ingest, index.settings.data, folder, rebuild).result()
    [(best, score)] = index.vectors.nearest(vector, 1, None)
    assert score == pytest.approx(1)
    assert index.catalogue.by_id([best])[best].passage.end == len("The zebra slept.")
    assert len(index.vectors.nearest(vector, 99, None)) == index.catalogue.count() == passages
    assert is_current(index, [folder])


def test_what_another_process_built_with_another_model_is_refused(index: Index, folder: Path) -> None:
    ingest(index, [folder])
    vector = index.embedder.embed(["Geneva"])[0].tolist()
    assert index.vectors.nearest(vector, 1, None)
    Child(_ingest_with_another_model, index.settings.data, folder).result()
    for _ in range(2):
        with pytest.raises(IndexMismatch, match="other model"):
            index.vectors.nearest(vector, 1, None)


def _ingest_with_another_model(data: Path, folder: Path) -> None:
    index = make_index(data, embedder=HashEmbedder("other model"))
    ingest(index, [folder], rebuild=True)
    index.close()


@pytest.mark.parametrize("same", [True, False], ids=["one index", "two on one folder"])
def test_reading_goes_on_while_articles_change(index: Index, folder: Path, one_go: Any, same: bool) -> None:
    ingest(index, [folder])
    vector = index.embedder.embed(["Geneva"])[0].tolist()
    done = threading.Event()
    wrong: list[BaseException] = []
    read: list[str] = []

    def reader() -> None:
        while not done.is_set():
            try:
                found = index.catalogue.by_id([i for i, _ in index.vectors.nearest(vector, 9, None)])
                read.extend(index.catalogue.text(p.sha256)[p.passage.start : p.passage.end] for p in found.values())
            except StorageError as error:
                if not str(error).endswith("Ask again."):
                    wrong.append(error)
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=reader) for _ in range(2)]
    for thread in threads:
        thread.start()
    writer = index if same else make_index(index.settings.data)
    try:
        for n in range(9):
            (folder / "two.txt").write_text(f"The ambassador left Minsk {n} times.\n", "utf-8")
            ingest(writer, [folder], rebuild=n % 4 == 3)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert read
    assert {text.strip() for text in read} == set(read)
    assert snapshot(index) == one_go(folder)
    writer.close()
