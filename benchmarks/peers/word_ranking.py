"""BM25 alone: paragraphs ranked by their words, with stemming and without stop words."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from serve import Ask, passage, serve, together

STOP = frozenset(
    "a an and are as at be been but by can could did do does for from had has have he her his how i in into is it its of on "
    "or she should so than that the their them then there these they this those to was we were what when where which who "
    "whom whose why will with would you".split()
)
WORD = re.compile(r"\w+(?:[.,]\d+)*")


def build(work: Path, corpus: dict[str, Any], options: argparse.Namespace) -> Ask:
    """Rank with rank-bm25's BM25Okapi; it has no index on disk, and needs none at this size."""
    del work
    import snowballstemmer
    from rank_bm25 import BM25Okapi

    stemmer = snowballstemmer.stemmer("english")

    def words(text: str) -> list[str]:
        return stemmer.stemWords([w for w in WORD.findall(text.casefold()) if w not in STOP])

    paragraphs = [(a["name"], p) for a in corpus["articles"] for p in a["paragraphs"]]
    ranking = BM25Okapi([words(text) or [""] for _, text in paragraphs])

    def ask(question: str, history: list[str]) -> dict[str, Any]:
        scores = ranking.get_scores(words(together(question, history)))
        best = sorted(range(len(paragraphs)), key=lambda i: (-scores[i], i))[: options.k]
        passages = [passage(*paragraphs[i], float(scores[i])) for i in best if scores[i] > 0]
        return {"passages": passages, "score": max((p["score"] for p in passages), default=0.0)}

    return ask


if __name__ == "__main__":
    serve(build, {"k": 3})
