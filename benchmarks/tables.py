"""From figures to Markdown: numbers as people read them, the best of each column in bold, and where a peer is ahead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    title: str
    show: Callable[[Row], str]
    value: Callable[[Row], float | None] = lambda row: None  # noqa: ARG005
    """What is compared; None where nothing is."""
    better: int = 0
    """1 where more is better, -1 where less is, 0 where neither is."""


def table(rows: Sequence[Row], columns: Sequence[Column]) -> str:
    """A Markdown table; the first column is the row's label, and the best values of the others are bold."""
    lines = ["| |" + "".join(f" {column.title} |" for column in columns), "|---|" + "---:|" * len(columns)]
    best = [_best(rows, column) for column in columns]
    for row in rows:
        cells = []
        for column, leader in zip(columns, best, strict=True):
            text = column.show(row)
            cells.append(f"**{text}**" if leader is not None and same(column.value(row), leader) else text)
        lines.append(f"| {row['label']} |" + "".join(f" {cell} |" for cell in cells))
    return "\n".join(lines)


def ahead(rows: Sequence[Row], columns: Sequence[Column]) -> list[str]:
    """A line for each column in which a peer has the better value, naming the best of them."""
    ours = next(row for row in rows if row["ours"])
    lines = []
    for column in columns:
        mine = column.value(ours)
        peers = [row for row in rows if not row["ours"] and column.value(row) is not None]
        if not column.better or mine is None or not peers:
            continue
        leader = max(peers, key=lambda row: column.better * (column.value(row) or 0.0))
        value = column.value(leader)
        if value is not None and column.better * (value - mine) > 0 and not same(value, mine):
            lines.append(f"- {column.title}: {leader['label']} {column.show(leader)}, this project {column.show(ours)}")
    return lines


def rate(value: float | None) -> str:
    """A share; rounding makes no perfect score of one that is not."""
    if value is None:
        return "–"
    return f"{min(value, 0.999) if value < 1 else value:.3f}"


def with_interval(figure: Sequence[float | None]) -> str:
    """Value and 95 % interval."""
    value, low, high = figure
    if value is None or low is None or high is None:
        return rate(value)
    return f"{rate(value)} ({low:.2f} to {high:.2f})"


def signed(figure: Sequence[float | None] | None) -> str:
    """A difference and its 95 % interval."""
    if figure is None or figure[0] is None:
        return "–"
    value, low, high = figure
    return f"{value:+.3f} ({low:+.2f} to {high:+.2f})"


def ratio(value: float, base: float) -> str:
    """How many times as much as ours."""
    times = value / base
    return f"{times:.0f} ×" if times >= 10 else f"{times:.2f} ×" if times >= 0.1 else f"{times:.1g} ×"


def same(one: float | None, other: float | None) -> bool:
    """Whether two values are the same but for the noise of floats."""
    return one is not None and other is not None and abs(one - other) <= 1e-9


def _best(rows: Sequence[Row], column: Column) -> float | None:
    values = [value for row in rows if (value := column.value(row)) is not None]
    return max(values, key=lambda value: column.better * value) if column.better and values else None


def between(document: str, name: str, content: str) -> str | None:
    """The document with what stands between `<!-- name -->` and `<!-- /name -->` replaced; None without these marks."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    if document.count(start) != 1 or document.count(end) != 1 or document.index(start) > document.index(end):
        return None
    head, tail = document.partition(start)[0], document.partition(end)[2]
    return f"{head}{start}\n{content.strip()}\n{end}{tail}"
