"""Replay, self-attack, comparison and gates: each does its work, and each can fail."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot import gate, verifier
from bot.cli import main
from bot.evaluation import gates
from bot.verifier import Reason
from bot.wiring import SEEDS, Project
from retrieval.corpus.formats.part import Limits

ASKED = "Where did Moscow propose to hold the negotiations?"
QUESTIONS = f"""\
questions:
- question: "{ASKED}"
  evidence: ["proposed to the Americans to hold them in Geneva"]
- question: "What is the capital of Australia?"
  evidence: []
"""


@pytest.fixture
def here(models: Path, tmp_path: Path) -> tuple[Path, Path]:
    articles, data = tmp_path / "articles", tmp_path / "data"
    articles.mkdir()
    for path in SEEDS.iterdir():
        (articles / path.name).write_bytes(path.read_bytes())
    data.mkdir()
    (data / "models").symlink_to(models)
    return articles, data


@pytest.fixture
def verbatim(
    here: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["verbatim", *arguments, "--data", str(here[1])])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(), "utf-8"))
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return run


def test_an_answer_is_given_again_to_the_byte_and_a_change_is_named(
    here: tuple[Path, Path], verbatim: Callable[..., tuple[int, str, str]]
) -> None:
    articles, _ = here
    assert verbatim("ingest", str(articles))[0] == 0
    status, out, _ = verbatim("ask", ASKED, "--json")
    assert status == 0
    run_id = json.loads(out)["run_id"]
    assert verbatim("replay", run_id)[0] == 0
    changed = sorted(articles.iterdir())[0]
    changed.write_text(changed.read_text("utf-8").replace("in Geneva", "in Vienna"), "utf-8")
    status, out, _ = verbatim("replay", run_id, "--json")
    assert status == 1
    assert changed.name in out
    assert verbatim("replay", "0123456789abcdef")[0] == 2


def test_the_same_question_has_the_same_run_id_and_another_setting_another(
    here: tuple[Path, Path], verbatim: Callable[..., tuple[int, str, str]]
) -> None:
    assert verbatim("ingest", str(here[0]))[0] == 0
    ids = [
        json.loads(verbatim("ask", ASKED, "--json", *flags)[1])["run_id"]
        for flags in ((), (), ("--set", "answer.nearest=1"))
    ]
    assert ids[0] == ids[1] != ids[2]


def test_everything_that_is_tried_on_a_right_answer_is_stopped(
    tmp_path: Path, verbatim: Callable[..., tuple[int, str, str]]
) -> None:
    file = tmp_path / "questions.yaml"
    file.write_text(QUESTIONS + f"corpus: {SEEDS}\n", "utf-8")
    status, out, err = verbatim("attack", "--questions", str(file), "--json")
    assert status == 0, err
    found = json.loads(out)
    assert found["originals"]["tried"] == found["originals"]["passed"] > 0
    assert len(found["classes"]) > 10
    for kind, outcome in found["classes"].items():
        assert outcome["tried"] == outcome["stopped"] > 0, kind


def test_the_verifier_says_what_is_wrong(seeds: Project) -> None:
    answer = seeds.answerer.ask(ASKED)
    originals = gate.shelf(seeds.index.catalogue, Limits(max_bytes=10**7))
    (quote, *_) = answer.to_json()["quotes"]
    original = originals(quote["article"])
    assert verifier.verify(quote, original) == ()

    def reasons(**altered: Any) -> set[Reason]:
        return {v.reason for v in verifier.verify(quote | altered, original)}

    assert Reason.WORDS in reasons(text=quote["text"].replace("Geneva", "Vienna"))
    assert Reason.WORDS in reasons(start=quote["start"] + 1, end=quote["end"] + 1) | reasons(text=quote["text"] + " ")
    assert Reason.SENTENCE in reasons(end=quote["end"] - 12, text=quote["text"][:-12])
    assert Reason.SPEAKER in reasons(speaker={"name": "Joe Biden", "kind": "person"})
    assert Reason.LABEL in reasons(published="2022-12-17")
    assert Reason.RECEIPT in reasons(receipt=quote["receipt"][:-1] + "x")
    assert Reason.ARTICLE in {v.reason for v in verifier.verify(quote, None)}
    assert Reason.MALFORMED in reasons(start=None)


def test_an_answer_whose_quote_is_wrong_is_held_back(seeds: Project) -> None:
    answer = seeds.answerer.ask(ASKED)
    originals = gate.shelf(seeds.index.catalogue, Limits(max_bytes=10**7))
    gate.check(answer.to_json(), originals)
    wrong = replace(answer, quotes=(replace(answer.quotes[0], text=answer.quotes[0].text.upper()), *answer.quotes[1:]))
    with pytest.raises(gate.UnverifiedAnswer, match="held back"):
        gate.check(wrong.to_json(), originals)


def test_every_gate_can_fail() -> None:
    def held(made: Any) -> list[bool]:
        return [one.holds for one in made]

    good = {"metrics": {"quote_exact": 1.0, "citations_on_refusal": 0, "quote_hit": 0.9}}
    assert all(held(gates.of_eval("f", good, {"quote_hit": 0.85})))
    assert not all(held(gates.of_eval("f", good, {"quote_hit": 0.95})))
    assert not any(held(gates.of_eval("f", None, {})))
    for metric, value in (("quote_exact", 0.999), ("citations_on_refusal", 1)):
        assert not all(held(gates.of_eval("f", {"metrics": good["metrics"] | {metric: value}}, {})))
    assert gates.of_limits([{}, {"quote_hit": 0.8}]).holds
    assert not gates.of_limits([{"latency_ms_p50": 9}]).holds
    stopped = {"originals": {"tried": 2, "passed": 2}, "classes": {"number": {"tried": 3, "stopped": 3}}}
    assert all(held(gates.of_attack("f", stopped)))
    assert not all(held(gates.of_attack("f", stopped | {"classes": {"number": {"tried": 3, "stopped": 2}}})))
    assert not all(held(gates.of_attack("f", stopped | {"originals": {"tried": 2, "passed": 1}})))
    assert not all(held(gates.of_attack("f", stopped | {"classes": {}})))
    assert not all(held(gates.of_attack("f", None)))
    assert gates.of_replay("f", ["a"], [{"run_id": "a", "same": True}]).holds
    assert not gates.of_replay("f", ["a"], [{"run_id": "a", "same": False, "question": "?"}]).holds
    assert not gates.of_replay("f", ["a", "b"], [{"run_id": "a", "same": True}]).holds
    assert not gates.of_replay("f", [], []).holds


def test_a_comparison_names_what_changed_and_refuses_other_questions(
    tmp_path: Path, verbatim: Callable[..., tuple[int, str, str]]
) -> None:
    file, other = tmp_path / "questions.yaml", tmp_path / "other.yaml"
    file.write_text(QUESTIONS + f"corpus: {SEEDS}\n", "utf-8")
    other.write_text(QUESTIONS.replace("Australia", "Peru") + f"corpus: {SEEDS}\n", "utf-8")
    status, out, _ = verbatim("eval", str(file), "--json", "--set", "answer.threshold=1")
    assert status == 0
    (tmp_path / "old.json").write_text(out, "utf-8")
    status, out, _ = verbatim("eval", str(file), "--json", "--compare", str(tmp_path / "old.json"))
    assert status == 0
    assert ASKED in json.dumps(json.loads(out)["comparison"], ensure_ascii=False)
    assert verbatim("eval", str(other), "--compare", str(tmp_path / "old.json"))[0] == 2
