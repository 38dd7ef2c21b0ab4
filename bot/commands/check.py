"""`verbatim check`."""

from __future__ import annotations

import json
import sys

from rich.console import Console
from rich.text import Text

from bot.answer import Quote
from bot.claims import Check, Verdict
from bot.commands.opening import refreshed
from bot.render.terminal import source, visible
from bot.wiring import Project
from retrieval.errors import QuestionError

_STYLES = {
    Verdict.SUPPORTED: ("✔ supported", "bold green"),
    Verdict.CONTRADICTED: ("✘ contradicted", "bold red"),
    Verdict.ABSENT: ("? not in the articles", "yellow"),
    Verdict.UNCHECKED: ("– nothing to check", "dim"),
}


def run(project: Project, text: str, *, as_json: bool) -> int:
    """Check a text sentence by sentence; 0 if nothing in it is contradicted or absent, else 1."""
    checks = refreshed(project).checker.check(_read(text))
    if as_json:
        print(json.dumps([check.to_json() for check in checks], ensure_ascii=False))
    else:
        console = Console(highlight=False)
        for check in checks:
            _show(console, check)
    return 0 if all(c.verdict in {Verdict.SUPPORTED, Verdict.UNCHECKED} for c in checks) else 1


def _read(text: str) -> str:
    if text != "-":
        return text
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise QuestionError(f"Standard input is not UTF-8 (byte {error.start})", "Save the text as UTF-8.") from None


def _show(console: Console, check: Check) -> None:
    label, style = _STYLES[check.verdict]
    console.print(Text(visible(check.claim), style="bold"))
    said = f", as the words of {visible(check.said_by)}" if check.said_by else ""
    why = f": {visible(check.reason)}" if check.reason and check.verdict is Verdict.CONTRADICTED else ""
    console.print(Text(f"  {label}{said}{why}", style=style))
    if check.quote:
        _quote(console, check.quote, "")
    elif check.nearest:
        console.print(Text(f"  closest we have, not a proof ({visible(check.reason)}):", style="dim italic"))
        _quote(console, check.nearest, "dim")
    console.print()


def _quote(console: Console, quote: Quote, style: str) -> None:
    for line in Text(" ".join(visible(quote.text).split()), style=style).wrap(console, max(20, min(console.width, 100) - 6)):
        line.rstrip()
        console.print(Text.assemble("  ▌ ", line))
    console.print(Text(f"    {source(quote)}", style=style or "cyan"), soft_wrap=True)
    console.print(Text(f"    {quote.receipt}", style="dim"), soft_wrap=True)
