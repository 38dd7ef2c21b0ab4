"""The benchmarks of speed and growth: what they lay out, count and write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import growth, growth_figure, results, scale_sections, throughput
from bot.answering import Answerer
from retrieval.corpus.metadata import article
from retrieval.corpus.passages import passages

QUESTIONS = [
    "Where did Moscow propose to hold the negotiations?",
    "What is the capital of Australia?",
    "Who is Sergei Ryabkov?",
]


def row(size: int, **changed: Any) -> dict[str, Any]:
    values = dict.fromkeys(
        ("ingest_s", "nothing_s", "one_article_s", "ingest_mib", "catalogue_mib", "chroma_mib", "warm_ms_p50", "warm_ms_p95",
         "memory_mib", "hit", "cold_s"), 0.5
    )  # fmt: skip
    return values | {"passages": size, "repeated": False} | changed


GROWTH = {"rows": [row(102), row(1010, ingest_s=2.0), row(10_040, repeated=True)], "questions": 60, "paragraphs": 900}


def test_texts_go_on_without_end_and_no_passage_comes_twice() -> None:
    texts = growth._texts([f"In {1900 + n} the town of number {n} had a fair with horses." for n in range(30)])
    taken = [next(texts) for _ in range(6)]
    assert [(again, number) for _, again, number in taken] == [(n > 1, n) for n in range(6)]
    slices = [text[p.start : p.end] for text, _, _ in taken for p in passages(article("a.txt", text, {}), 64)]
    assert len(set(slices)) == len(slices)


def test_articles_are_added_until_there_are_enough_passages(tmp_path: Path) -> None:
    texts = growth._texts([f"Paragraph {n}. It tells of the year {1900 + n} and of nothing else." for n in range(100)])
    there, _ = growth._write(tmp_path, texts, 0, 30)
    more, _ = growth._write(tmp_path, texts, there, 60)
    assert 30 <= there < 60 <= more
    found = sorted(tmp_path.iterdir())
    assert sum(len(list(passages(article(f.name, f.read_text("utf-8"), {}), 64))) for f in found) == more


def test_the_sections_say_what_was_measured(tmp_path: Path) -> None:
    crowd = {"workers": 2, "per_second": 31.4, "wait_s_p50": 0.8, "wait_s_p95": 1.5, "passed_over": 3}
    found = {
        "embedding": {
            "passages": 640,
            "words": 27.0,
            "ours": 400.0,
            "usual": 180.0,
            "ratio": 2.2,
            "least_cosine": 0.9999999,
        },
        "throughput": {"rows": [crowd], "people": 50, "threads": 2},
        "growth": GROWTH,
    }
    text = results.document(found)
    assert "## Growth" in text
    assert "| 10,040 * |" in text
    assert "| 454 |" in text, "908 passages in two seconds"
    assert "31.4" in text
    assert "2.20 ×" in text
    assert text == results.document(found), "writing changes nothing of what was measured"
    assert scale_sections.growth(GROWTH, "picture.png").count("picture.png") == 1


def test_the_picture_of_growth(tmp_path: Path) -> None:
    growth_figure.draw(GROWTH, tmp_path / "growth.png")
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")


def test_a_crowd_is_answered_in_turn(answerer: Answerer) -> None:
    found = throughput.crowd(answerer, QUESTIONS, 1)
    assert found["passed_over"] == 0
    assert found["per_second"] > 0
    assert throughput.crowd(answerer, QUESTIONS, 3)["wait_s_p95"] >= 0
