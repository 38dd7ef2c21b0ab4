from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from command_line import Verbatim, console, exact

from bot.wiring import SEEDS

ANSWERED = "Where did Moscow propose to hold the negotiations?"
REFUSED = "What is the capital of Australia?"

ANSWER = {
    "schema", "run_id", "question", "status", "quotes", "parts", "missing", "nearest", "confidence", "text", "timings_ms",
    "sources", "disagreements", "later", "composed",
}  # fmt: skip
QUOTE = {
    "number", "text", "article", "title", "publisher", "url", "published", "start", "end", "sha256", "highlight", "speaker",
    "paragraph", "score", "receipt", "copies",
}  # fmt: skip


@pytest.mark.parametrize("program", [[str(Path(sys.executable).with_name("verbatim"))], [sys.executable, "-m", "bot"]])
def test_the_console_script_from_any_folder(program: list[str], data: Path, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    if "-m" in program:
        environment["PYTHONPATH"] = str(SEEDS.parent)
    arguments = [*program, "ask", ANSWERED, "--json", "--data", str(data)]
    done = console(arguments, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["status"] == "answered"
    assert exact(answer["quotes"][0])
    assert done.stderr in ("", "bringing the index in line with the articles …\n")


def test_an_answer_has_the_fields_of_the_contract(verbatim: Verbatim) -> None:
    done = verbatim("ask", ANSWERED, "--json")
    answer = done.json
    assert done.status == 0
    assert set(answer) == ANSWER
    assert set(answer["timings_ms"]) == {"embed", "search", "read", "total"}
    assert answer["quotes"]
    for number, quote in enumerate(answer["quotes"], 1):
        assert set(quote) == QUOTE
        assert quote["number"] == number
        assert set(quote["speaker"]) == {"name", "kind"}
        assert exact(quote)
    assert [set(part) for part in answer["parts"]] == [{"question", "status", "quotes", "missing", "unquoted", "unnamed"}]
    assert 0 <= answer["confidence"] <= 1
    explained = verbatim("ask", ANSWERED, "--json", "--explain").json
    assert set(explained) == ANSWER | {"explanation"}
    assert explained["run_id"] == answer["run_id"]


def test_a_refusal_cites_nothing(verbatim: Verbatim) -> None:
    done = verbatim("ask", REFUSED, "--json")
    assert done.status == 1
    assert done.json["status"] == "refused"
    assert done.json["quotes"] == []
    assert "Australia" in done.json["missing"]
    assert len(done.json["nearest"]) <= 2
    assert all(exact(quote) for quote in done.json["nearest"])
    shown = verbatim("ask", REFUSED)
    assert shown.status == 1
    assert "Australia" in shown.out
    assert "not an answer" in shown.out


def test_an_answer_for_people(verbatim: Verbatim) -> None:
    done = verbatim("ask", ANSWERED, "--explain")
    assert done.status == 0
    assert "in Geneva" in " ".join(done.out.split())
    assert "\x1b" not in done.out, "no colours where there is no terminal"
    receipt = verbatim("ask", ANSWERED, "--json").json["quotes"][0]["receipt"]
    assert receipt in done.out


def test_as_of_leaves_out_what_was_published_later(verbatim: Verbatim) -> None:
    assert verbatim("ask", ANSWERED, "--as-of", "2021-12-17", "--json").status == 0
    early = verbatim("ask", ANSWERED, "--as-of", "2021-12-16", "--json")
    assert (early.status, early.json["quotes"], early.json["nearest"]) == (1, [], [])
    assert verbatim("ask", ANSWERED, "--as-of", "yesterday").status == 2


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("", "The question is empty"),
        (" \t\r\n\u3000", "The question is empty"),
        ("?!…", "The question is empty"),
        ("\u202e\u200f\u2066\ufeff", "The question is empty"),
        ("\ud800\udfff", "The question is empty"),
        ("\x00\x1b[2J\x07", None),
        ("a" * 100_000, "The question has 100,000 characters, at most 1,000 can be read"),
        ("Where? " * 20_000, "The question has 140,000 characters"),
    ],
)
def test_what_cannot_be_asked_is_an_error_that_says_what_to_do(verbatim: Verbatim, question: str, said: str | None) -> None:
    done = verbatim("ask", question, "--json")
    if said is None:
        assert done.status == 1
        return
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"error: {said}")
    assert len(done.err.splitlines()) == 1
    assert "Ask" in done.err


@pytest.mark.parametrize(
    "mark", ["\x00", "\x1b", "\u202e", "\u200f", "\u2067", "\ufeff", "\ud83d", "\r\n", "\u200b", "\x85"]
)
def test_what_cannot_be_seen_in_a_question_changes_nothing(verbatim: Verbatim, mark: str) -> None:
    plain = verbatim("ask", ANSWERED, "--json").json
    marked = verbatim("ask", f"{mark}Where did{mark} Moscow propose to hold the negotiations?{mark}", "--json")
    assert marked.status == 0
    assert [q["receipt"] for q in marked.json["quotes"]] == [q["receipt"] for q in plain["quotes"]]
    assert marked.json["question"] == ANSWERED


def test_batch_answers_in_order_and_names_the_malformed(verbatim: Verbatim, tmp_path: Path) -> None:
    lines: list[bytes] = [
        json.dumps({"id": 7, "question": ANSWERED}).encode(),
        b"{not json",
        json.dumps({"id": "b", "question": REFUSED, "history": []}).encode(),
        b"",
        json.dumps({"question": ANSWERED, "as_of": "2021-12-16"}).encode(),
        json.dumps({"id": ["x", {"y": None}], "question": "And what about Australia?", "history": [ANSWERED]}).encode(),
        b'{"question": "caf\xe9"}',
        b'{"id": "no question"}',
        b'{"question": "   "}',
        b'{"question": 5}',
        b"[]",
        b'{"question": "Where?", "colour": "red"}',
        b'{"question": "Where?", "history": "Who?"}',
        b'{"question": "Where?", "as_of": "soon"}',
        b'{"question": "Where?", "as_of": 20211217}',
        json.dumps({"question": "x" * 2000}).encode(),
        b'{"id": NaN, "question": "Where did Moscow propose to hold the negotiations?"}',
        b"[" * 100_000,
        json.dumps({"id": "\ud800 half", "question": "Where did\u2028Moscow propose to hold the negotiations?"}).encode()
        + b"\r",
    ]
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    done = verbatim("batch", str(file))
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert done.status == 2
    assert [answer.get("id") for answer in answers] == [7, "b", None, ["x", {"y": None}], "\ud800 half"]
    assert [answer["status"] for answer in answers] == ["answered", "refused", "refused", "refused", "answered"]
    assert all(set(answer) - {"id"} == ANSWER for answer in answers)
    named = [line.partition(":")[0] for line in done.err.splitlines() if line.startswith("line ")]
    assert named == [f"line {n}" for n in (2, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)]
    for said in (
        "not JSON",
        "byte 0xe9 at position 17",
        "no question",
        "is empty",
        "unknown field colour",
        "history is not",
    ):
        assert said in done.err


def test_batch_from_standard_input_gives_what_ask_gives(verbatim: Verbatim) -> None:
    done = verbatim("batch", "-", stdin=json.dumps({"question": ANSWERED}) + "\n")
    assert done.status == 0
    alone = verbatim("ask", ANSWERED, "--json").json
    assert {**json.loads(done.out), "timings_ms": None} == {**alone, "timings_ms": None}
    assert verbatim("batch", "-", stdin="").out == ""
    missing = verbatim("batch", "nowhere.jsonl")
    assert missing.status == 2
    assert "nowhere.jsonl cannot be read (No such file or directory)" in missing.err


def test_batch_takes_the_day_of_the_command_where_a_line_has_none(verbatim: Verbatim) -> None:
    lines = "".join(json.dumps(x) + "\n" for x in ({"question": ANSWERED}, {"question": ANSWERED, "as_of": "2022-01-01"}))
    done = verbatim("batch", "-", "--as-of", "2021-12-16", stdin=lines)
    assert [json.loads(line)["status"] for line in done.out.splitlines()] == ["refused", "answered"]


def test_chat_understands_a_question_in_the_light_of_the_last(verbatim: Verbatim) -> None:
    done = verbatim("chat", stdin=f"{ANSWERED}\n\n\ud800\nWho said that?\n/why\n/help\n/quit\nnever asked\n")
    assert done.status == 0
    assert "in Geneva" in " ".join(done.out.split())
    assert "understood as: Who said" in done.out
    assert "The question is empty" in done.err
    assert "/quit ends" in done.err
    assert "never asked" not in done.out
    assert verbatim("chat", stdin="").status == 0


def test_settings_by_file_environment_and_flag(verbatim: Verbatim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[answer]\nthreshold = 1.0\n", "utf-8")
    assert verbatim("ask", ANSWERED, "--config", str(file)).status == 1
    monkeypatch.setenv("VERBATIM_ANSWER__THRESHOLD", "0.01")
    assert verbatim("ask", ANSWERED, "--config", str(file)).status == 0
    assert verbatim("ask", ANSWERED, "--config", str(file), "--set", "answer.threshold=1").status == 1
    for wrong in (["--set", "answer.nearest=3"], ["--set", "answer.x=3"], ["--config", str(tmp_path / "none.toml")]):
        done = verbatim("ask", ANSWERED, *wrong)
        assert (done.status, done.out) == (2, "")
        assert done.err.startswith("error: ")


def test_wrong_use_is_status_2(verbatim: Verbatim) -> None:
    for arguments in (["ask"], ["nonsense"], ["ask", "a", "b"], ["ask", ANSWERED, "--colour"], ["batch"]):
        done = verbatim(*arguments)
        assert (done.status, done.out) == (2, "")
        assert done.err


def test_a_model_that_is_not_there_is_said(verbatim: Verbatim) -> None:
    done = verbatim("ask", ANSWERED, "--set", "search.embedding_model=nobody/nothing")
    assert done.status == 2
    assert "nobody/nothing cannot be loaded" in done.err
    assert "Traceback" not in done.err


def test_an_empty_folder_refuses_and_says_so(verbatim: Verbatim, own: tuple[Path, Path], tmp_path: Path) -> None:
    _, data = own
    (tmp_path / "empty").mkdir()
    done = verbatim("ingest", str(tmp_path / "empty"), data=data)
    assert (done.status, done.out) == (0, "0 articles, 0 passages; 0 unchanged, 0 rejected\n")
    asked = verbatim("ask", ANSWERED, "--json", data=data)
    assert (asked.status, asked.json["quotes"], asked.json["nearest"]) == (1, [], [])
    assert verbatim("sources", "--json", data=data).json == []
    assert "No articles" in verbatim("sources", data=data).out
