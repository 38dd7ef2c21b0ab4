"""`cairn-assistant`: extractive, refuses below a threshold, standard library only."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from serve import Ask, passage, serve


def build(work: Path, corpus: dict[str, Any], options: argparse.Namespace) -> Ask:
    """With its own settings but for the threshold; a conversation goes through its own `Session`."""
    from cairn.config import Config
    from cairn.index import build_and_write, read_index
    from cairn.session import Session

    folder, path = work / "cairn", work / "cairn.json"
    names = {f"a{number}": a["name"] for number, a in enumerate(corpus["articles"])}
    if not path.exists():
        folder.mkdir()
        for id_, article in zip(names, corpus["articles"], strict=True):
            # It divides at blank lines, and takes Markdown with a head of its own.
            head = f"---\nid: {id_}\ntitle: {' '.join(article['title'].split())}\nlang: en\n---\n"
            (folder / f"{id_}.md").write_text(head + "\n\n".join(article["paragraphs"]) + "\n", encoding="utf-8")
        build_and_write(folder, path)
    index = read_index(path, folder)
    config = Config(corpus_path=str(folder), index_path=str(path), threshold=options.threshold)

    def ask(question: str, history: list[str]) -> dict[str, Any]:
        session = Session()
        for earlier in history:
            session.ask(earlier, index, config)
        answer = session.ask(question, index, config).answer
        scores = {c.passage.passage_id: c.score for c in answer.trace.candidates}
        passages = [
            passage(names[s.source_id.partition("#")[0]], s.text, scores.get(s.source_id, 0.0)) for s in answer.sources
        ]
        return {"passages": passages, "score": max(scores.values(), default=0.0)}

    return ask


if __name__ == "__main__":
    serve(build, {"threshold": 0.165})
