"""`verbatim chat`."""

from __future__ import annotations

import sys
from datetime import date

from rich.console import Console
from rich.text import Text

from bot.commands.conversation import Conversation
from bot.commands.opening import composed, refreshed, remember, rewriting, tell
from bot.render.explain import explain
from bot.render.terminal import show
from bot.wiring import Project
from retrieval.errors import QuestionError
from retrieval.reading.search import Scope

HELP = (
    "Ask; follow-ups such as “And what about Georgia?” or “Who said that?” work. /why explains the last answer, /quit ends."
)


def run(project: Project, *, as_of: date | None) -> int:
    """Talk until the input ends."""
    conversation = Conversation(refreshed(project).answerer, Scope(as_of), rewriting(project))
    console = Console(highlight=False)
    interactive = sys.stdin.isatty()
    if interactive:
        tell(HELP)
    answer = trace = None
    while True:
        if interactive:
            print("› ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        asked = line.strip()
        if not line or asked in {"/quit", "/exit"}:
            return 0
        if asked == "/help":
            tell(HELP)
        elif asked == "/why":
            for block in explain(trace, answer.composed if answer else None) if trace else [Text("Nothing was asked yet.")]:
                console.print(block)
        elif asked:
            try:
                answer, trace = conversation.ask(asked)
                answer = composed(project, answer, trace)
            except QuestionError as error:
                tell(str(error))
                continue
            if trace.understood != answer.question:
                console.print(Text(f"understood as: {trace.understood}", style="dim"))
            show(console, answer)
            remember(project, answer, trace)
