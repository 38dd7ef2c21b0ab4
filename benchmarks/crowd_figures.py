"""What is counted when many people ask at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Asked:
    """What one person met; times in seconds after the question was sent."""

    acknowledged: float | None
    """A deferred response, or the sign of typing."""
    answered: float | None
    """The last answer; None if none came."""
    answers: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late an event loop turned that wanted to turn every few milliseconds; in milliseconds."""

    median: float
    p99: float
    largest: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it; times in seconds, lateness in milliseconds."""

    people: int
    lost: int
    doubled: int
    acknowledged_p50: float
    acknowledged_largest: float
    answered_p50: float
    answered_p95: float
    answers_a_second: float
    quiet: Lateness
    """The bot's loop, nobody asking."""
    loaded: Lateness
    """The bot's loop while all are answered."""
    machine: Lateness
    """An idle loop of another process, at the same time."""

    def told(self, cores: int) -> str:
        """In lines for a terminal."""
        rows = [
            f"{self.people} people at once on {cores} cores: {self.lost} lost, {self.doubled} doubled",
            f"acknowledged: median {self.acknowledged_p50 * 1e3:.0f} ms, slowest {self.acknowledged_largest * 1e3:.0f} ms",
            f"final answer: p50 {self.answered_p50:.2f} s, p95 {self.answered_p95:.2f} s; "
            f"{self.answers_a_second:.1f} answers a second",
            "how late the event loop turns (median, 99 %, largest):",
        ]
        for name, late in (
            ("the bot, nobody asking", self.quiet),
            ("the bot, all at once", self.loaded),
            ("an idle loop beside it", self.machine),
        ):
            rows.append(f"  {name:<24} {late.median:6.1f} ms {late.p99:6.1f} ms {late.largest:6.1f} ms")
        return "\n".join(rows)


def lateness(late: Sequence[float]) -> Lateness:
    """From seconds."""
    in_ms = np.array(late) * 1e3
    return Lateness(*(round(float(x), 2) for x in (np.median(in_ms), np.percentile(in_ms, 99), in_ms.max())))


def figures(people: Sequence[Asked], quiet: Lateness, loaded: Lateness, machine: Lateness) -> Figures:
    """From what each person met."""
    answered = [one.answered for one in people if one.answered is not None] or [float("nan")]
    heard = [one.acknowledged for one in people if one.acknowledged is not None] or [float("nan")]
    return Figures(
        people=len(people),
        lost=sum(not one.answers for one in people),
        doubled=sum(one.answers > 1 for one in people),
        acknowledged_p50=float(np.median(heard)),
        acknowledged_largest=max(heard),
        answered_p50=float(np.median(answered)),
        answered_p95=float(np.percentile(answered, 95)),
        answers_a_second=len(answered) / max(answered),
        quiet=quiet,
        loaded=loaded,
        machine=machine,
    )
