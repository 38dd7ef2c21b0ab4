"""Measure everything: `make benchmark DATA=../shared/data`, or a part of it with `--only`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import embedding, figure, growth, growth_figure, results, side_by_side, spans, squad, throughput

PARTS = ("side_by_side", "squad", "spans", "embedding", "throughput", "growth")
NAMED = ("langchain-huggingface", "langchain-chroma", "rank-bm25", "cairn-assistant")


def main() -> None:
    """Run the parts that were asked for; the others keep what they had in `results.json`."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with reader/ and chunking/")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--squad", type=int, default=400, help="questions of each kind")
    parser.add_argument("--limit", type=int, help="at most so many questions of each other file, to try things out")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(growth.SIZES), help="passages, for growth")
    parser.add_argument("--kept", type=Path, help="folder in which growth keeps its index, to go on with it")
    parser.add_argument("--results", type=Path, default=results.FOLDER / "results.json")
    given = parser.parse_args()
    found: dict[str, Any] = json.loads(given.results.read_text("utf-8")) if given.results.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        for part in given.only:
            work = Path(folder, part)
            if part == "side_by_side":
                found[part] = side_by_side.run(work, given.limit)
            elif part == "squad":
                found[part] = squad.run(work, given.data, given.squad)
            elif part == "spans":
                found[part] = spans.run(work, given.data, given.limit)
            elif part == "embedding":
                found[part] = embedding.run(given.data, os.cpu_count() or 1)
            elif part == "throughput":
                found[part] = throughput.run(work)
            else:
                found[part] = growth.run(given.kept or work, given.data, given.sizes)
    found["machine"] = _machine()
    given.results.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if given.results == results.FOLDER / "results.json":
        figure.draw(found, results.FIGURE)
        if "growth" in found:
            growth_figure.draw(found["growth"], results.GROWTH)
        results.write(found)


def _machine() -> str:
    from retrieval.reading.readers import load_reader

    reader = load_reader("minilm-reader", 1).fingerprint
    pinned = versions(results.FOLDER / "peers" / "requirements.txt")
    peers = ", ".join(f"{name} {pinned[name]}" for name in NAMED)
    ours = ", ".join(f"{name} {version(name)}" for name in ("chromadb", "onnxruntime"))
    return (
        f"Machine: {os.cpu_count()} cores, {platform.machine()}, no accelerator used; Python {platform.python_version()}. "
        f"This project: {ours}, reader `{reader}`. Peers: {peers}."
    )


def versions(requirements: Path) -> dict[str, str]:
    """Pinned versions by name, from a requirements file."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", requirements.read_text("utf-8"), re.MULTILINE))


if __name__ == "__main__":
    main()
