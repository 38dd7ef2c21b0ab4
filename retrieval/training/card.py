"""The model card: what the weights are, what they were made from, and how good they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

_TEXT = """\
# minilm-reader

An extractive reader for English: for a question and a passage of up to about {max_words} words it gives the words that
answer, and how sure it is that the passage answers at all. {base} with three linear heads (start, end, answers),
22 million parameters, int8 ONNX. Written by `python -m retrieval.training export`; figures are not typed by hand.

## Made from
- Weights: sentence-transformers {base} (Apache-2.0), SHA-256 `{base_sha}`.
- Data (SHA-256 of the file `{data_sha}`): SQuAD 1.1 and 2.0 training questions (CC BY-SA 4.0), SQuADShifts
  (CC BY 4.0), QAMR on Wikinews (CC BY 2.5 / CC BY-SA), Natural Questions through QED and "Lost in the Middle"
  (CC BY-SA 3.0), CLAP NQ (Apache-2.0). The SQuAD development set and XQuAD were not used.
  Trained weights are shared under CC BY-SA 4.0.
- Unanswerable examples: adversarial ones of SQuAD 2.0, paragraphs that BM25 and this project's own embeddings bring up,
  paragraphs with the answer cut out, and questions with a name or number exchanged. A part of the questions is
  rewritten as yes-or-no, without a question mark, as keywords or with a slip.

## Training
{plan}

Whole articles are held out ({per_source} windows of each kind): the learning curve, and at the end the figures.

| examples | loss | F1 | AUROC adversarial | AUROC retrieved |
|---:|---:|---:|---:|---:|
{curve}

F1: token F1 of the best span on answerable windows, forced to answer. AUROC: answerable windows against adversarially
unanswerable ones, and against passages brought up by BM25, by the "answers" head.

## Limits
English only. It was trained on encyclopedia text, search questions and some news; on other kinds of text it finds the
right words more often than it knows that there are none. Its logits are no probabilities: the calibration beside it,
fitted on articles that neither training nor measuring use, makes them one.
"""


def write(folder: Path, facts: dict[str, Any], curve: Sequence[dict[str, Any]]) -> None:
    """Write `MODEL_CARD.md` beside the weights.

    Args:
        folder: where the weights are.
        facts: the card as data.
        curve: rows of the learning curve; those with a validation are shown.

    """
    rows = "\n".join(
        f"| {r['examples']:,} | {r['loss']:.3f} | {r['f1']:.3f} | {r['auroc']:.3f} | {r['auroc_mined']:.3f} |"
        for r in curve
        if "f1" in r
    )
    plan = "\n".join(f"- {name}: {value}" for name, value in facts["training"].items())
    text = _TEXT.format(
        base=facts["base"]["model"],
        base_sha=facts["base"]["sha256"],
        data_sha=facts["data_sha256"],
        max_words=facts["max_tokens"] * 3 // 4,
        per_source=facts["training"]["validated"],
        plan=plan,
        curve=rows,
    )
    (folder / "MODEL_CARD.md").write_text(text, encoding="utf-8")
