"""Follow-ups that a language model rewrites, runs that keep what it wrote, and what it cost."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scripted import BAD, GOOD, MODEL, USED, Forbidding, Parrot, Scripted, scripted

from bot.commands import ask, batch, chat, doctor, replay
from bot.compose.prose import Sentence
from bot.recording import canonical
from bot.settings import load
from bot.state import runs, usages
from bot.wiring import Project
from retrieval.errors import SettingsError, WritingError

ANSWERED = "Where did Moscow propose to hold the negotiations?"
FOLLOW_UP = "and the talks?"
REWRITTEN = "Where did Moscow propose to hold the talks?"


@pytest.fixture
def talk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """What `verbatim chat` prints on stdout and stderr for these lines."""

    def run(project: Project, *lines: str) -> tuple[str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines) + "\n"))
        assert chat.run(project, as_of=None) == 0
        captured = capsys.readouterr()
        return captured.out, captured.err

    return run


def replayed(project: Project, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, object]]]:
    status = replay.run(project, [], every=True, as_json=True)
    return status, json.loads(capsys.readouterr().out)


def test_a_follow_up_is_searched_for_as_rewritten_and_that_is_shown(seeds: Project, tmp_path: Path, talk) -> None:  # type: ignore[no-untyped-def]
    writer = Parrot(rewritten=REWRITTEN)
    made = scripted(seeds, tmp_path, writer)
    out, _ = talk(made, ANSWERED, FOLLOW_UP, "/why")
    assert f"understood as: {REWRITTEN}" in out
    assert out.count(f"{GOOD} [1]") == 2
    assert writer.earlier == [[ANSWERED]], "the first question stands alone"
    assert [question for question, _ in writer.asked] == [ANSWERED, REWRITTEN]
    assert f"{MODEL} wrote 1 sentences" in out


@pytest.mark.parametrize(
    "rewritten",
    ["Where did Lukashenko hold the talks?", "Where were the talks of 2014 held?", "", "x" * 5000, FOLLOW_UP],
)
def test_a_rewritten_question_brings_nothing_in(seeds: Project, tmp_path: Path, talk, rewritten: str) -> None:  # type: ignore[no-untyped-def]
    ruled, _ = talk(scripted(seeds, tmp_path / "ruled", flags=("compose.model=",)), ANSWERED, FOLLOW_UP)
    out, _ = talk(scripted(seeds, tmp_path, Parrot(rewritten=rewritten)), ANSWERED, FOLLOW_UP)
    understood = next(line for line in ruled.splitlines() if line.startswith("understood as"))
    assert understood in out
    assert out.count("understood as") == 1


def test_where_rewriting_fails_rules_stand_and_nobody_waits_again(seeds: Project, tmp_path: Path, talk) -> None:  # type: ignore[no-untyped-def]
    def fails() -> None:
        raise WritingError("It is away", "Wait.")

    writer = Parrot(meanwhile=fails)
    out, told = talk(scripted(seeds, tmp_path, writer), ANSWERED, FOLLOW_UP, FOLLOW_UP)
    assert "understood as" in out
    assert "understood by rules: It is away" in told
    assert len(writer.earlier) == 1
    quiet = Parrot(rewritten=REWRITTEN)
    made = scripted(seeds, tmp_path, quiet, flags=("compose.rewrite_follow_ups=false",))
    out, _ = talk(made, ANSWERED, FOLLOW_UP)
    assert REWRITTEN not in out
    assert quiet.earlier == []


def test_batch_rewrites_what_has_a_history(seeds: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"question": FOLLOW_UP, "history": [ANSWERED]}), "utf-8")
    writer = Parrot(rewritten=REWRITTEN)
    assert batch.run(scripted(seeds, tmp_path, writer), lines, as_of=None) == 0
    body = json.loads(capsys.readouterr().out)
    assert [part["question"] for part in body["parts"]] == [REWRITTEN], "what was searched for"
    assert [question for question, _ in writer.asked] == [REWRITTEN], "nothing is written about what only came before"


def test_replay_compares_the_quotes_and_checks_the_sentences_again(
    seeds: Project, tmp_path: Path, talk, capsys: pytest.CaptureFixture[str]
) -> None:  # type: ignore[no-untyped-def]
    writer = Parrot([Sentence(GOOD, (1,)), Sentence(BAD, (1,))], rewritten=REWRITTEN)
    talk(scripted(seeds, tmp_path, writer), ANSWERED, FOLLOW_UP)
    later = Parrot()
    status, again = replayed(scripted(seeds, tmp_path, later), capsys)
    assert status == 0
    assert [(run["same"], run["sentences"], run["fallen"]) for run in again] == [(True, 1, []), (True, 1, [])]
    assert {run["question"] for run in again} == {ANSWERED, FOLLOW_UP}
    assert later.asked == later.earlier == []
    status, again = replayed(scripted(seeds, tmp_path, later, Forbidding(["Geneva"])), capsys)
    assert status == 1
    assert not any(run["same"] or run["fields"] for run in again)
    assert again[0]["fallen"][0]["faults"][0]["fault"] == "name"  # type: ignore[index]
    assert replay.run(scripted(seeds, tmp_path, later, Forbidding(["Geneva"])), [], every=True, as_json=False) == 1
    said = capsys.readouterr().out
    assert "0 of 1 sentences by a language model hold, checked again; the model was not asked again" in said
    assert "name: Geneva stands in no quote" in said
    # Without a model everything can be replayed too: no model is needed to check.
    status, _ = replayed(scripted(seeds, tmp_path, later, flags=("compose.model=",)), capsys)
    assert status == 0


def test_a_run_keeps_what_was_dropped_and_stays_the_extractive_answer(
    seeds: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = scripted(seeds, tmp_path, Parrot([Sentence(GOOD, (1,)), Sentence(BAD, (1,))]))
    ask.run(made, ANSWERED, as_of=None, explain=False, as_json=True)
    body = json.loads(capsys.readouterr().out)
    run = made.runs.get(body["run_id"])
    assert run is not None
    assert run.composed is not None
    assert [sentence["text"] for sentence in run.composed["sentences"]] == [GOOD]
    assert [dropped["text"] for dropped in run.composed["dropped"]] == [BAD]
    assert run.answer == canonical(seeds.answerer.ask(ANSWERED))
    # Asked again without a model, it is the same run, and keeps them.
    without = scripted(seeds, tmp_path, flags=("compose.model=",))
    ask.run(without, ANSWERED, as_of=None, explain=False, as_json=True)
    again = json.loads(capsys.readouterr().out)
    assert (again["run_id"], again["composed"]) == (body["run_id"], None)
    kept = without.runs.get(body["run_id"])
    assert kept is not None
    assert kept.composed == run.composed
    with without.database.session() as session:
        runs.forget(session, [body["run_id"]])
        assert session.query(runs.WrittenRow).count() == 0


def spent(project: Scripted, month: datetime) -> None:
    assert project.composer is not None
    project.composer.ledger.add("0123456789abcdef", MODEL, USED, month)


def test_a_spent_budget_ends_with_its_month(seeds: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = Parrot()
    made = scripted(seeds, tmp_path, writer, flags=("compose.monthly_budget=0.25", "compose.output_price=1"))
    spent(made, datetime(2020, 1, 31, tzinfo=UTC))
    ask.run(made, ANSWERED, as_of=None, explain=False, as_json=True)
    assert json.loads(capsys.readouterr().out)["composed"] is not None
    ask.run(made, "What did Russia issue on Friday?", as_of=None, explain=False, as_json=True)
    shown = capsys.readouterr()
    assert json.loads(shown.out)["composed"] is None
    assert "The budget of this month is spent (0.25)" in shown.err
    assert len(writer.asked) == 1
    assert doctor._checked("language model", doctor._model, made).detail.startswith("The budget of this month is spent")


def test_doctor_names_the_model_and_the_month(seeds: Project, tmp_path: Path) -> None:
    made = scripted(seeds, tmp_path)
    spent(made, datetime.now(UTC))
    found = doctor._checked("language model", doctor._model, made)
    assert found.good
    assert f"{MODEL}, in {datetime.now(UTC):%Y-%m} 1 calls, 120 tokens, cost 0.25" in found.detail


def test_what_was_used_this_month_is_not_forgotten(seeds: Project, tmp_path: Path) -> None:
    made = scripted(seeds, tmp_path)
    now = datetime(2026, 3, 20, tzinfo=UTC)
    for day in (datetime(2026, 2, 27, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), now):
        spent(made, day)
    with made.database.session() as session:
        assert usages.forget_before(session, datetime(2026, 3, 19, tzinfo=UTC), now) == 1
        assert usages.month(session, now).calls == 2
        assert usages.month(session, datetime(2026, 2, 1, tzinfo=UTC)).calls == 0


def test_a_budget_needs_prices_and_an_address_is_one() -> None:
    for flags in (["compose.monthly_budget=5"], ["compose.base_url=localhost:8000"]):
        with pytest.raises(SettingsError):
            load(flags=flags)
    assert load().compose.model == ""
