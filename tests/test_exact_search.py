"""Searching without Chroma: the same ids and scores, and never what the catalogue does not have."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import HashEmbedder, make_index

from bot.evaluation import questions
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.index.index import Index
from retrieval.index.ingest import ingest

QUESTIONS = PROJECT / "tests" / "questions"
LIMIT = 24


def articles(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def nearest(index: Index, text: str, limit: int = 99) -> list[tuple[str, float]]:
    return index.near.nearest(index.embedder.embed([text])[0].tolist(), limit, None)


def everything(index: Index) -> set[str]:
    return {row["id"] for row in index.catalogue.rows("SELECT id FROM passages")}


@pytest.mark.parametrize("file", ["seeds.yaml", "seeds-tuning.yaml"])
def test_the_same_ids_and_scores_as_chroma(seeds: Project, file: str) -> None:
    index = seeds.index
    assert index.exact is not None
    digests = [entry.sha256 for entry in index.catalogue.entries()]
    for item in questions.load(QUESTIONS / file).questions:
        vector = index.embedder.embed([item.question])[0]
        for only in (None, digests[:1]):
            ours = index.exact.nearest(vector.tolist(), LIMIT, only)
            theirs = index.vectors.nearest(vector.tolist(), LIMIT, only)
            assert [i for i, _ in ours] == [i for i, _ in theirs], item.question
            assert [s for _, s in ours] == pytest.approx([s for _, s in theirs], abs=2e-6)
        ids = [i for i, _ in ours]
        assert index.exact.similarities(vector, ids) == pytest.approx(index.vectors.similarities(vector, ids), abs=2e-6)


def test_search_follows_every_change(tmp_path: Path) -> None:
    folder = articles(tmp_path / "articles", one="Rain fell on Monday.", two="Snow fell on Tuesday.")
    writing, reading = make_index(tmp_path / "data"), make_index(tmp_path / "data")
    ingest(writing, [folder])
    first = dict(nearest(reading, "Rain fell on Monday."))
    assert max(first.values()) == pytest.approx(1.0)
    articles(folder, two="Hail fell on Wednesday.", three="Fog came on Thursday.")
    ingest(writing, [folder])
    for index in (writing, reading):
        assert {i for i, _ in nearest(index, "Snow fell on Tuesday.")} == everything(index)
        assert nearest(index, "Snow fell on Tuesday.", 1)[0][1] < 0.999, "what was replaced is still found"
        assert nearest(index, "Fog came on Thursday.", 1)[0][1] == pytest.approx(1.0)
    (folder / "one.txt").unlink()
    ingest(writing, [folder])
    assert {i for i, _ in nearest(reading, "Rain fell on Monday.")} == everything(writing)
    assert len(everything(writing)) == 2
    for index in (writing, reading):
        index.close()


def test_copies_that_are_missing_come_from_chroma(tmp_path: Path) -> None:
    folder = articles(tmp_path / "articles", one="Rain fell on Monday.", two="Snow fell on Tuesday.")
    index = make_index(tmp_path / "data")
    ingest(index, [folder])
    before = nearest(index, "Rain fell on Monday.")
    # As an index is that was made before there were copies, or whose ingest was killed at the last moment.
    with index.catalogue.transaction() as db:
        db.execute("DROP TABLE vectors")
    index.close()
    again = make_index(tmp_path / "data")
    after = nearest(again, "Rain fell on Monday.")
    assert [i for i, _ in after] == [i for i, _ in before]
    # Chroma gives back vectors that it has normalised once more.
    assert [s for _, s in after] == pytest.approx([s for _, s in before], abs=1e-6)
    assert len(again.catalogue.rows("SELECT id FROM vectors")) == len(everything(again)) == 2
    again.close()


def test_copies_of_another_model_are_not_used(tmp_path: Path) -> None:
    folder = articles(tmp_path / "articles", one="Rain fell on Monday.")
    index = make_index(tmp_path / "data")
    ingest(index, [folder])
    index.close()
    other = make_index(tmp_path / "data", embedder=HashEmbedder("another"))
    ingest(other, [folder], rebuild=True)
    assert other.catalogue.fact("vectors") == "another"
    assert nearest(other, "Rain fell on Monday.")[0][1] == pytest.approx(1.0)
    other.close()


def test_equal_vectors_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    class Same(HashEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            return super().embed(["one and the same"] * len(texts))

    texts = {f"a{n}": f"Article number {n} is here." for n in range(40)}
    index = make_index(tmp_path / "data", embedder=Same())
    ingest(index, [articles(tmp_path / "articles", **texts)])
    found = nearest(index, "any", 10)
    assert len({score for _, score in found}) == 1
    assert [i for i, _ in found] == sorted(i for i, _ in found)
    index.close()


def test_more_passages_than_are_compared_one_by_one_are_left_to_chroma(tmp_path: Path) -> None:
    folder = articles(tmp_path / "articles", one="Rain fell on Monday.", two="Snow fell on Tuesday.")
    index = make_index(tmp_path / "data", exact_passages=1)
    ingest(index, [folder])
    assert {i for i, _ in nearest(index, "Rain fell on Monday.")} == everything(index)
    assert index.exact is not None
    assert index.exact.nearest([1.0] + [0.0] * 15, 1, None)
    index.close()


def test_an_empty_index_holds_nothing_and_can_be_filled_again(tmp_path: Path) -> None:
    folder = articles(tmp_path / "articles", one="Rain fell on Monday.")
    index = make_index(tmp_path / "data")
    for _ in range(2):
        ingest(index, [folder])
        assert nearest(index, "Rain fell on Monday.")
        (folder / "one.txt").rename(tmp_path / "one.txt")
        ingest(index, [folder])
        assert nearest(index, "Rain fell on Monday.") == []
        assert index.near.similarities(index.embedder.embed(["Rain"])[0], ["gone"]) == {}
        (tmp_path / "one.txt").rename(folder / "one.txt")
    index.close()
