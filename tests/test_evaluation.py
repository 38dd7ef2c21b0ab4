from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.answer import Answer, Quote, Status, Timings
from bot.evaluation import intervals, plots, report, thresholds
from bot.evaluation.metrics import Metric, Result, hits, metrics
from bot.evaluation.questions import Gold, QuestionFile, QuestionFileError
from bot.evaluation.run import run
from retrieval.errors import QuestionError, StorageError, VerbatimError
from retrieval.reading.speakers import Speaker

ARTICLE = "Talks may start on Saturday.\r\nGeneva is for the Americans, he said. “Nothing” was signed 🙂 in Minsk."
GENEVA = "Geneva is for the Americans"


def quote(text: str, start: int | None = None, article: str = "a.txt", number: int = 1) -> Quote:
    at = ARTICLE.find(text) if start is None else start
    return Quote(
        number=number, text=text, article=article, title="A", publisher=None, url=None, published=None,
        start=at, end=at + len(text), sha256="0" * 64, highlight=None, speaker=Speaker("the article", "reporter"),
        paragraph=1, score=0.9, receipt="r",
    )  # fmt: skip


def answer(
    *texts: str, confidence: float = 0.9, nearest: Sequence[Quote] = (), status: Status | None = None, total: float = 0.0
) -> Answer:
    return Answer(
        run_id="0", question="?", status=status or (Status.ANSWERED if texts else Status.REFUSED),
        quotes=tuple(quote(text) for text in texts), parts=(), missing=(), nearest=tuple(nearest),
        confidence=confidence, text="", timings=Timings(total=total),
    )  # fmt: skip


def result(evidence: Sequence[str], given_answer: Answer, kind: str | None = None, latency_ms: float = 10.0) -> Result:
    shown = len(given_answer.quotes) + len(given_answer.nearest)
    return Result(Gold("Where?", tuple(evidence), kind=kind), given_answer, shown, shown, latency_ms)


RIGHT = result([GENEVA], answer("Geneva is for the Americans, he said.", confidence=0.9), "place")
SECOND = result([GENEVA], answer("Talks may start on Saturday.", GENEVA, confidence=0.7), "place", 20.0)
WRONG = result([GENEVA], answer("Talks may start on Saturday.", confidence=0.6), latency_ms=30.0)
SILENT = result([GENEVA], answer(confidence=0.2, nearest=[quote(GENEVA)]), latency_ms=40.0)
REFUSED = result([], answer(confidence=0.2), "absent", 50.0)
FOOLED = result([], answer("Talks may start on Saturday.", confidence=0.8), "absent", 60.0)
ALL = [RIGHT, SECOND, WRONG, SILENT, REFUSED, FOOLED]


def the_file(**limits: float) -> QuestionFile:
    return QuestionFile(None, limits, tuple(r.gold for r in ALL))


def test_a_quote_that_contains_or_long_enough_is_contained_hits() -> None:
    evidence = ["x" * 30]
    assert hits("a " + "x" * 30 + " b", evidence)
    assert hits("x" * 20, evidence)
    assert not hits("x" * 19, evidence)
    assert not hits("x" * 29 + "y", evidence)
    assert hits("yes", ["no", "yes"])
    assert not hits("yes", [])


@given(st.text(max_size=30), st.text(min_size=1, max_size=60), st.text(max_size=30), st.data())
def test_hits_around_and_inside_the_evidence(before: str, evidence: str, after: str, data: st.DataObject) -> None:
    assert hits(before + evidence + after, [evidence])
    a = data.draw(st.integers(0, len(evidence) - 1))
    b = data.draw(st.integers(a, len(evidence)))
    piece = evidence[a:b]
    assert hits(piece, [evidence]) == (len(piece) >= 20 or evidence in piece)


def test_metrics_have_the_contracts_names() -> None:
    named = (
        "questions answerable unanswerable quote_exact quote_hit quote_hit_at_1 quote_precision quotes_per_answer "
        "quoted_words_per_answer answer_rate refusal_recall refusal_precision citations_on_refusal balanced_accuracy "
        "auroc latency_ms_p50 latency_ms_p95"
    ).split()
    assert list(metrics(ALL)) == named
    assert list(thresholds.NAMES) == named


def test_metrics_of_a_mixed_run() -> None:
    values = {name: metric.value for name, metric in metrics(ALL).items()}
    assert values == pytest.approx(
        {
            "questions": 6, "answerable": 4, "unanswerable": 2, "quote_exact": 1.0,
            "quote_hit": 2 / 4, "quote_hit_at_1": 1 / 4, "quote_precision": 2 / 5,
            "quotes_per_answer": 5 / 4, "quoted_words_per_answer": (7 + (5 + 5) + 5 + 5) / 4,
            "answer_rate": 3 / 4, "refusal_recall": 1 / 2, "refusal_precision": 1 / 2, "citations_on_refusal": 0,
            "balanced_accuracy": 1 / 2, "auroc": (2 + 1 + 1 + 0.5) / 8,
            "latency_ms_p50": 35.0, "latency_ms_p95": 57.5,
        }
    )  # fmt: skip


def test_every_rate_has_its_interval_and_counts_have_none() -> None:
    for name, metric in metrics(ALL).items():
        if name in thresholds.RATES | thresholds.MEANS:
            assert metric.low is not None, name
            assert metric.high is not None, name
            assert metric.value is not None, name
            assert metric.low <= metric.value <= metric.high, name
        else:
            assert (metric.low, metric.high) == (None, None), name


def test_what_was_not_measured_is_undefined() -> None:
    nothing = metrics([])
    for name, metric in nothing.items():
        assert metric.value == (0 if name in thresholds.COUNTS else None), name
    answerable_only = metrics([RIGHT])
    for name in ("refusal_recall", "refusal_precision", "balanced_accuracy", "auroc"):
        assert answerable_only[name] == Metric(None, None, None, 0)
    refused_only = metrics([REFUSED])
    for name in ("quote_exact", "quote_hit", "quote_precision", "quotes_per_answer", "answer_rate", "balanced_accuracy"):
        assert refused_only[name].value is None


def test_a_partial_answer_counts_as_answered() -> None:
    partial = result([GENEVA], answer(GENEVA, status=Status.PARTIAL))
    measured = metrics([partial])
    assert measured["answer_rate"].value == measured["quote_hit"].value == 1.0


def test_quotes_on_a_refusal_are_counted_and_earn_nothing() -> None:
    broken = result([GENEVA], answer(GENEVA, status=Status.REFUSED))
    measured = metrics([broken, broken])
    assert measured["citations_on_refusal"].value == 2
    assert measured["quote_hit"].value == measured["quote_hit_at_1"].value == 0.0
    assert measured["quote_precision"].value is None


def test_nearest_passages_are_no_quotes() -> None:
    measured = metrics([SILENT])
    assert measured["quote_hit"].value == 0.0
    assert measured["citations_on_refusal"].value == 0
    assert measured["quote_exact"].n == 1


def test_run_checks_every_passage_shown_against_its_article() -> None:
    inexact = [
        quote(GENEVA, start=0),  # elsewhere
        quote("Geneva is for the americans", start=ARTICLE.find(GENEVA)),  # retyped
        quote("🙂 in", start=ARTICLE.find("🙂 in") - len(ARTICLE)),  # counted from the end
        quote("", start=3),
        quote(GENEVA, article="unknown.txt"),
        replace(quote("Minsk."), end=len(ARTICLE) + 5),  # beyond the end
    ]
    shown = answer("🙂 in Minsk.", "Saturday.\r\nGeneva", nearest=inexact, confidence=0.5)
    file = QuestionFile(None, {}, (Gold("Where?", (GENEVA,)),))
    (got,) = run(file, lambda _question, _history: shown, {"a.txt": ARTICLE}.__getitem__)
    assert (got.exact, got.shown) == (2, 8)
    assert got.latency_ms > 0
    assert report.reasons(got)[-1] == "6 of 8 passages shown differ from their article"


def test_run_hands_history_through_and_times_only_the_last_question() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []

    def ask(question: str, history: tuple[str, ...]) -> Answer:
        asked.append((question, history))
        return answer(total=12345.0)

    file = QuestionFile(None, {}, (Gold("One?", ()), Gold("And then?", (), history=("One?",))))
    first, second = run(file, ask, lambda _: ARTICLE)
    assert asked == [("One?", ()), ("And then?", ("One?",))]
    assert first.latency_ms < 12345.0 == second.latency_ms


def test_run_names_a_question_that_cannot_be_asked() -> None:
    def ask(_question: str, _history: tuple[str, ...]) -> Answer:
        raise QuestionError("It has no words", "Ask in words.")

    with pytest.raises(QuestionFileError, match=r"Question 1 \(“…”\): It has no words\. Ask in words\."):
        run(QuestionFile(None, {}, (Gold("…", ()),)), ask, lambda _: "")


def test_json_has_metrics_intervals_classes_and_misses() -> None:
    scored = json.loads(json.dumps(report.to_json(the_file(), ALL, metrics(ALL)), allow_nan=False))
    assert scored["metrics"]["quote_hit"] == 0.5
    assert scored["metrics"]["questions"] == 6
    assert isinstance(scored["metrics"]["questions"], int)
    assert scored["intervals"]["quote_hit"] == pytest.approx(intervals.wilson(2, 4))
    assert "questions" not in scored["intervals"]
    assert list(scored["by_class"]) == ["place", "absent"]
    assert scored["by_class"]["place"]["metrics"]["quote_hit"] == 1.0
    assert scored["by_class"]["place"]["metrics"]["refusal_recall"] is None
    assert scored["by_class"]["absent"]["metrics"]["refusal_recall"] == 0.5
    assert [(m["status"], m["confidence"]) for m in scored["misses"]] == [
        ("answered", 0.6), ("refused", 0.2), ("answered", 0.8),
    ]  # fmt: skip
    assert scored["misses"][0]["question"] == "Where?"
    assert scored["misses"][0]["evidence"] == [GENEVA]
    assert scored["misses"][0]["quotes"] == ["Talks may start on Saturday."]
    assert scored["misses"][1]["nearest"] == [GENEVA]
    assert scored["below_thresholds"] == []


def test_thresholds_are_limits_from_the_side_that_matters() -> None:
    held = the_file(quote_hit=0.5, latency_ms_p50=35, quotes_per_answer=1.25, citations_on_refusal=0, questions=6)
    assert report.to_json(held, ALL, metrics(ALL))["below_thresholds"] == []
    missed = the_file(quote_hit=0.51, latency_ms_p95=57, quotes_per_answer=1.2, quoted_words_per_answer=6, questions=7)
    names = [m["name"] for m in report.to_json(missed, ALL, metrics(ALL))["below_thresholds"]]
    assert names == ["quote_hit", "latency_ms_p95", "quotes_per_answer", "quoted_words_per_answer", "questions"]
    leaking = [replace(REFUSED, answer=answer(GENEVA, status=Status.REFUSED))]
    assert report.below({"citations_on_refusal": 0}, metrics(leaking)) == [
        {"name": "citations_on_refusal", "value": 1, "threshold": 0}
    ]


@given(st.sampled_from(thresholds.NAMES), st.floats(0, 1))
def test_an_undefined_metric_misses_every_threshold(name: str, limit: float) -> None:
    assert thresholds.fails(name, None, limit)
    assert thresholds.fails(name, math.nan, limit)
    assert not thresholds.fails(name, limit, limit)


def shown(file: QuestionFile, results: Sequence[Result]) -> str:
    console = Console(file=io.StringIO(), width=100, highlight=False)
    report.show(console, file, results, metrics(results))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def row(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


def test_the_terminal_shows_figures_classes_and_misses() -> None:
    text = shown(the_file(quote_hit=0.9), ALL)
    assert row(text, "quote_hit") == ["quote_hit", "0.500", "0.150", "–", "0.850", "4", "≥", "0.9"]
    assert "by class" in text
    assert "3 of 6 questions missed" in text
    assert "4. Where?" in text
    assert "refused, but the articles answer it" in text
    assert "quote_hit is 0.500, wanted at least 0.9" in text
    assert "by class" not in shown(the_file(), [WRONG])


def test_the_terminal_takes_markup_as_words_and_never_rounds_up_to_perfect() -> None:
    strange = Result(Gold("Is [bold]this[/bold] \x1b[31mred?", ("a",)), answer("b"), 99_999, 100_000, 1.0)
    text = shown(the_file(), [strange])
    assert "[bold]this[/bold]" in text
    assert "\x1b" not in text
    assert row(text, "quote_exact")[1] == "0.999"
    assert "undefined" in text


def test_risk_coverage_ends_where_the_bot_refuses() -> None:
    assert plots.risk_coverage(ALL) == [(1 / 6, 0.0), (2 / 6, 1 / 2), (3 / 6, 1 / 3), (4 / 6, 2 / 4)]
    tied = [replace(r, answer=replace(r.answer, confidence=0.5)) for r in (WRONG, RIGHT)]
    assert plots.risk_coverage(tied) == plots.risk_coverage(tied[::-1]) == [(1.0, 0.5)]
    assert plots.risk_coverage([REFUSED]) == []


def test_reliability_judges_refusals_by_their_nearest_passages() -> None:
    sure = replace(RIGHT, answer=replace(RIGHT.answer, confidence=1.0))
    bins = plots.reliability([sure, RIGHT, FOOLED, SILENT, REFUSED])
    assert [(b.confidence, b.supported, b.n) for b in bins] == [(0.2, 1.0, 1), (0.8, 0.0, 1), (0.95, 1.0, 2)]


def test_plot_needs_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    monkeypatch.setitem(sys.modules, "matplotlib.backends.backend_agg", None)
    with pytest.raises(VerbatimError, match=r"pip install -e '\.\[plots\]'"):
        plots.plot(ALL, tmp_path / "out.png")
    assert list(tmp_path.iterdir()) == []


def test_plot_writes_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", exc_type=ImportError)
    for name, results in (("all.png", ALL), ("none", [])):
        plots.plot(results, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG\r\n")
    with pytest.raises(StorageError, match="cannot be written"):
        plots.plot(ALL, tmp_path / "missing" / "out.png")


def test_no_import_loads_matplotlib() -> None:
    import subprocess

    code = "import sys, bot.evaluation.plots, bot.evaluation.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parent.parent).returncode == 0
