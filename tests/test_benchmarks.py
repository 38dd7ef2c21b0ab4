from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import corpora, scoring, side_by_side, spans, squad
from benchmarks.squad import Asked
from benchmarks.systems import SCRIPTS, Reply, Shown, System, SystemError_, started
from bot.evaluation import metrics, questions
from bot.evaluation.questions import Gold

QUESTIONS = Path(__file__).parent / "questions"
PAIRS = [("seeds", ("seeds", "seeds-tuning", "seeds-held-out")), ("news", ("news-tuning", "news-held-out"))]
TEXTS = {"a.txt": "One fish. Two fish. Red fish. Two fish."}
SCORES = st.floats(-100, 100, allow_nan=False)


def reply(*passages: Shown, score: float = 0.5, nearest: tuple[Shown, ...] = ()) -> Reply:
    return Reply(passages, nearest, score, 1.0)


# the question sets


@pytest.mark.parametrize(("corpus", "names"), PAIRS)
def test_question_sets_do_not_share_a_question_and_their_evidence_stands_in_the_articles(
    corpus: str, names: tuple[str, ...]
) -> None:
    asked: list[tuple[str, ...]] = []
    for name in names:
        file = questions.load(QUESTIONS / f"{name}.yaml")
        assert file.corpus is not None
        assert file.corpus.name == corpus
        questions.check_evidence(file, {p.name: p.read_text("utf-8") for p in file.corpus.iterdir()})
        asked += [(*gold.history, gold.question.casefold()) for gold in file.questions]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize("name", ["seeds-tuning", "seeds-held-out", "news-tuning", "news-held-out"])
def test_half_of_the_questions_have_no_answer_and_all_classes_are_there(name: str) -> None:
    file = questions.load(QUESTIONS / f"{name}.yaml")
    assert sum(not gold.evidence for gold in file.questions) * 2 == len(file.questions)
    by_class: dict[str | None, list[bool]] = {}
    for gold in file.questions:
        by_class.setdefault(gold.kind, []).append(bool(gold.evidence))
        assert bool(gold.history) == (gold.kind == "follow_up")
    assert set(by_class) == {"answerable", "near_miss", "out_of_topic", "false_premise", "follow_up", "compound"}
    assert all(by_class["answerable"])
    assert not any(answerable for kind in ("near_miss", "out_of_topic", "false_premise") for answerable in by_class[kind])
    for kind in ("follow_up", "compound"):
        assert set(by_class[kind]) == {True, False}


def test_held_out_questions_carry_no_thresholds() -> None:
    for name in ("seeds", "news"):
        assert not questions.load(QUESTIONS / f"{name}-held-out.yaml").thresholds
        assert "never used for tuning" in " ".join((QUESTIONS / f"{name}-held-out.yaml").read_text("utf-8").split("# "))


# thresholds


def test_a_threshold_between_what_is_right_and_what_is_not() -> None:
    cut = scoring.fit_threshold([0.9, 0.8, 0.7], [0.1, 0.2, 0.3])
    assert 0.3 < cut <= 0.7


def test_a_threshold_weighs_both_kinds_of_question_alike() -> None:
    # Nine answerable ones would be lost to refuse the only other one; that is worth half of everything.
    assert scoring.fit_threshold([0.5] * 9, [0.6]) > 0.6 or scoring.fit_threshold([0.5] * 9, [0.6]) <= 0.5
    # Of ten unanswerable ones a single high one is let through rather than half of the answerable ones be lost.
    assert scoring.fit_threshold([0.5, 0.9], [*[0.2] * 9, 0.7]) < 0.5


def test_a_threshold_where_nothing_was_found() -> None:
    assert scoring.fit_threshold([scoring.NOTHING], [scoring.NOTHING]) == 0.0
    assert math.isfinite(scoring.fit_threshold([scoring.NOTHING, 0.4], [scoring.NOTHING]))


@given(st.lists(SCORES, min_size=1, max_size=12), st.lists(SCORES, min_size=1, max_size=12), SCORES)
def test_no_other_threshold_is_better(right: list[float], wrong: list[float], other: float) -> None:
    def accuracy(cut: float) -> float:
        return sum(s >= cut for s in right) / len(right) + sum(s < cut for s in wrong) / len(wrong)

    assert accuracy(scoring.fit_threshold(right, wrong)) >= accuracy(other) - 1e-9


def test_a_threshold_takes_passages_away_and_makes_a_refusal() -> None:
    high, low = Shown("a.txt", "One fish.", 0.9), Shown("a.txt", "Red fish.", 0.4)
    assert scoring.at_threshold(reply(high, low), None).passages == (high, low)
    assert scoring.at_threshold(reply(high, low), 0.4).passages == (high, low)
    assert scoring.at_threshold(reply(high, low), 0.5).passages == (high,)
    assert scoring.at_threshold(reply(high, low), 0.95).passages == ()


def test_a_peers_threshold_comes_from_passages_that_hit() -> None:
    tuning = [Gold("Which?", ("Red fish",)), Gold("Where?", ())]
    found = [
        reply(Shown("a.txt", "One fish.", 0.9), Shown("a.txt", "Red fish.", 0.8)),
        reply(Shown("a.txt", "Two fish.", 0.5)),
    ]
    assert 0.5 < side_by_side.fit(tuning, found) <= 0.8


# scoring


def test_a_passage_is_found_to_the_letter_or_not_at_all() -> None:
    assert scoring.locate(Shown("a.txt", "Two fish.", 1), TEXTS) == (10, 19)
    assert scoring.locate(Shown("a.txt", "Two fish.", 1, start=30), TEXTS) == (30, 39)
    assert scoring.locate(Shown("a.txt", "Two fish.", 1, start=11), TEXTS) is None
    assert scoring.locate(Shown("a.txt", "Two  fish.", 1), TEXTS) is None
    assert scoring.locate(Shown("b.txt", "Two fish.", 1), TEXTS) is None
    assert scoring.locate(Shown("a.txt", "", 1), TEXTS) is None


def test_replies_are_scored_by_the_harness() -> None:
    answerable, other = Gold("Which?", ("Red fish",)), Gold("Where?", ())
    hit = scoring.result(answerable, reply(Shown("a.txt", "Red fish.", 0.9), score=0.9), TEXTS)
    miss = scoring.result(answerable, reply(Shown("a.txt", "One fush.", 0.9), score=0.6), TEXTS)
    refused = scoring.result(other, reply(score=0.1, nearest=(Shown("a.txt", "Two fish.", 0.1),)), TEXTS)
    fooled = scoring.result(other, reply(Shown("a.txt", "One fish.", 0.7), score=0.7), TEXTS)
    assert [scoring.right(r) for r in (hit, miss, refused, fooled)] == [True, False, True, False]
    measured = metrics.metrics([hit, miss, refused, fooled])
    assert measured["balanced_accuracy"].value == 0.5
    assert measured["quote_exact"].value == 0.75
    assert measured["auroc"].value == 0.75
    assert measured["citations_on_refusal"].value == 0


def test_a_margin_is_paired_and_has_an_interval() -> None:
    answerable = [True] * 40 + [False] * 40
    ours = [True] * 80
    theirs = [index % 4 != 0 for index in range(80)]
    margin = scoring.margin(ours, theirs, answerable)
    assert margin.value == pytest.approx(0.25)
    assert margin.low is not None
    assert margin.high is not None
    assert 0 < margin.low < 0.25 < margin.high < 0.5
    assert scoring.margin(ours, ours, answerable).value == 0
    assert scoring.margin(theirs, ours, answerable).value == pytest.approx(-0.25)
    assert scoring.margin([True], [True], [True]).value is None


def test_a_margin_counts_both_kinds_alike() -> None:
    margin = scoring.margin([True] * 10 + [False], [False] * 10 + [True], [True] * 10 + [False])
    assert margin.value == pytest.approx(0.0)


def test_a_curve_takes_the_surest_first_and_equals_together() -> None:
    rows = [(0.9, True), (0.5, False), (0.5, True), (0.1, False)]
    assert scoring.curve(rows) == [(0.25, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]
    assert scoring.curve([]) == []


# characters and words


@pytest.mark.parametrize(
    ("shown", "gold", "expected"),
    [
        ([(0, 10)], [(0, 10)], (1, 1, 1)),
        ([(0, 20)], [(0, 10)], (1, 0.5, 0.5)),
        ([(5, 10)], [(0, 10)], (0.5, 1, 0.5)),
        ([], [(0, 10)], (0, 0, 0)),
        ([(10, 20)], [(0, 10)], (0, 0, 0)),
        ([(0, 6), (4, 10)], [(0, 5), (5, 10)], (1, 1, 1)),
    ],
)
def test_overlap_in_characters(
    shown: list[tuple[int, int]], gold: list[tuple[int, int]], expected: tuple[float, float, float]
) -> None:
    assert spans.overlap(shown, gold) == pytest.approx(expected)


def test_means_over_questions_count_refusals_and_what_is_lost() -> None:
    replies = [reply(Shown("a.txt", "One fish.", 1)), reply(), reply(Shown("a.txt", "No such fish.", 1))]
    means = spans.means(replies, [[(0, 9)]] * 3, TEXTS)
    assert means["recall"] == means["iou"] == pytest.approx(1 / 3)
    assert means["answered"] == pytest.approx(2 / 3)
    assert (means["passages"], means["lost"]) == (1, 1)


@pytest.mark.parametrize(
    ("found", "gold", "expected"),
    [
        ("the Black Sea", "Black Sea", 1.0),
        ("in 1954.", "1954", 2 / 3),
        ("Geneva", "Vienna", 0.0),
        ("", "Vienna", 0.0),
        ("13,000 people", "13,000", 2 / 3),
    ],
)
def test_f1_of_words(found: str, gold: str, expected: float) -> None:
    assert squad.token_f1(found, gold) == pytest.approx(expected)


@given(st.text(max_size=30), st.text(max_size=30))
def test_f1_of_words_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    assert 0 <= squad.token_f1(one, other) <= 1
    assert squad.token_f1(one, other) == pytest.approx(squad.token_f1(other, one))
    assert squad.token_f1(one, one) == 1


def test_an_answer_counts_only_where_it_stands() -> None:
    second = Asked("Which?", "a.txt", 30, "Two")
    assert not squad.covers(Shown("a.txt", "Two fish.", 1), second, TEXTS)  # the first one
    assert squad.covers(Shown("a.txt", "Red fish. Two fish.", 1), second, TEXTS)
    assert squad.covers(Shown("a.txt", "Two fish.", 1, start=30), second, TEXTS)
    assert not squad.covers(Shown("b.txt", "Two fish.", 1), second, TEXTS)
    assert not squad.covers(Shown("a.txt", "Two fish.", 1, start=30), replace(second, start=-1), TEXTS)


def test_figures_of_a_system_on_squad() -> None:
    asked = [Asked("Which?", "a.txt", 20, "Red"), Asked("What?", "a.txt", 0, "One"), Asked("Who?", "a.txt", -1, "")]
    right = reply(Shown("a.txt", "Red fish.", 0.9, highlight=(20, 23)), score=0.9)
    figures = squad.figures(
        [right, reply(score=0.3), reply(score=0.2)], [right, reply(score=0.3), reply(score=0.2)], asked, TEXTS
    )
    assert figures["hit"][0] == 0.5
    assert figures["refusal_recall"][0] == 1
    assert figures["balanced"] == 0.75
    assert figures["auroc"][0] == 1
    assert figures["span_f1"] == [0.5, 1.0]
    assert figures["operating"] == figures["dot"] == [pytest.approx(1 / 3), 0.0]


# tables


TINY = """
import sys
sys.path.insert(0, {scripts!r})
from serve import passage, serve, together

def build(work, corpus, options):
    print("a library that talks")
    text = corpus["articles"][0]["paragraphs"][0]
    def ask(question, history):
        if question == "die":
            raise SystemExit("no more")
        return {{"passages": [passage("a.txt", text, options.k)], "score": 0.5, "asked": together(question, history)}}
    return ask

serve(build, {{"k": 1.0}})
"""


def tiny(tmp_path: Path) -> System:
    script = tmp_path / "tiny.py"
    script.write_text(TINY.format(scripts=str(SCRIPTS)), "utf-8")
    return System("tiny", "tiny", str(script), peer=False, options=("--k", "0.25"))


def test_a_system_is_asked_through_its_standard_input(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    corpora.write("fish", articles, ["---\ntitle: Fish\n---\nOne fish “here”.\n\nTwo fish.\n"]).lay_out(tmp_path / "work")
    laid = json.loads((tmp_path / "work" / "articles.json").read_text("utf-8"))
    assert laid["articles"][0]["title"] == "Fish"
    assert laid["articles"][0]["paragraphs"] == ["One fish “here”.", "Two fish."]
    with started(tiny(tmp_path), tmp_path / "work") as running:
        first = running.ask("Which?", ["Before?"])
        assert first.passages == (Shown("a.txt", "One fish “here”.", 0.25),)
        assert (first.nearest, first.score) == ((), 0.5)
    assert running.peak_mib > 1


def test_a_system_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    corpora.write("fish", tmp_path / "articles", ["One fish.\n"]).lay_out(tmp_path / "work")
    with (
        pytest.raises(SystemError_, match=r"(?s)no more.*tiny ended"),
        started(tiny(tmp_path), tmp_path / "work") as running,
    ):
        running.ask("die")
