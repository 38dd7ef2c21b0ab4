"""A checked text as Discord shows it: sentence by sentence, the verdict, then the quote. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.answer import Quote
from bot.claims import Check, Verdict
from bot.render.discord import PAGE, quoted, source
from bot.render.neutral import inline, units

CLAIM_CHARACTERS = 600
"""Of a sentence that is checked; it stands in full in the message itself."""

PER_PAGE = 6
"""Sentences on a page: more are hard to take in, and a message has 40 components at the most."""

APART = ""
"""Stands for a line between two sentences."""

NOT_A_PROOF = "Closest we have, not a proof"
_LABELS = {
    Verdict.SUPPORTED: "✅ **Supported**",
    Verdict.CONTRADICTED: "❌ **Contradicted**",
    Verdict.ABSENT: "❔ **Not in the articles**",
    Verdict.UNCHECKED: "➖ **Nothing to check**",
}
_COUNTED = {
    Verdict.SUPPORTED: "supported",
    Verdict.CONTRADICTED: "contradicted",
    Verdict.ABSENT: "not in the articles",
    Verdict.UNCHECKED: "without a claim",
}


def pages(checks: Sequence[Check], links: Mapping[str, str]) -> list[list[str]]:
    """Blocks of Markdown, page by page, with an `APART` between sentences; no quote is ever cut.

    Args:
        checks: the verdicts, in order.
        links: the address of each quote's words, by receipt; those without one are not linked.

    """
    head = summary(checks)
    made: list[list[str]] = [[head]]
    for number, check in enumerate(checks):
        blocks = _blocks(check, links)
        full = sum(map(units, made[-1] + blocks)) > PAGE - 100 or made[-1].count(APART) >= PER_PAGE - 1
        if number and full:
            made.append([head])
        made[-1] += blocks if len(made[-1]) == 1 else [APART, *blocks]
    return made


def summary(checks: Sequence[Check]) -> str:
    """How many of each."""
    counts = Counter(check.verdict for check in checks)
    said = ", ".join(f"{counts[v]} {word}" for v, word in _COUNTED.items() if counts[v])
    return f"### Checked against the articles\n{len(checks)} sentence{'s' if len(checks) > 1 else ''}: {said}"


def _blocks(check: Check, links: Mapping[str, str]) -> list[str]:
    """What is said of a sentence. The source of a quote stands apart, so that nobody takes it for a part of the quote."""
    label = _LABELS[check.verdict]
    if check.said_by:
        label += f", as the words of {inline(check.said_by, 80)}"
    if check.reason and check.verdict is Verdict.CONTRADICTED:
        label += f": {inline(check.reason, 160)}"
    rows = [label, inline(check.claim, CLAIM_CHARACTERS)]
    if check.quote:
        shown = _quote(check.quote, cited=True)
        return ["\n".join([*rows, shown]), source(check.quote, links)]
    if check.nearest:
        why = f" ({inline(check.reason, 160)})" if check.reason else ""
        rows.append(f"-# {NOT_A_PROOF}{why}:")
        return ["\n".join([*rows, _quote(check.nearest, cited=False)]), source(check.nearest, links, cited=False)]
    return ["\n".join(rows)]


def _quote(quote: Quote, *, cited: bool) -> str:
    bold = quote.highlight and (quote.highlight[0] - quote.start, quote.highlight[1] - quote.start)
    shown = quoted(quote.text, bold if cited else None)
    if units(shown) > PAGE - 1500:
        shown = f"The passage has {len(quote.text):,} characters; `/source` shows it whole."
    return shown
