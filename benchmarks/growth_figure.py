"""The curves of growth in one picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

PANELS = (
    ("Warm answer", "ms", (("warm_ms_p50", "median"), ("warm_ms_p95", "95 %"))),
    ("Peak memory", "MiB", (("memory_mib", "answering"), ("ingest_mib", "ingest"))),
    ("Index on disk", "MiB", (("catalogue_mib", "catalogue"), ("chroma_mib", "Chroma"))),
    ("Ingest", "s", (("ingest_s", "what was added"), ("nothing_s", "nothing changed"))),
)


def draw(found: Mapping[str, Any], path: Path) -> None:
    """A PNG with a panel for each thing that grows, both axes logarithmic."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 8), layout="constrained")
    FigureCanvasAgg(figure)
    sizes = [row["passages"] for row in found["rows"]]
    for axes, (title, unit, lines) in zip(figure.subplots(2, 2).flat, PANELS, strict=True):
        for key, label in lines:
            axes.plot(sizes, [row[key] for row in found["rows"]], marker="o", label=label)
        axes.set(title=title, xlabel="passages", ylabel=unit, xscale="log", yscale="log")
        axes.legend(fontsize=8)
        axes.grid(alpha=0.3, which="both")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, format="png", dpi=110)
