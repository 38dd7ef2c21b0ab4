"""What the self-attack found: as JSON, and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evaluation.attack.forging import Outcome
from bot.evaluation.attack.prose import LEAST_RIGHT
from bot.render.terminal import visible


def held(passing: Outcome, outcomes: Mapping[str, Outcome], right: Outcome | None = None) -> bool:
    """Whether everything was stopped and every original passed; nothing tried is nothing held.

    Args:
        passing: answers that are right.
        outcomes: what was tried on them.
        right: sentences that are right, of which a share must pass; None where none were tried.

    """
    passes = right is None or right.stopped >= LEAST_RIGHT * right.tried > 0
    return bool(outcomes) and passing.held and passes and all(outcome.held for outcome in outcomes.values())


def to_json(passing: Outcome, outcomes: Mapping[str, Outcome], right: Outcome | None = None) -> dict[str, Any]:
    """All figures.

    Returns:
        `all_stopped`; `originals` with how many right answers there were and how many passed; `right_sentences` the same
        for sentences by hand, null where none were tried; `classes` with `tried`, `stopped`, `reasons` (why, by number)
        and `passed` (examples of what was not stopped).

    """
    return {
        "all_stopped": held(passing, outcomes, right),
        "originals": {"tried": passing.tried, "passed": passing.stopped, "stopped": passing.passed},
        "right_sentences": {"tried": right.tried, "passed": right.stopped, "stopped": right.passed} if right else None,
        "tried": sum(outcome.tried for outcome in outcomes.values()),
        "stopped": sum(outcome.stopped for outcome in outcomes.values()),
        "classes": {
            name: {
                "tried": outcome.tried,
                "stopped": outcome.stopped,
                "reasons": dict(outcome.reasons.most_common()),
                "passed": outcome.passed,
            }
            for name, outcome in outcomes.items()
        },
    }


def show(console: Console, passing: Outcome, outcomes: Mapping[str, Outcome], right: Outcome | None = None) -> None:
    """Print the classes, and what was not stopped."""
    table = Table("class", box=None, header_style="dim", padding=(0, 1))
    for column in ("tried", "stopped"):
        table.add_column(column, justify="right")
    table.add_column("by")
    table.add_row("right answers that pass", str(passing.tried), _mark(passing), "")
    if right:
        table.add_row("right sentences that pass", str(right.tried), str(right.stopped), f"at least {LEAST_RIGHT:.0%} must")
    for name, outcome in outcomes.items():
        by = ", ".join(name for name, _ in outcome.reasons.most_common(3)) if not name.startswith("planted") else ""
        table.add_row(name, str(outcome.tried), _mark(outcome), Text(by, style="dim"))
    console.print(table)
    for name, outcome in {"right answers that pass": passing, **outcomes}.items():
        if not outcome.held:
            console.print(Text(f"\n{name}: {outcome.stopped} of {outcome.tried}", style="bold red"))
            for example in outcome.passed or ["nothing to try it on: ask more questions, with --questions FILE"]:
                console.print(Text(f"  {visible(example)}"))
    total, stopped = (sum(getattr(o, key) for o in outcomes.values()) for key in ("tried", "stopped"))
    console.print(
        Text(f"\n{stopped} of {total} stopped", style="bold green" if held(passing, outcomes, right) else "bold red")
    )


def _mark(outcome: Outcome) -> Text:
    return Text(str(outcome.stopped), style="green" if outcome.held else "bold red")
