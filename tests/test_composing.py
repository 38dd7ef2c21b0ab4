"""A language model's sentences above the quotes, on the command line: what is shown, what is dropped, what is as before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from scripted import BAD, GOOD, MODEL, Forbidding, Hanging, Parrot, Scripted, scripted

from bot.answer import Quote
from bot.commands import ask, batch
from bot.compose.proofreading import MOST_CHARACTERS
from bot.compose.prose import Checked, Fault, ProseChecker, Sentence, Unusable, Usage
from bot.state import stored_answer
from bot.wiring import Project
from retrieval.errors import WritingError

ANSWERED = "Where did Moscow propose to hold the negotiations?"
REFUSED = "What is the capital of Australia?"
BOTH = "Where did Moscow propose to hold the negotiations, and how many people have been killed in the conflict?"
PARTIAL = "Where did Moscow propose to hold the negotiations, and what is the capital of Australia?"

Shown = Callable[..., tuple[dict[str, object], str]]


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Shown:
    """What `verbatim ask --json --explain` prints, and what it says on stderr."""

    def run(project: Project, question: str = ANSWERED) -> tuple[dict[str, object], str]:
        ask.run(project, question, as_of=None, explain=True, as_json=True)
        captured = capsys.readouterr()
        return json.loads(captured.out), captured.err

    return run


def extractive(body: dict[str, object]) -> str:
    return json.dumps({k: v for k, v in body.items() if k not in {"timings_ms", "explanation"}}, sort_keys=True)


def test_sentences_stand_above_the_quotes_and_say_who_wrote_them(
    seeds: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = Parrot([Sentence(GOOD, (1, 2)), Sentence(BAD, (1,))])
    ask.run(scripted(seeds, tmp_path, writer), BOTH, as_of=None, explain=True, as_json=False)
    said = capsys.readouterr().out
    head = said.index(f"Written by {MODEL} (a language model)")
    assert head < said.index(f"{GOOD} [1][2]") < said.index("Geneva.", said.index("suggested"))
    assert said.count(BAD) == 1
    assert said.index(BAD) > said.index("understood as"), "in the explanation alone"
    assert "name: Vienna stands in no quote" in said
    assert "100 + 20 tokens, cost 0.25" in said


def test_the_quotes_are_those_without_a_model_and_the_text_shows_its_words_as_they_are(
    seeds: Project, tmp_path: Path, shown: Shown
) -> None:
    nasty = "**Geneva** [here](https://example.org) @everyone\n\n> quoted\u202e"
    body, _ = shown(scripted(seeds, tmp_path, Parrot([Sentence(nasty, (1,))])))
    without, _ = shown(seeds)
    for field in without.keys() - {"text", "composed", "timings_ms", "explanation"}:
        assert body[field] == without[field], field
    text = str(body["text"])
    assert text.endswith(str(without["text"]).rpartition("independent sources.\n\n")[2])
    assert r"\*\*Geneva\*\* \[here\](https://example.org) @everyone \> quoted" in text
    assert "\u202e" not in text
    assert stored_answer.answer(body).to_json() == {k: v for k, v in body.items() if k != "explanation"}


def test_where_nothing_holds_the_quotes_stand_alone_and_one_line_says_so(
    seeds: Project, tmp_path: Path, shown: Shown
) -> None:
    body, _ = shown(scripted(seeds, tmp_path, Parrot([Sentence(BAD, (1,))])))
    assert body["composed"] == {"model": MODEL, "sentences": []}
    assert f"{MODEL} (a language model) wrote about this; none of it held" in str(body["text"])
    assert BAD not in str(body["text"])
    [dropped] = body["explanation"]["composed"]["dropped"]  # type: ignore[index]
    assert dropped == {
        "text": BAD, "quotes": [1], "faults": [{"fault": "name", "detail": "Vienna stands in no quote"}],
    }  # fmt: skip


def test_nothing_is_written_about_a_refusal_and_only_the_answered_of_a_part(
    seeds: Project, tmp_path: Path, shown: Shown
) -> None:
    writer, checker = Parrot(), Forbidding()
    made = scripted(seeds, tmp_path, writer, checker)
    body, _ = shown(made, REFUSED)
    assert (body["composed"], body["quotes"], writer.asked) == (None, [], [])
    body, _ = shown(made, PARTIAL)
    assert body["status"] == "partial"
    [(question, numbers)] = writer.asked
    assert "negotiations" in question
    assert "Australia" not in question
    assert numbers == [quote["number"] for quote in body["quotes"]]  # type: ignore[attr-defined]
    assert checker.asked == [(question, numbers)]
    assert body["composed"]["sentences"] == [{"text": GOOD, "quotes": [1]}]  # type: ignore[index]


@pytest.mark.parametrize(
    ("sentence", "fault"),
    [
        (Sentence(GOOD, ()), Fault.CITATION),
        (Sentence(GOOD, (1, 9)), Fault.CITATION),
        (Sentence(" \n", (1,)), Fault.FORM),
        (Sentence("a" * (MOST_CHARACTERS + 1), (1,)), Fault.FORM),
    ],
)
def test_what_no_checker_is_needed_for(
    seeds: Project, tmp_path: Path, shown: Shown, sentence: Sentence, fault: Fault
) -> None:
    body, _ = shown(scripted(seeds, tmp_path, Parrot([sentence, Sentence(GOOD, (1,))]), Forbidding(())))
    explained = body["explanation"]["composed"]  # type: ignore[index]
    assert explained["sentences"] == [{"text": GOOD, "quotes": [1]}]
    assert [d["faults"][0]["fault"] for d in explained["dropped"]] == [fault.value]


def test_no_more_sentences_than_wanted(seeds: Project, tmp_path: Path, shown: Shown) -> None:
    many = [Sentence(f"{GOOD[:-1]} {number}.", (1,)) for number in range(5)]
    body, _ = shown(scripted(seeds, tmp_path, Parrot(many), flags=("compose.max_sentences=2",)))
    explained = body["explanation"]["composed"]  # type: ignore[index]
    assert (len(explained["sentences"]), len(explained["dropped"])) == (2, 3)


class Broken:
    """Loses sentences, or itself."""

    def __init__(self, raises: bool) -> None:
        self._raises = raises

    def check(self, question: str, quotes: Sequence[Quote], sentences: Sequence[Sentence]) -> list[Checked]:
        del question, quotes, sentences
        if self._raises:
            raise RuntimeError("a person's words")
        return []


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("writer", "checker", "said"),
    [
        (Parrot(meanwhile=failing(WritingError("It is away", "Wait."))), Forbidding(), "It is away. Wait."),
        (Parrot(meanwhile=failing(RuntimeError("a person's words"))), Forbidding(), "RuntimeError"),
        (Parrot(), Broken(raises=True), "could not be checked: RuntimeError"),
        (Parrot(), Broken(raises=False), "could not be checked: ValueError"),
        (Parrot(meanwhile=Hanging()), Forbidding(), "no answer within"),
    ],
)
def test_whatever_fails_the_answer_is_the_one_without_a_model(
    seeds: Project, tmp_path: Path, shown: Shown, writer: Parrot, checker: ProseChecker, said: str
) -> None:
    made = scripted(seeds, tmp_path, writer, checker, ("compose.timeout_seconds=0.1",))
    body, told = shown(made)
    without, _ = shown(seeds)
    assert extractive(body) == extractive(without)
    assert body["composed"] is None
    assert "the quotes stand alone" in told
    assert said in told
    assert "a person's words" not in told
    assert said in body["explanation"]["composed"]["failure"]  # type: ignore[index]


def test_a_model_that_cannot_be_made_fails_like_one_that_is_dead(seeds: Project, tmp_path: Path, shown: Shown) -> None:
    class Unmade(Scripted):
        @property
        def writer(self) -> Parrot:
            raise WritingError("Its package is not installed", "Install it.")

    made = scripted(seeds, tmp_path)
    made.__class__ = Unmade
    body, told = shown(made)
    assert body["composed"] is None
    assert "Install it." in told


def test_the_same_question_is_not_asked_twice_and_a_failure_is(seeds: Project, tmp_path: Path, shown: Shown) -> None:
    failed = Parrot(meanwhile=failing(Unusable("Nonsense", "", Usage(10, 5, 0.1, 1.0, 2))))
    made = scripted(seeds, tmp_path, failed)
    shown(made)
    shown(made)
    assert len(failed.asked) == 2
    month = made.composer.ledger.month()  # type: ignore[union-attr]
    assert (month.calls, month.tokens, round(month.cost, 6)) == (2, 30, 0.2)
    good = Parrot()
    made = scripted(seeds, tmp_path, good)
    first, _ = shown(made)
    second, _ = shown(made)
    assert first["composed"] == second["composed"]
    assert len(good.asked) == 1


def test_batch_composes_each_line(seeds: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text("\n".join(json.dumps({"id": q, "question": q}) for q in (ANSWERED, REFUSED)), "utf-8")
    assert batch.run(scripted(seeds, tmp_path), lines, as_of=None) == 0
    answered, refused = map(json.loads, capsys.readouterr().out.splitlines())
    assert answered["composed"]["sentences"] == [{"text": GOOD, "quotes": [1]}]
    assert refused["composed"] is None


def test_an_answer_of_an_earlier_version_is_read_as_one_without(seeds: Project) -> None:
    body = seeds.answerer.ask(ANSWERED).to_json()
    del body["composed"]
    assert stored_answer.answer(body) == replace(stored_answer.answer(body), composed=None)
