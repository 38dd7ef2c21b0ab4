"""Two runs side by side: which questions changed, whether it may be chance, and what cannot be compared."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import compare as comparing
from bot.evaluation.compare import CompareError, compare, lines, load
from bot.evaluation.compare_statistics import difference_interval, mcnemar, paired
from bot.evaluation.questions import Gold, QuestionFile

FILE = QuestionFile(
    None,
    {},
    (Gold("Where?", ("Geneva",)), Gold("When?", ("Saturday",)), Gold("Who?", ()), Gold("Why?", (), history=("Who?",))),
)


def result(
    question: str, evidence: Sequence[str], right: bool, quotes: int = 0, history: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "question": question, "history": list(history), "class": None, "evidence": list(evidence), "right": right,
        "status": "answered" if quotes else "refused", "exact": quotes, "shown": quotes,
        "confidence": 0.5, "latency_ms": 1.0,
        "quotes": [{"article": "a.txt", "start": n, "end": n + 5} for n in range(quotes)],
    }  # fmt: skip


def scored(*right: bool, quotes: Sequence[int] = (1, 1, 0, 0), **depends: Any) -> dict[str, Any]:
    results = [
        result(gold.question, gold.evidence, good, count, gold.history)
        for gold, good, count in zip(FILE.questions, right, quotes, strict=True)
    ]
    return {"results": results, "depends": {"settings": depends}}


def write(path: Path, body: object) -> Path:
    path.write_text(json.dumps(body), "utf-8")
    return path


def test_the_exact_test_has_the_binomials_values() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(0, 5) == mcnemar(5, 0) == 2 / 2**5
    assert mcnemar(1, 1) == 1.0
    assert mcnemar(1, 9) == pytest.approx(2 * (1 + 10) / 2**10)
    assert mcnemar(0, 2000) < 1e-300


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_exact_test_is_a_symmetrical_probability(gained: int, lost: int) -> None:
    assert 0 < mcnemar(gained, lost) <= 1
    assert mcnemar(gained, lost) == mcnemar(lost, gained)
    assert mcnemar(gained, gained) == 1.0


@given(*[st.integers(0, 30)] * 4)
def test_the_interval_holds_the_difference_and_turns_with_it(both: int, gained: int, lost: int, neither: int) -> None:
    n = both + gained + lost + neither
    if n:
        low, high = difference_interval(both, gained, lost, neither)
        assert -1 <= low <= (gained - lost) / n + 1e-12
        assert (gained - lost) / n - 1e-12 <= high <= 1
        assert difference_interval(both, lost, gained, neither) == pytest.approx((-high, -low), abs=1e-12)


def test_the_interval_covers_about_as_often_as_it_says() -> None:
    """Every outcome of 24 pairs, weighted by its probability."""
    n, shares = 24, (0.5, 0.2, 0.1, 0.2)
    covered = 0.0
    for both, gained, lost in itertools.product(range(n + 1), repeat=3):
        neither = n - both - gained - lost
        if neither >= 0:
            counts = (both, gained, lost, neither)
            ways = math.factorial(n) / math.prod(map(math.factorial, counts))
            low, high = difference_interval(*counts)
            if low <= shares[1] - shares[2] <= high:
                covered += ways * math.prod(share**count for share, count in zip(shares, counts, strict=True))
    assert 0.94 < covered < 0.985


def test_shares_over_the_same_questions() -> None:
    assert paired([]) is None
    found = paired([(True, True)] * 6 + [(False, True)] * 3 + [(True, False)])
    assert found is not None
    assert (found.n, found.before, found.after, found.gained, found.lost) == (10, 0.7, 0.9, 3, 1)
    assert found.difference == pytest.approx(0.2)
    assert found.low < 0.2 < found.high


def test_changed_questions_are_named_and_sorted_by_what_it_means() -> None:
    before = scored(True, False, True, True, quotes=(1, 1, 0, 0), threshold=0.3)
    after = scored(True, True, False, True, quotes=(2, 1, 1, 0), threshold=0.5)
    found = compare(before, after)
    assert [(c.question, c.how) for c in found.changed] == [("Who?", "lost"), ("When?", "gained"), ("Where?", "moved")]
    assert found.changed[0].after == "answered, 1 quote"
    hit, refused, right = (found.shares[name] for name in ("quote_hit", "refusal_recall", "right"))
    assert hit is not None
    assert refused is not None
    assert right is not None
    assert (hit.before, hit.after, refused.before, refused.after, right.difference) == (0.5, 1.0, 1.0, 0.5, 0.0)
    assert [str(c) for c in found.components] == ["setting threshold: 0.3 is now 0.5"]
    said = "\n".join(lines(found))
    assert "quote_hit: 0.500 → 1.000, +0.500" in said
    assert "lost: Who? (refused, 0 quotes → answered, 1 quote)" in said
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["shares"]["right"]["lost"] == 1


def test_nothing_changed_says_so() -> None:
    found = compare(scored(True, True, True, False), scored(True, True, True, False))
    assert (found.changed, found.components) == ((), ())
    assert all(share is not None and share.p == 1.0 and share.difference == 0.0 for share in found.shares.values())


def test_a_run_over_the_same_questions_is_loaded_whatever_their_order(tmp_path: Path) -> None:
    body = scored(True, True, True, True)
    body["results"].reverse()
    assert load(write(tmp_path / "old.json", body), FILE)["results"] == body["results"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body["results"].pop(), "about other questions: it does not have “Why?”"),
        (lambda body: body["results"].append(result("How?", [], True)), "it has, and this file has not, “How?”"),
        (lambda body: body["results"][3].update(history=[]), "about other questions"),
        (lambda body: body["results"][0].update(evidence=["Vienna"]), "scored by other evidence: “Where?”"),
        (lambda body: body["results"][1].pop("right"), "results that this version cannot read"),
        (lambda body: body["results"][1].pop("quotes"), "results that this version cannot read"),
        (lambda body: body.pop("results"), "has no results by question"),
        (lambda body: body.update(results=[]), "has no results by question"),
        (lambda body: body.update(results=[1]), "results that this version cannot read"),
    ],
)
def test_what_cannot_be_compared_is_refused(tmp_path: Path, change: Any, said: str) -> None:
    body = scored(True, True, True, True)
    change(body)
    with pytest.raises(CompareError, match=r"verbatim eval|Score the earlier") as refused:
        load(write(tmp_path / "old.json", body), FILE)
    assert said in str(refused.value)


def test_a_file_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CompareError, match="cannot be read"):
        load(tmp_path / "missing.json", FILE)
    (tmp_path / "old.json").write_text("not JSON")
    with pytest.raises(CompareError, match="is not JSON"):
        load(tmp_path / "old.json", FILE)
    with pytest.raises(CompareError, match="has no results"):
        load(write(tmp_path / "old.json", [1, 2]), FILE)


def test_the_version_before_components_were_known_can_be_compared() -> None:
    old = scored(True, True, True, True)
    del old["depends"]
    assert comparing.compare(old, scored(True, True, True, True)).components == ()
