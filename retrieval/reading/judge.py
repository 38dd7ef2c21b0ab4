"""From readings to findings: how probable it is that a sentence answers the question."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from retrieval.corpus.sentences import Span
from retrieval.errors import WeightsError
from retrieval.reading.features import NAMES, Features, features, vector
from retrieval.reading.likeness import Likeness
from retrieval.reading.names import Terms
from retrieval.reading.offices import another_office
from retrieval.reading.reader import WEIGHTS, Reading
from retrieval.reading.search import Evidence

OTHER_OFFICE = 0.2
"""What is left of the probability where the question asks for the minister and the sentence has the deputy. Public questions
have too few of these to fit it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that may answer."""

    sentence: Span
    """Offsets into the article's text."""
    answer: Span | None
    """The answering words, offsets into the article's text."""
    evidence: Evidence
    probability: float
    """Calibrated probability that the sentence answers the question."""
    features: Features


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two linear models over `features`, fitted on held-out public articles and never on the question files.

    One orders the sentences of a question, fitted listwise on those of answerable questions (`training.fitting.order`). The
    other, a logistic regression (Platt 1999) fitted on the first of each question, says how probable it is that it answers.
    """

    rank: tuple[float, ...]
    """One for each of `features.NAMES`."""
    weights: tuple[float, ...]
    bias: float
    reader: str
    """Fingerprint of the reader it was fitted for."""

    def order(self, row: Features) -> float:
        """Higher is better; comparable within a question only."""
        return sum(w * x for w, x in zip(self.rank, vector(row), strict=True))

    def probability(self, row: Features) -> float:
        """Between 0 and 1."""
        logit = self.bias + sum(w * x for w, x in zip(self.weights, vector(row), strict=True))
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def load_calibration(folder: Path = WEIGHTS) -> Calibration:
    """The shipped calibration.

    Raises:
        WeightsError: missing, broken, or of other features than this version computes.

    """
    path = folder / "calibration.json"
    try:
        data = json.loads(path.read_text("utf-8"))
        rank, weights = (_in_order(data[key]) for key in ("rank", "weights"))
        return Calibration(rank, weights, float(data["bias"]), str(data["reader"]))
    except (OSError, ValueError, KeyError) as error:
        remedy = "Check out the project again, or fit it anew: python -m retrieval.training calibrate."
        raise WeightsError(f"The calibration {path} cannot be used ({error!r})", remedy) from None


def _in_order(by_name: dict[str, float]) -> tuple[float, ...]:
    if set(by_name) != set(NAMES):
        raise KeyError(sorted(set(by_name) ^ set(NAMES)))
    return tuple(float(by_name[name]) for name in NAMES)


def judge(
    calibration: Calibration, question: str, terms: Terms, passages: int, readings: Sequence[Reading], likeness: Likeness
) -> list[Finding]:
    """Every sentence that was read, each once, best first.

    A sentence that several windows show keeps its best reading.
    """
    best: dict[tuple[str, Span], tuple[float, Finding]] = {}
    for reading in readings:
        evidence = reading.window.evidence
        rows = features(question, terms, passages, reading, likeness)
        for sentence, row in zip(reading.sentences, rows, strict=True):
            key, order = (evidence.stored.sha256, sentence.sentence), calibration.order(row)
            if key not in best or best[key][0] < order:
                probable = calibration.probability(row)
                a, b = (offset - reading.window.start for offset in sentence.sentence)
                if another_office(question, reading.window.text[a:b]):
                    probable *= OTHER_OFFICE
                found = Finding(sentence.sentence, sentence.answer, evidence, probable, row)
                best[key] = order, found
    return [f for _, f in sorted(best.values(), key=lambda b: (-b[0], b[1].evidence.entry.name, b[1].sentence))]
