"""`make demo`: three real questions on the real articles, one of them refused, and what to try next."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.commands.opening import project, refreshed
from bot.render.terminal import show
from bot.wiring import SEEDS
from retrieval.errors import VerbatimError

QUESTIONS = (
    "Where did Moscow propose to hold the negotiations?",
    "What did Biden warn Putin about?",
    "What did Lavrov say about Geneva?",
)

NEXT = """\
Try next, in this folder:
  .venv/bin/verbatim ask "How many people have been killed in eastern Ukraine?"
  .venv/bin/verbatim ask "Who presented the documents to the press, and who signed them?" --explain
  .venv/bin/verbatim chat                  a conversation, with follow-up questions
  .venv/bin/verbatim sources 004           an article with numbered paragraphs
  .venv/bin/verbatim verify RECEIPT        check a quote by the code that stands under it
  .venv/bin/verbatim ingest FOLDER         your own articles instead of these
  .venv/bin/verbatim preview               the Discord bot in a page of your browser, without a token
  .venv/bin/verbatim discord               the same in Discord; docs/discord.md says how to get a token
  make test                                every promise, tested
"""


def main(data: Path | None = None) -> int:
    """Run the demonstration; in colour also where make hides the terminal, unless NO_COLOR is set.

    Args:
        data: folder of the index, by default the one that `verbatim` uses without `--data`.

    """
    console = Console(highlight=False, force_terminal=None if os.environ.get("NO_COLOR") else True)
    try:
        opened = project(None, data, None)
        if opened.paths() != [SEEDS]:
            opened.ingest([SEEDS])
        answerer = refreshed(opened).answerer
        console.print()
        for question in QUESTIONS:
            show(console, answerer.ask(question))
    except VerbatimError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    console.print(Text(NEXT, style="dim"), end="", soft_wrap=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
