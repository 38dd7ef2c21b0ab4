"""The parser that composed sentences are checked with is the one that the checks were measured with."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from retrieval.errors import WeightsError
from retrieval.reading.grammar import PACKAGE, SpacyGrammar


def test_who_does_what_is_told(tmp_path: Path) -> None:
    words = SpacyGrammar().parse("Moscow proposed talks in Geneva.")
    assert [(w.text, w.role, words[w.head].text) for w in words[:3]] == [
        ("Moscow", "nsubj", "proposed"),
        ("proposed", "ROOT", "proposed"),
        ("talks", "dobj", "proposed"),
    ]


def test_other_weights_are_refused(tmp_path: Path) -> None:
    found = find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    (installed,) = Path(found.origin).parent.glob(f"{PACKAGE}-*")
    model = tmp_path / "model"
    shutil.copytree(installed, model)
    assert SpacyGrammar(model).parse("It rains.")
    weights = bytearray((model / "parser" / "model").read_bytes())
    weights[-1] ^= 1
    (model / "parser" / "model").write_bytes(weights)
    with pytest.raises(WeightsError, match="other weights"):
        SpacyGrammar(model).parse("It rains.")
