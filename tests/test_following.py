"""What a changed article costs: its own passages. Chroma follows when it has become worth it, and always can."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support import Child, HashEmbedder, make_index, moments, snapshot

from retrieval.corpus.stamps import COARSEST_NS
from retrieval.index.following import follow, lost
from retrieval.index.index import Index
from retrieval.index.ingest import ingest, is_current

MOMENTS = 6
PARAGRAPHS = 3


def text(number: int, telling: int = 0) -> str:
    return "\n\n".join(f"Envoy {number} said thing {n} for the {telling}th time today." for n in range(PARAGRAPHS)) + "\n"


def written(folder: Path, files: int) -> Path:
    folder.mkdir()
    for number in range(files):
        (folder / f"{number:03}.txt").write_text(text(number), "utf-8")
    return folder


def change(folder: Path, number: int, telling: int) -> None:
    (folder / f"{number:03}.txt").write_text(text(number, telling), "utf-8")


def behind(index: Index) -> int:
    return len(index.catalogue.rows("SELECT id FROM ahead UNION ALL SELECT id FROM unsettled"))


def nearest(index: Index, words: str) -> tuple[str, float]:
    [found] = index.near.nearest(index.embedder.embed([words])[0].tolist(), 1, None)
    return found


OPENED = """
import sys
import time
from pathlib import Path
from support import make_index
from retrieval.index.ingest import ingest
index = make_index(Path(sys.argv[1]))
ingest(index, [Path(sys.argv[2])])
index.close()
print(*sorted({"chromadb", "langchain_chroma", "langchain_core"} & sys.modules.keys()))
"""


def opened(data: Path, articles: Path) -> list[str]:
    """Heavy modules that an ingest imports."""
    path = os.pathsep.join(str(folder) for folder in (Path(__file__).parent, Path(__file__).parent.parent))
    command = [sys.executable, "-c", OPENED, str(data), str(articles)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=True, env=os.environ | {"PYTHONPATH": path}
    )
    return done.stdout.split()


def test_a_changed_article_does_not_open_chroma(tmp_path: Path) -> None:
    articles = written(tmp_path / "articles", 60)
    assert opened(tmp_path / "data", articles) == ["chromadb", "langchain_chroma", "langchain_core"]
    change(articles, 7, 1)
    assert opened(tmp_path / "data", articles) == []
    index = make_index(tmp_path / "data")
    assert is_current(index, [articles])
    assert nearest(index, "Envoy 7 said thing 1 for the 1th time today.")[1] == pytest.approx(1.0)
    assert nearest(index, "Envoy 7 said thing 1 for the 0th time today.")[1] < 0.999
    assert behind(index) == 2 * PARAGRAPHS
    assert lost(index) == 0
    follow(index)
    assert behind(index) == lost(index) == 0
    assert index.vectors.ids() == {row["id"] for row in index.catalogue.rows("SELECT id FROM passages")}
    index.close()


def _work(data: Path, articles: Path) -> tuple[int, int]:
    """Rows of the catalogue that one changed article among so many writes, and the texts that it embeds."""
    index = make_index(data)
    ingest(index, [articles])
    time.sleep(1.1 * COARSEST_NS / 1e9)  # from then on the files' stamps prove that they are the same
    assert is_current(index, [articles])
    change(articles, 7, 1)
    before = index.catalogue.state()[1]
    assert isinstance(index.embedder, HashEmbedder)
    index.embedder.embedded.clear()
    ingest(index, [articles])
    work = index.catalogue.state()[1] - before, len(index.embedder.embedded)
    index.close()
    return work


def test_the_work_is_that_of_the_article_however_many_there_are(tmp_path: Path) -> None:
    few = _work(tmp_path / "1", written(tmp_path / "few", 40))
    many = _work(tmp_path / "2", written(tmp_path / "many", 200))
    assert few == many
    assert many[1] == PARAGRAPHS


def test_after_many_changes_chroma_is_brought_in_line_by_itself(tmp_path: Path) -> None:
    articles = written(tmp_path / "articles", 60)
    index = make_index(tmp_path / "data")
    ingest(index, [articles])
    seen = []
    for telling in range(1, 5):
        for number in range(2):
            change(articles, number, telling)
            ingest(index, [articles])
            assert is_current(index, [articles])
            seen.append(behind(index))
            assert seen[-1] <= index.catalogue.count() / 16
    assert 0 in seen
    assert max(seen) > 0
    whole = make_index(tmp_path / "whole")
    ingest(whole, [articles])
    assert snapshot(index) == snapshot(whole)
    for each in (index, whole):
        each.close()


def test_a_text_that_comes_back_before_chroma_has_heard_that_it_went(tmp_path: Path) -> None:
    articles = written(tmp_path / "articles", 120)
    index = make_index(tmp_path / "data")
    ingest(index, [articles])
    before = snapshot(index)
    for telling in (1, 0):
        change(articles, 3, telling)
        ingest(index, [articles])
    assert behind(index)
    assert snapshot(index) == before
    index.close()


def _ingest(data: Path, articles: Path, die_at: int | None = None) -> list[int]:
    index = make_index(data)
    found = moments(index, articles, die_at=die_at)
    index.close()
    return found


def _resumed(data: Path, articles: Path) -> dict[str, Any]:
    index = make_index(data)
    if not is_current(index, [articles]):
        ingest(index, [articles])
    assert is_current(index, [articles])
    held = snapshot(index)
    index.close()
    return held


@pytest.mark.parametrize("changed", [(5,), (1, 2, 3)])
def test_killed_while_chroma_is_behind(tmp_path: Path, changed: tuple[int, ...]) -> None:
    """Also in the middle of bringing it in line, which the second set of changes is enough for."""
    articles, before = written(tmp_path / "articles", 80), tmp_path / "before"
    for numbers in ((), (4,), changed):
        for number in numbers:
            change(articles, number, 1)
        if numbers is not changed:
            index = make_index(before)
            ingest(index, [articles])
            index.close()
    expected = Child(_resumed, tmp_path / "whole", articles).result()
    data = tmp_path / "tried"
    shutil.copytree(before, data)
    places = Child(_ingest, data, articles).result()
    for moment in range(MOMENTS):
        shutil.rmtree(data)
        shutil.copytree(before, data)
        at = places[(len(places) - 1) * moment // (MOMENTS - 1)]
        assert Child(_ingest, data, articles, at).ended() == -signal.SIGKILL
        held = Child(_resumed, data, articles).result()
        for kind, value in expected.items():
            assert held[kind] == value, f"{kind} after line {at} of {places[-1]}"


def test_where_chroma_is_searched_it_is_never_behind(tmp_path: Path) -> None:
    articles = written(tmp_path / "articles", 60)
    index = make_index(tmp_path / "data")
    ingest(index, [articles])
    change(articles, 7, 1)
    ingest(index, [articles])
    assert behind(index)
    index.close()
    searching = make_index(tmp_path / "data", exact_passages=10)
    assert not is_current(searching, [articles])
    ingest(searching, [articles])
    assert is_current(searching, [articles])
    assert behind(searching) == lost(searching) == 0
    assert not searching.catalogue.rows("SELECT 1 FROM vectors LIMIT 1"), "copies that nobody searches"
    assert nearest(searching, "Envoy 7 said thing 1 for the 1th time today.")[1] == pytest.approx(1.0, abs=1e-5)
    searching.close()
    again = make_index(tmp_path / "data")
    assert nearest(again, "Envoy 7 said thing 1 for the 1th time today.")[1] == pytest.approx(1.0)
    assert again.exact is not None
    assert again.exact.whole
    again.close()


def test_vectors_that_neither_has_are_embedded_again(tmp_path: Path) -> None:
    articles = written(tmp_path / "articles", 60)
    index = make_index(tmp_path / "data")
    ingest(index, [articles])
    change(articles, 7, 1)
    ingest(index, [articles])
    # As if somebody had tidied up: Chroma has not heard of the change yet.
    with index.catalogue.transaction() as db:
        db.execute("DELETE FROM vectors")
    index.close()
    again = make_index(tmp_path / "data")
    assert nearest(again, "Envoy 7 said thing 1 for the 1th time today.")[1] == pytest.approx(1.0)
    again.close()


def test_words_of_an_older_catalogue_are_taken_over(tmp_path: Path) -> None:
    articles = written(tmp_path / "articles", 20)
    index = make_index(tmp_path / "data")
    ingest(index, [articles])
    asked = ["envoy", "7", "thing", "nowher"]
    best, frequencies = index.catalogue.best_by_words(asked, 9, None), index.catalogue.document_frequencies(asked)
    with index.catalogue.transaction() as db:
        [(now,)] = db.execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchall()
        db.execute("ALTER TABLE words RENAME TO new")
        db.execute(now.replace("detail = full", "detail = none"))
        db.execute("INSERT INTO words (rowid, stems) SELECT rowid, stems FROM new")
        db.execute("DROP TABLE new")
        db.execute("DROP TABLE ahead")
    index.close()
    again = make_index(tmp_path / "data")
    assert again.catalogue.rows("SELECT sql FROM sqlite_master WHERE name = 'words'")[0]["sql"] == now
    assert again.catalogue.best_by_words(asked, 9, None) == best
    assert again.catalogue.document_frequencies(asked) == frequencies
    assert is_current(again, [articles])
    (articles / "007.txt").write_text("A walrus was seen.\n", "utf-8")
    ingest(again, [articles])
    assert again.catalogue.document_frequencies(["walrus", "7"]) == {"walrus": 1}
    again.close()
