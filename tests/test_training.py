"""The reader's training on a small file of the same form: reproducible, resumable, and exported without loss."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support import HashEmbedder

from retrieval.index import weights
from retrieval.reading.features import SIGNS
from retrieval.reading.likeness import Likeness
from retrieval.reading.meanings import Meanings
from retrieval.training import asking, fitting
from retrieval.training.examples import Forms, stream
from retrieval.training.mining import mined
from retrieval.training.pool import load_pool
from retrieval.training.rewording import Rewording, swapped
from retrieval.training.train import Round, Training, rates, train

FORMS = Forms(framed=0.2, reworded=0.3, swapped=0.04)
SOURCES = ("squad", "squad2neg", "squad_mined", "squadshifts", "nq_qed", "qamr_wikinews", "nq_litm")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred paragraphs about people and towns, with questions of every source."""
    rng = random.Random(1)
    contexts, rows = [], []
    for number in range(100):
        town, person = f"Town{chr(65 + number % 26)}{number}", f"Person{chr(65 + number % 26)}{number}"
        contexts.append(
            f"{person} was born in {town} in {1800 + number}. The river there is wide and slow. Nobody knows why."
        )
        for source in SOURCES:
            start = -1 if source in ("squad2neg", "squad_mined") else contexts[-1].index(town)
            rows.append([number, f"Where was {person} born?", start, "" if start < 0 else town, source])
        rows.append([number, f"Why is {person} known?", -1, "", "clapnq"])
        rows.append([number, f"Where was {person} born?", contexts[-1].index(town), town, "clapnq"])
    rng.shuffle(rows)
    path = tmp_path_factory.mktemp("data") / "reader-train.json.gz"
    body = {"columns": ["context", "question", "start", "answer", "source"], "contexts": contexts, "rows": rows}
    path.write_bytes(gzip.compress(json.dumps(body).encode()))
    return path


def test_no_article_lies_on_both_sides(data: Path) -> None:
    pool = load_pool(data)
    assert pool.train
    assert pool.held_out
    assert not {p.context for p in pool.train} & {p.context for p in pool.held_out}


def test_examples_are_reproducible_and_their_answers_stand_where_they_say(data: Path, tmp_path: Path) -> None:
    pool = load_pool(data)
    retrieved = mined(pool, HashEmbedder(), tmp_path / "mined.json", 50, 7)
    assert retrieved
    assert all(p.answer.casefold() not in pool.contexts[p.context].casefold() for p in retrieved)
    assert mined(pool, HashEmbedder(), tmp_path / "mined.json", 50, 7) == retrieved
    one, other = stream(pool, retrieved, 3, FORMS), stream(pool, retrieved, 3, FORMS)
    examples = [next(one) for _ in range(300)]
    assert examples == [next(other) for _ in range(300)]
    answerable = [e for e in examples if e.start >= 0]
    assert 100 < len(answerable) < 200
    assert all(e.passage[e.start : e.end].startswith("Town") for e in answerable)


def test_training_that_was_stopped_goes_on_as_if_it_had_not_been(data: Path, tmp_path: Path) -> None:
    plan = Training(
        rounds=(Round(2 * 4, 2e-4, 0.0), Round(4 * 4, 1e-4, 0.0, FORMS)),
        batch=4,
        warmup_steps=2,
        validate_every=99,
        checkpoint_every=3,
        validated=4,
        mined=10,
    )
    start = weights.packaged("all-MiniLM-L6-v2")
    whole = train(plan, data, start, HashEmbedder(), tmp_path / "whole")
    stopped = tmp_path / "stopped"
    # Cut off within the second round; the rate has not begun to fall, so both have taken the same steps.
    short = replace(plan, rounds=(plan.rounds[0], replace(plan.rounds[1], examples=1 * 4)))
    train(short, data, start, HashEmbedder(), stopped)
    resumed = train(plan, data, start, HashEmbedder(), stopped)
    for name, value in whole.state_dict().items():
        assert torch.allclose(value, resumed.state_dict()[name], atol=1e-6), name
    rows = [json.loads(line) for line in (tmp_path / "whole" / "curve.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [3, 6]
    assert {"f1", "auroc", "auroc_mined"} <= set(rows[-1])


def test_the_learning_rate_does_not_depend_on_the_length_before_it_falls() -> None:
    short, long = (list(rates(Training(rounds=(Round(n, 2e-4, 0.35),)))) for n in (64_000, 128_000))
    assert short[500] == long[500] == 2e-4
    assert short[0] < short[299]
    assert short[1999] < 0.01 * 2e-4


def test_every_round_begins_at_a_higher_rate_again() -> None:
    one = list(rates(Training(rounds=(Round(64_000, 2e-4, 0.35), Round(32_000, 1e-4, 0.7)))))
    assert len(one) == 3000
    assert one[1999] < one[2299] == 1e-4


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.booleans()), min_size=8, max_size=40))
def test_fitted_weights_keep_their_signs(rows: list[tuple[float, float, bool]]) -> None:
    x, y = np.array([r[:2] for r in rows]), np.array([float(r[2]) for r in rows])
    fitted, bias = fitting.probability(x, y, (1, -1))
    assert fitted[0] >= 0 >= fitted[1]
    assert np.isfinite(bias)


def test_fitting_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, len(SIGNS)))
    true = np.array(SIGNS, dtype=float) * np.linspace(0.2, 1.5, len(SIGNS))
    y = (rng.random(4000) < 1 / (1 + np.exp(-(x @ true - 0.5)))).astype(float)
    fitted, bias = fitting.probability(x, y, SIGNS)
    assert np.abs(fitted - true).max() < 0.2
    assert abs(bias + 0.5) < 0.15


def test_ordering_finds_the_weights_that_chose_and_heeds_nothing_that_a_question_has_as_a_whole() -> None:
    rng = np.random.default_rng(2)
    question = np.repeat(np.arange(800), 6)
    x = np.stack([rng.normal(size=4800), rng.normal(size=4800), np.repeat(rng.normal(size=800), 6)], axis=1)
    score = (x @ np.array([1.5, -0.7, 3.0]) + rng.gumbel(size=4800)).reshape(800, 6)
    y = (score == score.max(axis=1, keepdims=True)).reshape(-1).astype(float)
    y[: 6 * 100] = 0.0  # unanswerable
    fitted = fitting.order(x, y, question, (1, -1, 1), ridge=1.0)
    assert np.abs(fitted - np.array([1.5, -0.7, 0.0])).max() < 0.15


def test_a_reworded_question_means_the_same_and_a_swapped_one_does_not() -> None:
    asked = ["When were the talks finished?", "When were the talks completed?", "Who lost money?", "Who increased it?"] * 9
    rewording = Rewording([*asked, *["Who decreased it?"] * 9], Meanings.load(), Likeness())
    rng = random.Random(1)
    said = {rewording.reworded("When were the talks finished?", rng) for _ in range(60)}
    assert any("completed" in s for s in said)
    assert any(not s.startswith("When") for s in said)
    assert all("talks" in s for s in said)
    assert not any("decreased" in rewording.reworded("Who increased it?", rng) for _ in range(60))
    context = "Biden warned Putin of sanctions. France and Germany talked."
    assert swapped("What did Biden warn Putin of?", context) is None  # one word between is too little to tell
    assert swapped("Where did Biden say that Putin lied?", context) == "Where did Putin say that Biden lied?"
    assert swapped("What did France and Germany talk about?", context) is None


@pytest.mark.parametrize(
    ("question", "answer", "asked"),
    [
        ("Where did Moscow hold the talks?", "Geneva", "Did Moscow hold the talks in Geneva?"),
        ("When was the treaty signed?", "in 1949", "Was the treaty signed in 1949?"),
        ("Who wrote it?", "Tolstoy", "Is it true that Tolstoy wrote it?"),
        ("Why did it fail?", "rain", None),
        ("Where is it?", "a very long answer of more than six words", None),
    ],
)
def test_questions_become_yes_or_no(question: str, answer: str, asked: str | None) -> None:
    assert asking.yes_or_no(question, answer) == asked


def test_an_exchanged_name_is_another_one_and_not_in_the_passage() -> None:
    rng = random.Random(0)
    asked = asking.of_another("What did Biden say in 2014?", ["Putin", "Merkel", "1999"], "Merkel spoke.", rng)
    assert asked in {"What did Putin say in 2014?", "What did Biden say in 1999?"}
    assert asking.of_another("what is it?", ["Putin"], "", rng) is None
