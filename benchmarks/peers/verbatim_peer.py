"""The project as it ships, under the same conditions as the others."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from serve import Ask, serve

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


def build(work: Path, corpus: dict[str, Any], options: argparse.Namespace) -> Ask:
    """The shipped settings, with no flag and no threshold of its own for this."""
    del options
    from bot.answer import Quote
    from bot.commands import conversation
    from bot.settings import DEFAULT_DATA, load
    from bot.wiring import Project
    from retrieval.reading.search import EVERYTHING

    project = Project(load(), work / "verbatim", DEFAULT_DATA / "models")
    folder = [Path(corpus["folder"])]
    if not (work / "verbatim").exists():
        project.ingest(folder)
    answerer = project.answerer

    def shown(quote: Quote) -> dict[str, Any]:
        return {
            "article": quote.article,
            "text": quote.text,
            "score": quote.score,
            "start": quote.start,
            "highlight": list(quote.highlight) if quote.highlight else None,
        }

    def ask(question: str, history: list[str]) -> dict[str, Any]:
        answer = conversation.ask(answerer, question, history, EVERYTHING)
        return {
            "passages": [shown(q) for q in answer.quotes],
            "nearest": [shown(q) for q in answer.nearest],
            "score": answer.confidence,
            # With a history the call answers the earlier questions too; only the last one's own time counts.
            **({"ms": answer.timings.total} if history else {}),
        }

    return ask


if __name__ == "__main__":
    serve(build, {})
