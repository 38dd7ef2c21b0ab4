"""Risk-coverage curves of all systems in one picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw(found: Mapping[str, Any], path: Path) -> None:
    """A PNG with one panel for the held-out questions and one for SQuAD, whichever were measured."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = [
        (title, found[key]["systems"])
        for key, title in (("side_by_side", "Held-out questions"), ("squad", "SQuAD, held-out articles"))
        if key in found
    ]
    if not panels:
        return
    figure = Figure(figsize=(6.5 * len(panels), 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (title, rows) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        _draw(axes, title, rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=110)


def _draw(axes: Axes, title: str, rows: list[Mapping[str, Any]]) -> None:
    for row in rows:
        label = row["label"].replace("*", "")
        if row["key"] == "cairn-shipped":
            continue  # the same ranking as its fitted form
        line = axes.plot(
            [x for x, _ in row["curve"]], [y for _, y in row["curve"]], label=label, linewidth=2.5 if row["ours"] else 1.2
        )[0]
        if row["ours"]:
            axes.plot(*row["dot"], marker="o", color=line.get_color(), markersize=8)
    axes.set(title=title, xlabel="questions answered", ylabel="first passages that do not answer", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize=8)
    axes.grid(alpha=0.3)
