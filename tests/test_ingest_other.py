"""Ingest beside other settings, other models and other processes."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from index_fixtures import TWO, embedded_by
from support import Child, HashEmbedder, make_index, snapshot

from retrieval.errors import IndexMismatch, StorageError
from retrieval.index.index import Index
from retrieval.index.ingest import Report, ingest, is_current


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
