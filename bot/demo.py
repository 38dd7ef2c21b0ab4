"""`make demo`: three real questions on the real articles, one of them refused, and what to try next."""

from __future__ import annotations

import os
import sys

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
  make test                                every promise, tested
"""


def main() -> int:
    """Run the demonstration; in colour also where make hides the terminal, unless NO_COLOR is set."""
    console = Console(highlight=False, force_terminal=None if os.environ.get("NO_COLOR") else True)
    try:
        opened = project(None, None, None)
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
