"""Names, kinds and features: what a question asks about, and what speaks for and against a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.errors import SettingsError, WeightsError
from retrieval.reading import kinds
from retrieval.reading.aliases import Aliases, close_spelling
from retrieval.reading.features import NAMES, SIGNS, Features
from retrieval.reading.judge import judge, load_calibration
from retrieval.reading.kinds import Kind
from retrieval.reading.likeness import Likeness
from retrieval.reading.names import Terms, terms
from retrieval.reading.reader import OnnxReader, Reading
from retrieval.reading.search import HybridRetriever
from retrieval.reading.windows import around

ALIASES = Aliases.load(PROJECT / "config" / "aliases.toml")


def named(seeds: Project, question: str) -> Terms:
    return terms(question, seeds.index.catalogue, ALIASES)


@pytest.mark.parametrize(
    "question",
    [
        "What did Sergei Ryabkov say?",
        "What did Sergey Riabkov say?",
        "What did Ryabkow say?",
        "What does Kyiv want?",
        "What does the USSR have to do with it?",
        "What does the White House say?",
        "Are the Ukrainians worried?",
        "What did the Kremlins deny?",
    ],
)
def test_another_form_of_a_name_is_not_absence(seeds: Project, question: str) -> None:
    assert named(seeds, question).absent_names == []


@pytest.mark.parametrize(
    ("question", "absent"),
    [
        ("What did Lavrov say about Geneva?", ["Lavrov"]),
        ("What happened in 1962?", ["1962"]),
        ("Did Finland or Sweden apply?", ["Finland", "Sweden"]),
        ("Where is Geneva?", []),
    ],
)
def test_a_name_that_no_article_mentions_is_named(seeds: Project, question: str, absent: list[str]) -> None:
    assert named(seeds, question).absent_names == absent


def test_numbers_have_no_spelling_variants() -> None:
    assert close_spelling("2014", ["2015", "2013", "20140"]) == []
    assert close_spelling("ukrain", ["ukrainian"]) == ["ukrainian"]
    assert close_spelling("iran", ["iraq", "ireland"]) == []


def test_a_table_of_aliases_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "aliases.toml"
    path.write_text("groups = [[1]]", "utf-8")
    with pytest.raises(SettingsError, match="groups"):
        Aliases.load(path)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many soldiers are there?", Kind.NUMBER),
        ("What percentage agreed?", Kind.NUMBER),
        ("When do talks start?", Kind.TIME),
        ("In which year did it begin?", Kind.TIME),
        ("Who said that when asked?", None),
        ("What did he say?", None),
    ],
)
def test_the_kind_of_answer_that_a_question_wants(question: str, kind: Kind | None) -> None:
    assert kinds.wanted(question) is kind


def test_what_holds_a_kind() -> None:
    assert kinds.holds(Kind.NUMBER, "tens of thousands of soldiers")
    assert not kinds.holds(Kind.NUMBER, "a large force")
    assert kinds.holds(Kind.TIME, "at the earliest Saturday")
    assert not kinds.holds(Kind.TIME, "in Geneva")


def test_the_shipped_calibration_belongs_to_the_shipped_reader() -> None:
    calibration = load_calibration()
    assert calibration.reader == OnnxReader(threads=1).fingerprint
    for fitted in (calibration.rank, calibration.weights):
        assert all(weight * sign >= 0 for weight, sign in zip(fitted, SIGNS, strict=True))


@given(st.sampled_from(NAMES), st.floats(0.01, 5))
def test_more_of_a_feature_moves_the_probability_its_own_way_only(name: str, more: float) -> None:
    calibration = load_calibration()
    row = Features(*[0.5] * len(NAMES))
    moved = replace(row, **{name: 0.5 + more})
    change = calibration.probability(moved) - calibration.probability(row)
    assert change * SIGNS[NAMES.index(name)] >= 0


def test_a_broken_calibration_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text('{"rank": {}, "weights": {}, "bias": 0, "reader": "x"}', "utf-8")
    with pytest.raises(WeightsError, match="calibrate"):
        load_calibration(tmp_path)


def read(seeds: Project, question: str) -> list[Reading]:
    catalogue = seeds.index.catalogue
    found = HybridRetriever(seeds.index, 24).search(question, named(seeds, question), 7)
    return OnnxReader(threads=1).read(question, around(found.evidence, catalogue.passages, catalogue.text, 24))


def test_windows_and_answers_are_exact_slices(seeds: Project) -> None:
    for reading in read(seeds, "Where did Moscow propose to hold the negotiations?"):
        window = reading.window
        text = seeds.index.catalogue.text(window.evidence.stored.sha256)
        assert text[window.start : window.start + len(window.text)] == window.text
        for sentence in reading.sentences:
            a, b = sentence.sentence
            assert window.start <= a < b <= window.start + len(window.text)
            if sentence.answer:
                assert a <= sentence.answer[0] < sentence.answer[1] <= b


def test_he_is_read_with_the_sentence_that_says_who(seeds: Project) -> None:
    windows = [r.window for r in read(seeds, "Where did Moscow propose to hold the negotiations?")]
    he = next(w for w in windows if w.evidence.stored.passage.paragraph == 3 and "Geneva" in w.text)
    assert "Sergei Ryabkov" in he.text


def test_judging_keeps_each_sentence_once_and_finds_the_place(seeds: Project) -> None:
    question = "Where did Moscow propose to hold the negotiations?"
    findings = judge(load_calibration(), question, named(seeds, question), 40, read(seeds, question), Likeness())
    places = [(f.evidence.stored.sha256, f.sentence) for f in findings]
    assert len(places) == len(set(places))
    best = findings[0]
    assert best.answer is not None
    assert "Geneva" in seeds.index.catalogue.text(best.evidence.stored.sha256)[slice(*best.answer)]
