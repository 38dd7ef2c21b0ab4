"""Figures of benchmarks as tables, documents and pictures show them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import figure, results, sections, side_by_side, tables
from benchmarks.tables import Column

COLUMNS = (
    Column("hits", lambda row: tables.rate(row["hits"]), lambda row: row["hits"], 1),
    Column("time", lambda row: f"{row['time']} s", lambda row: row["time"], -1),
    Column("remark", lambda row: row["remark"]),
)
ROWS: list[dict[str, Any]] = [
    {"label": "us", "ours": True, "hits": 0.9, "time": 3, "remark": "x"},
    {"label": "them", "ours": False, "hits": 0.8, "time": 1, "remark": "y"},
    {"label": "others", "ours": False, "hits": None, "time": 2, "remark": "z"},
]


def test_the_best_of_a_column_is_bold_and_only_there() -> None:
    assert tables.table(ROWS, COLUMNS).splitlines() == [
        "| | hits | time | remark |",
        "|---|---:|---:|---:|",
        "| us | **0.900** | 3 s | x |",
        "| them | 0.800 | **1 s** | y |",
        "| others | – | 2 s | z |",
    ]


def test_where_a_peer_is_better_is_said() -> None:
    assert tables.ahead(ROWS, COLUMNS) == ["- time: them 1 s, this project 3 s"]
    equal = [ROWS[0], ROWS[1] | {"hits": 0.9, "time": 3}]
    assert tables.ahead(equal, COLUMNS) == []
    assert tables.ahead([ROWS[0] | {"hits": 0.1}, ROWS[1]], COLUMNS)[0].startswith("- hits: them 0.800")


def test_numbers_as_people_read_them() -> None:
    assert (tables.rate(0.9999), tables.rate(1.0), tables.rate(None)) == ("0.999", "1.000", "–")
    assert tables.with_interval([0.5, 0.4, 0.6]) == "0.500 (0.40 to 0.60)"
    assert tables.with_interval([None, None, None]) == "–"
    assert tables.signed([-0.05, -0.1, 0.02]) == "-0.050 (-0.10 to +0.02)"
    assert tables.signed(None) == "–"
    assert (tables.ratio(5, 2), tables.ratio(50, 2), tables.ratio(1, 2000)) == ("2.50 ×", "25 ×", "0.0005 ×")


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    before = "# Title\n\n<!-- results -->\nold\n<!-- /results -->\n\nafter\n"
    after = tables.between(before, "results", "new\n")
    assert after == "# Title\n\n<!-- results -->\nnew\n<!-- /results -->\n\nafter\n"
    assert tables.between(after, "results", "new") == after
    assert tables.between("no marks", "results", "new") is None
    assert tables.between("<!-- /results --> <!-- results -->", "results", "new") is None


def row(key: str, hit: float, ours: bool = False) -> dict[str, Any]:
    metric = [hit, hit - 0.1, min(1.0, hit + 0.1)]
    names = (*side_by_side.SHOWN,)
    figures = {name: [10, None, None] if name in {"questions", "answerable"} else metric for name in names}
    return {
        "key": key, "label": key, "ours": ours, "thresholds": {"seeds": None}, "all": figures, "sets": {"seeds": figures},
        "ahead": None if ours else [0.1, 0.02, 0.2], "cold_s": 2.0,
        "warm_ms_p50": 50.0, "warm_ms_p95": 90.0, "peak_mib": 300.0,
        "dot": [0.5, 0.1], "curve": [[0.5, 0.1], [1.0, 0.5]],
    }  # fmt: skip


def test_results_and_readme_are_written_from_the_figures_alone(tmp_path: Path) -> None:
    found = {"machine": "Two cores.", "side_by_side": {"systems": [row("verbatim", 0.9, ours=True), row("peer", 0.95)]}}
    readme = tmp_path / "README.md"
    readme.write_text("# Us\n\n<!-- results -->\n<!-- /results -->\n", "utf-8")
    results.write(found, tmp_path, readme)
    document = (tmp_path / "RESULTS.md").read_text("utf-8")
    assert "Two cores." in document
    assert "- AUROC: peer 0.950 (0.85 to 1.00), this project 0.900" in document
    assert "## Quotes against exact spans" not in document
    table = readme.read_text("utf-8")
    assert "+0.100 (+0.02 to +0.20)" in table
    assert "A peer is better in:" in table
    results.write(found, tmp_path, readme)
    assert readme.read_text("utf-8") == table


def test_a_readme_without_marks_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Us\n", "utf-8")
    results.write({"side_by_side": {"systems": [row("verbatim", 0.9, ours=True), row("peer", 0.5)]}}, tmp_path, readme)
    assert readme.read_text("utf-8") == "# Us\n"
    assert "<!-- results -->" in capsys.readouterr().err
    assert "- nothing of this" in sections.readme({"systems": [row("verbatim", 0.9, ours=True), row("peer", 0.9)]})


def test_curves_are_drawn(tmp_path: Path) -> None:
    file = tmp_path / "figures" / "curves.png"
    figure.draw({"side_by_side": {"systems": [row("verbatim", 0.9, ours=True), row("peer", 0.5)]}}, file)
    assert file.read_bytes().startswith(b"\x89PNG")


# processes
