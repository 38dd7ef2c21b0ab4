"""The sections of RESULTS.md on speed and growth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks import tables
from benchmarks.tables import Column, Row


def _column(title: str, key: str, digits: int, unit: str = "") -> Column:
    return Column(title, lambda row: f"{row[key]:,.{digits}f}{unit and ' ' + unit}")


def growth(found: Mapping[str, Any], picture: str) -> str:
    """One index that grows."""
    rows: list[Row] = [row | {"label": f"{row['passages']:,}{' *' if row['repeated'] else ''}"} for row in found["rows"]]
    before = 0
    for row in rows:
        # The row holds what was added since the one above it.
        row["rate"] = (row["passages"] - before) / row["ingest_s"]  # type: ignore[index]
        before = row["passages"]
    ingest = (
        _column("to add them to those of the row above", "ingest_s", 1, "s"),
        _column("passages a second", "rate", 0),
        _column("nothing has changed", "nothing_s", 2, "s"),
        _column("one article has changed, beyond that", "one_article_s", 2, "s"),
        _column("peak memory", "ingest_mib", 0, "MiB"),
        _column("catalogue", "catalogue_mib", 1, "MiB"),
        _column("Chroma", "chroma_mib", 1, "MiB"),
    )
    answers = (
        _column("`ask` as a whole process", "cold_s", 2, "s"),
        _column("warm answer, median", "warm_ms_p50", 1, "ms"),
        _column("95 %", "warm_ms_p95", 1, "ms"),
        _column("peak memory", "memory_mib", 0, "MiB"),
        _column("a quote holds the answer", "hit", 3),
    )
    return "\n\n".join(
        [
            f"One index that grows, over {found['paragraphs']:,} public paragraphs; in rows with a * they are repeated with "
            "other numbers and a sentence of their own. Ingest and answers run in processes of their own; their start is "
            f"counted in the ingest times. The same {found['questions']} questions about the first paragraphs are asked at "
            "every size, so the last column says what is lost by having more to search. Passages:",
            tables.table(rows, ingest),
            tables.table(rows, answers),
            *([found["note"]] if "note" in found else []),
            f"![Growth]({picture})",
            "Where the curves bend, and why, is in [docs/speed.md](../docs/speed.md).",
        ]
    )


def embedding(found: Mapping[str, Any]) -> str:
    """Embedding, ours and the usual way."""
    return (
        f"{found['passages']} sentences of {found['words']:.0f} words, both in turn, medians: this project "
        f"{found['ours']:.0f} in a second, sentence-transformers with 32-bit floats and batches of 64 {found['usual']:.0f}; "
        f"**{tables.ratio(found['ratio'], 1.0)}**. The least cosine between both vectors of a sentence is "
        f"{found['least_cosine']:.6f}."
    )


def throughput(found: Mapping[str, Any]) -> str:
    """A crowd."""
    rows = [row | {"label": f"{row['workers']} at the same time"} for row in found["rows"]]
    columns = (
        Column("answers a second", lambda row: f"{row['per_second']:.1f}", lambda row: row["per_second"], 1),
        _column("half have theirs after", "wait_s_p50", 2, "s"),
        Column("95 % after", lambda row: f"{row['wait_s_p95']:.2f} s", lambda row: row["wait_s_p95"], -1),
        _column("most places that one answer comes out of turn", "passed_over", 0),
    )
    return (
        f"{found['people']} different questions at the same moment, {found['threads']} model threads, nothing remembered "
        "from before; by `discord.workers`:\n\n" + tables.table(rows, columns)
    )
