"""The sections of RESULTS.md, each from what one benchmark measured."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks import tables
from benchmarks.tables import Column, Row


def _metric(title: str, name: str) -> Column:
    return Column(title, lambda row: tables.with_interval(row["all"][name]), lambda row: row["all"][name][0], 1)


AHEAD = Column("we are ahead by", lambda row: tables.signed(row["ahead"]))
WORDS = Column(
    "words shown for an answer",
    lambda row: f"{row['all']['quoted_words_per_answer'][0] or 0:.0f}",
    lambda row: row["all"]["quoted_words_per_answer"][0],
    -1,
)
QUALITY = (
    _metric("balanced accuracy", "balanced_accuracy"),
    AHEAD,
    _metric("answerable: a quote hits", "quote_hit"),
    _metric("unanswerable: refused", "refusal_recall"),
    _metric("AUROC", "auroc"),
)
SHOWN = (
    WORDS,
    _metric("first quote hits", "quote_hit_at_1"),
    _metric("shown passages that answer", "quote_precision"),
    _metric("stand in their article to the letter", "quote_exact"),
)


def costs(rows: list[Row]) -> tuple[Column, ...]:
    """Time and memory, beside their ratio to ours."""
    ours = next(row for row in rows if row["ours"])

    def column(title: str, key: str, unit: str, digits: int) -> Column:
        def show(row: Row) -> str:
            return f"{row[key]:.{digits}f} {unit}, {tables.ratio(row[key], ours[key])}"

        return Column(title, show, lambda row: row[key], -1)

    return (
        column("cold: process start to first answer", "cold_s", "s", 2),
        column("warm, median", "warm_ms_p50", "ms", 1),
        column("warm, 95 %", "warm_ms_p95", "ms", 1),
        column("peak memory", "peak_mib", "MiB", 0),
    )


def lost(rows: list[Row], columns: tuple[Column, ...]) -> str:
    """Where a peer is better; said even where it is nowhere."""
    return "A peer is better in:\n\n" + "\n".join(tables.ahead(rows, columns) or ["- nothing of this"])


def side_by_side(found: Mapping[str, Any]) -> str:
    """The comparison on the held-out questions."""
    rows = found["systems"]
    ours = next(row for row in rows if row["ours"])
    parts = [
        "No setting or threshold was chosen with these questions. The peers’ thresholds are fitted to each set of articles "
        "on its tuning questions; this project runs as it ships, the same everywhere. A quote hits when it holds the words "
        "that answer, or is a piece of them of 20 characters or more; balanced accuracy is the mean of hits on answerable "
        "questions and refusals of the others. In brackets are 95 % intervals; bold is the best of a column.",
        tables.table(rows, QUALITY),
        tables.table(rows, SHOWN),
        tables.table(rows, costs(rows)),
        "Cold: a fresh process on an index that is there, median of three. Memory: the process that answers, at its peak. "
        "The second number is the ratio to ours.",
        lost(rows, (*QUALITY, *SHOWN, *costs(rows))),
    ]
    for name in ours["sets"]:
        of_set = [{"label": row["label"], "ours": row["ours"], "all": row["sets"][name]} for row in rows]
        parts.append(f"{name}: {int(ours['sets'][name]['questions'][0])} questions")
        parts.append(tables.table(of_set, tuple(c for c in QUALITY if c is not AHEAD)))
    return "\n\n".join(parts)


def squad(found: Mapping[str, Any]) -> str:
    """SQuAD's questions over whole articles."""

    def figure(title: str, key: str) -> Column:
        return Column(title, lambda row: tables.with_interval(row[key]), lambda row: row[key][0], 1)

    rows = found["systems"]
    columns = (
        Column("balanced accuracy", lambda row: tables.rate(row["balanced"]), lambda row: row["balanced"], 1),
        figure("answerable: a passage holds the answer", "hit"),
        figure("unanswerable: refused", "refusal_recall"),
        figure("AUROC", "auroc"),
        Column("words shown for an answer", lambda row: f"{row['words']:.0f}", lambda row: row["words"], -1),
        Column("answered", lambda row: tables.rate(row["operating"][0])),
        Column(
            "of these without the answer", lambda row: tables.rate(row["operating"][1]), lambda row: row["operating"][1], -1
        ),
    )
    ours = next(row for row in rows if row["ours"])
    parts = [
        f"{found['questions']} questions over {found['paragraphs']} paragraphs on which nothing was trained or fitted. Half "
        "of the questions were written by people to have no answer in the paragraph that they seem to be about. All "
        "paragraphs are searched; a passage counts when it holds the answer at the very place where it stands.",
        tables.table(rows, columns),
        lost(rows, columns),
    ]
    if ours["span_f1"]:
        overall, answered = ours["span_f1"]
        parts.append(
            f"F1 of the words that this project highlights in its first quote: {answered:.3f} where it answers, "
            f"{overall:.3f} over all answerable questions, a refusal counting 0."
        )
    return "\n\n".join(parts)


def spans(found: Mapping[str, Any]) -> str:
    """Character overlap with gold spans."""
    columns = (
        *(Column(name, partial(_rate, name), partial(_value, name), 1) for name in ("recall", "precision", "iou")),
        Column("answered", partial(_rate, "answered")),
        Column("passages for an answer", lambda row: f"{row['passages']:.1f}"),
        Column("passages not in the article", lambda row: str(int(row["lost"]))),
    )
    parts = [
        "Characters of what is shown against the exact spans that answer, averaged over questions (Smith and Troynikov, "
        "Chroma, 2024). There the best chunkers reach recall 0.87 to 0.92 at precision 0.04 to 0.08, with five chunks shown "
        "and text-embedding-3-large. Every question has an answer, so the peers show all that they find; a refusal of ours "
        "earns nothing."
    ]
    for corpus in dict.fromkeys(row["corpus"] for row in found["rows"]):
        rows = [row for row in found["rows"] if row["corpus"] == corpus]
        parts += [f"{corpus}: {rows[0]['questions']} questions", tables.table(rows, columns), lost(rows, columns)]
    return "\n\n".join(parts)


def readme(found: Mapping[str, Any]) -> str:
    """What README shows: quality, cost, and where a peer is better."""
    rows = found["systems"]
    questions = int(next(row for row in rows if row["ours"])["all"]["questions"][0])
    quality, cost = (*QUALITY[:4], WORDS), costs(rows)
    return "\n\n".join(
        [
            f"{questions} held-out questions, half of them without an answer (95 % intervals; best in bold):",
            tables.table(rows, quality),
            tables.table(rows, cost),
            lost(rows, (*QUALITY, *SHOWN, *cost)),
        ]
    )


def _value(name: str, row: Row) -> float:
    return float(row[name])


def _rate(name: str, row: Row) -> str:
    return tables.rate(row[name])
