"""Words that are like each other, and what that changes for a question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import MakeProject
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from tokenizers import Tokenizer

from retrieval.errors import WeightsError
from retrieval.index import weights
from retrieval.reading.likeness import LEAST, MODEL, TENSOR, Likeness

LIKENESS = Likeness()


@pytest.mark.parametrize(
    ("one", "other"), [("troops", "soldiers"), ("kids", "children"), ("negotiations", "talks"), ("heard", "hear")]
)
def test_words_for_the_same_are_like(one: str, other: str) -> None:
    assert LIKENESS.has(one, ["harbour", other, "of"])
    assert LIKENESS.has(other.upper(), [one])


@pytest.mark.parametrize(("one", "other"), [("nuclear", "missiles"), ("join", "strike"), ("ban", "allow"), ("cut", "paper")])
def test_words_that_only_go_together_are_not(one: str, other: str) -> None:
    assert not LIKENESS.has(one, [other])


def test_the_vectors_are_the_published_ones() -> None:
    table = load_file(weights.packaged(MODEL) / "model.safetensors")[TENSOR]
    tokenizer = Tokenizer.from_file(str(weights.packaged(MODEL) / "tokenizer.json"))
    tokenizer.no_padding()
    soldiers, troops = (table[tokenizer.encode(w, add_special_tokens=False).ids].mean(0) for w in ("soldiers", "troops"))
    wanted = torch.nn.functional.cosine_similarity(soldiers, troops, dim=0).item()
    assert LIKENESS.between(["soldiers"], ["troops"])[0, 0] == pytest.approx(wanted, abs=1e-6)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5))
def test_every_word_has_a_vector_and_is_like_itself(words: list[str]) -> None:
    found = LIKENESS.between(words, words)
    assert found.shape == (len(words), len(words))
    assert np.isfinite(found).all()
    assert ((found == 0) | (found >= LEAST)).all()
    assert np.allclose(found, found.T, atol=1e-5)


def test_a_file_without_word_vectors_is_named(tmp_path: Path) -> None:
    packaged = weights.packaged(MODEL)
    (tmp_path / "tokenizer.json").write_bytes((packaged / "tokenizer.json").read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(WeightsError, match="make setup"):
        Likeness(tmp_path).has("troops", ["soldiers"])


def test_a_word_is_not_missing_where_the_articles_use_another_for_it(project: MakeProject, tmp_path: Path) -> None:
    (tmp_path / "ferry.txt").write_text("Falk said that the soldiers had left Norvik on the ferry.\n", "utf-8")
    opened = project(tmp_path)
    assert "troops" not in opened.answerer.ask("Who paid the troops, and who counted the zebras in Norvik?").missing
    assert "zebras" in opened.answerer.ask("Who paid the troops, and who counted the zebras in Norvik?").missing
