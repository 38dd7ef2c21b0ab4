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
from retrieval.training import asking, fitting
from retrieval.training.examples import stream
from retrieval.training.mining import mined
from retrieval.training.pool import load_pool
from retrieval.training.train import Training, rate, train

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
    one, other = stream(pool, retrieved, 3), stream(pool, retrieved, 3)
    examples = [next(one) for _ in range(300)]
    assert examples == [next(other) for _ in range(300)]
    answerable = [e for e in examples if e.start >= 0]
    assert 100 < len(answerable) < 200
    assert all(e.passage[e.start : e.end].startswith("Town") for e in answerable)


def test_training_that_was_stopped_goes_on_as_if_it_had_not_been(data: Path, tmp_path: Path) -> None:
    plan = Training(
        examples=6 * 4,
        decay_share=0.0,
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
    # Half as long; the rate has not begun to fall in either, so both have taken the same steps.
    train(replace(plan, examples=3 * 4), data, start, HashEmbedder(), stopped)
    resumed = train(plan, data, start, HashEmbedder(), stopped)
    for name, value in whole.state_dict().items():
        assert torch.allclose(value, resumed.state_dict()[name], atol=1e-6), name
    rows = [json.loads(line) for line in (tmp_path / "whole" / "curve.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [3, 6]
    assert {"f1", "auroc", "auroc_mined"} <= set(rows[-1])


def test_the_learning_rate_does_not_depend_on_the_length_before_it_falls() -> None:
    short, long = Training(examples=64_000), Training(examples=128_000)
    assert rate(500, short) == rate(500, long) == short.learning_rate
    assert rate(0, short) < rate(299, short)
    assert rate(1999, short) < 0.01 * short.learning_rate


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.booleans()), min_size=8, max_size=40))
def test_fitted_weights_keep_their_signs(rows: list[tuple[float, float, bool]]) -> None:
    x, y = np.array([r[:2] for r in rows]), np.array([float(r[2]) for r in rows])
    fitted, bias = fitting.fit(x, y, np.ones(len(y)), (1, -1))
    assert fitted[0] >= 0 >= fitted[1]
    assert np.isfinite(bias)


def test_fitting_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, len(SIGNS)))
    true = np.array(SIGNS, dtype=float) * np.linspace(0.2, 1.5, len(SIGNS))
    y = (rng.random(4000) < 1 / (1 + np.exp(-(x @ true - 0.5)))).astype(float)
    fitted, bias = fitting.fit(x, y, np.ones(len(y)), SIGNS)
    assert np.abs(fitted - true).max() < 0.2
    assert abs(bias + 0.5) < 0.15


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
