"""Why an answer came out as it did: what was searched for, what was read, and how each sentence was judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from bot.answering import PartTrace, Trace
from bot.render.terminal import visible
from retrieval.reading.judge import Finding

if TYPE_CHECKING:
    from bot.compose.prose import Composition

SHOWN = 8
"""Sentences listed; what comes behind them was nowhere near."""


def explain(trace: Trace, composed: Composition | None = None) -> Iterator[Text | Table]:
    """Blocks to print, part by part, then what a language model wrote and was not shown."""
    yield Text(f"understood as: {visible(trace.understood)}", style="dim")
    for part in trace.parts:
        if len(trace.parts) > 1:
            yield Text(f"part: {visible(part.question)}", style="bold")
        searched = ", ".join(f"{t.surface}{'' if t.frequency else ' (in no article)'}" for t in part.terms.all)
        yield Text(f"words: {visible(searched) or 'none that carry content'}", style="dim")
        yield _table(part)
    if composed:
        yield from _prose(composed)


def _prose(composed: Composition) -> Iterator[Text]:
    if composed.failure is not None:
        yield Text(f"{visible(composed.model)} wrote nothing: {visible(composed.failure)}", style="dim")
        return
    usage = composed.usage
    paid = "" if usage.cost is None else f", cost {usage.cost:.6f}"
    shown, dropped = len(composed.sentences), len(composed.dropped)
    told = f"{visible(composed.model)} wrote {shown + dropped} sentences, {dropped} dropped"
    yield Text(f"{told}; {usage.prompt_tokens} + {usage.completion_tokens} tokens{paid}", style="dim")
    for checked in composed.dropped:
        why = "; ".join(f"{fault.value}: {detail}" for fault, detail in checked.faults)
        cited = "".join(f"[{number}]" for number in checked.sentence.quotes)
        yield Text(f"✗ {visible(' '.join(checked.sentence.text.split()))} {cited}  {visible(why)}", style="dim")


def _table(part: PartTrace) -> Table:
    columns = ("", "probability", "answers", "span", "cosine", "covered", "article", "sentence")
    table = Table(*columns, box=None, header_style="dim", padding=(0, 1))
    for number, finding in enumerate(part.findings[:SHOWN]):
        f = finding.features
        table.add_row(
            Text("✓" if number < part.chosen else "·", style="green" if number < part.chosen else "dim"),
            f"{finding.probability:.3f}", f"{f.answers:+.1f}", f"{f.span:+.1f}", f"{f.cosine:.2f}", f"{f.covered:.2f}",
            finding.evidence.entry.name[:24],
            Text(f"{finding.sentence[0]}–{finding.sentence[1]}", style="dim"),
        )  # fmt: skip
    return table


def to_json(trace: Trace, composed: Composition | None = None) -> dict[str, Any]:
    """The same for machines."""
    return {
        "understood": trace.understood,
        "composed": composed.explained() if composed else None,
        "parts": [
            {
                "question": part.question,
                "terms": [
                    {"word": t.surface, "name": t.name, "passages": t.frequency, "searched": t.variants}
                    for t in part.terms.all
                ],
                "findings": [_finding(f, n < part.chosen) for n, f in enumerate(part.findings)],
            }
            for part in trace.parts
        ],
    }


def _finding(finding: Finding, chosen: bool) -> dict[str, Any]:
    return {
        "chosen": chosen,
        "probability": round(finding.probability, 4),
        "article": finding.evidence.entry.name,
        "sentence": list(finding.sentence),
        "answer": list(finding.answer) if finding.answer else None,
        "bm25": round(finding.evidence.bm25, 3),
        "features": {name: round(value, 4) for name, value in asdict(finding.features).items()},
    }
