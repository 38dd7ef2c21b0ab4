from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.wiring import SEEDS

ANSWERED = "Where did Moscow propose to hold the negotiations?"
REFUSED = "What is the capital of Australia?"
NAMES = [path.name for path in sorted(SEEDS.iterdir())]

ANSWER = {
    "schema", "run_id", "question", "status", "quotes", "parts", "missing", "nearest", "confidence", "text", "timings_ms",
}  # fmt: skip
QUOTE = {
    "number", "text", "article", "title", "publisher", "url", "published", "start", "end", "sha256", "highlight", "speaker",
    "paragraph", "score", "receipt",
}  # fmt: skip


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Verbatim = Callable[..., Done]


@pytest.fixture(scope="module")
def data(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "models").symlink_to(models)
    return folder


@pytest.fixture
def verbatim(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verbatim:
    """The command line in this process, on the module's data folder unless another is given."""

    def run(*arguments: str, stdin: str = "", data: Path = data) -> Done:
        monkeypatch.setattr(sys, "argv", ["verbatim", *arguments, "--data", str(data)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogatepass")), "utf-8"))
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return Done(int(left.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def own(models: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Articles of one's own and a data folder for them."""
    articles, folder = tmp_path / "articles", tmp_path / "data"
    shutil.copytree(SEEDS, articles)
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return articles, folder


def exact(quote: dict[str, Any], folder: Path = SEEDS) -> bool:
    with (folder / quote["article"]).open(encoding="utf-8", newline="") as stream:
        return bool(stream.read()[quote["start"] : quote["end"]] == quote["text"])


def console(arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False, **options)


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
    assert [set(part) for part in answer["parts"]] == [{"question", "status", "quotes", "missing", "unquoted"}]
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


def test_sources(verbatim: Verbatim) -> None:
    listed = verbatim("sources", "--json").json
    assert [one["article"] for one in listed] == NAMES
    assert set(listed[0]) == {"article", "title", "publisher", "url", "published", "sha256", "passages"}
    assert listed[0]["published"] == "2021-12-17"
    assert all(name in verbatim("sources").out for name in NAMES)
    shown = verbatim("sources", NAMES[1], "--json").json
    assert exact({"article": NAMES[1], "start": 0, "end": len(shown["text"]), "text": shown["text"]})
    assert [p["paragraph"] for p in shown["paragraphs"]] == list(range(1, len(shown["paragraphs"]) + 1))
    assert all(exact(p | {"article": NAMES[1]}) for p in shown["paragraphs"])
    answer = verbatim("ask", ANSWERED, "--json").json["quotes"][0]
    [paragraph] = [
        p for p in verbatim("sources", answer["article"], "--json").json["paragraphs"]
        if p["paragraph"] == answer["paragraph"]
    ]  # fmt: skip
    assert paragraph["start"] <= answer["end"] <= paragraph["end"]
    for_people = verbatim("sources", "004")
    assert for_people.status == 0
    for line in shown["text"].splitlines():
        assert " ".join(line.removeprefix("date 2021-12-17 ").split()) in " ".join(for_people.out.split())


@pytest.mark.parametrize(
    ("name", "said"), [("nowhere", "There is no article 'nowhere'"), ("00", "2 articles fit '00'"), ("", "''")]
)
def test_an_unknown_source_is_said(verbatim: Verbatim, name: str, said: str) -> None:
    done = verbatim("sources", name)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert "verbatim sources" in done.err


def test_a_receipt_tells_what_became_of_the_quote(verbatim: Verbatim, own: tuple[Path, Path]) -> None:
    articles, data = own
    assert verbatim("ingest", str(articles), data=data).status == 0
    quote = verbatim("ask", ANSWERED, "--json", data=data).json["quotes"][0]
    path = articles / quote["article"]
    original = path.read_bytes().decode()

    def verify() -> tuple[int, str, dict[str, Any]]:
        done = verbatim("verify", quote["receipt"], "--json", data=data)
        people = verbatim("verify", f" `{quote['receipt']}` ", data=data)
        assert people.status == done.status
        assert people.out.startswith(done.json["verdict"])
        return done.status, done.json["verdict"], done.json

    status, verdict, body = verify()
    assert (status, verdict, body["text"]) == (0, "identical", quote["text"])
    assert (body["moved"], body["quoted"], body["difference"]) == (False, quote["text"], None)
    assert (body["article"], body["start"], body["end"]) == (quote["article"], quote["start"], quote["end"])
    path.write_bytes((original + "One more line.\n").encode())
    status, verdict, body = verify()
    assert (status, verdict) == (0, "identical")
    assert "changed elsewhere" in body["detail"]
    path.write_bytes(("Corrected. " + original).encode())
    status, verdict, body = verify()
    assert (status, verdict, body["text"]) == (1, "changed", quote["text"])
    assert f"{quote['start'] + 11} to {quote['end'] + 11}" in body["detail"]
    assert (body["moved"], body["now"]) == (True, [quote["start"] + 11, quote["end"] + 11])
    path.write_bytes(original.replace(quote["text"], quote["text"].replace("Geneva", "Vienna")).encode())
    status, verdict, body = verify()
    assert (status, verdict) == (1, "changed")
    assert "Vienna" in body["text"]
    assert body["quoted"] == quote["text"]
    pieces = [(piece["kind"], piece["words"]) for piece in body["difference"]]
    (gone,), (new,) = [[words for kind, words in pieces if kind == which] for which in ("removed", "added")]
    assert (gone.replace("Geneva", "Vienna"), "Geneva" in gone) == (new, True)
    assert f"[-{gone}-] {{+{new}+}}" in verbatim("verify", quote["receipt"], data=data).out
    # Also when the index no longer has the old words, since the run is kept.
    assert verbatim("ingest", str(articles), data=data).status == 0
    assert verify()[2]["difference"] == body["difference"]
    unknown = verbatim("verify", quote["receipt"], "--set", f"state.url=sqlite:///{data}/another.sqlite3", data=data)
    assert unknown.status == 1
    assert "not remembered here, so what has changed in them cannot be shown" in unknown.out
    assert "Vienna" in unknown.out
    path.write_bytes(b"\xff")
    assert verify()[:2] == (1, "missing")
    path.unlink()
    assert verify()[:2] == (1, "missing")
    moved = articles / "sub"
    moved.mkdir()
    (moved / path.name).write_bytes(original.encode())
    assert verify()[:2] == (1, "missing")
    path.write_bytes(original.encode())
    assert verify()[:2] == (0, "identical")


CHECKS = f"{'a' * 16}:{'a' * 16}"


@pytest.mark.parametrize(
    "code",
    [
        "",
        "nonsense",
        "a.txt:1-2:x:y",
        f"a.txt:5-1:{CHECKS}",
        f"a.txt:1-{'z' * 9000}:{CHECKS}",
        f"a b:1-2:{CHECKS}",
        "\ud800",
    ],
)
def test_a_malformed_receipt(verbatim: Verbatim, code: str) -> None:
    done = verbatim("verify", code)
    assert (done.status, done.out) == (2, "")
    assert "is not a receipt" in done.err or "names no words" in done.err
    assert len(done.err) < 400


def test_a_receipt_of_an_unknown_article_is_missing(verbatim: Verbatim) -> None:
    done = verbatim("verify", f"../../etc/passwd:1-9:{CHECKS}")
    assert (done.status, done.out) == (1, "missing: there is no article ../../etc/passwd any more\n")


def test_ingest_reports_in_words_and_in_json(verbatim: Verbatim, own: tuple[Path, Path]) -> None:
    articles, data = own
    (articles / "bad.txt").write_bytes(b"\xff")
    (articles / "copy.txt").write_bytes((articles / NAMES[0]).read_bytes())
    done = verbatim("ingest", str(articles), data=data)
    assert done.status == 2
    assert "left out: bad.txt: is not UTF-8 (byte 0xff at position 0). Save it as UTF-8." in done.err
    assert f"added  {NAMES[0]}" in done.out
    assert f"copy.txt has the text of {NAMES[0]}" in done.out
    assert "2 articles" in done.out
    again = verbatim("ingest", str(articles), "--json", data=data)
    assert again.status == 2
    assert set(again.json) == {"added", "updated", "removed", "unchanged", "duplicates", "rejected", "passages"}
    assert again.json["unchanged"] == NAMES
    asked = verbatim("ask", ANSWERED, "--json", data=data)
    assert (asked.status, asked.err) == (0, "")
    (articles / "bad.txt").unlink()
    asked = verbatim("ask", ANSWERED, "--json", data=data)
    assert (asked.status, asked.err) == (0, "bringing the index in line with the articles …\n")
    gone = verbatim("ingest", str(articles / "nowhere"), data=data)
    assert gone.status == 2
    assert "No such file" in gone.err
    assert verbatim("ask", ANSWERED, data=data).status == 0
    seeds = verbatim("ingest", "--json", data=data)
    assert (seeds.status, seeds.json["unchanged"]) == (0, NAMES)


def test_progress_is_drawn_on_a_terminal_only(own: tuple[Path, Path]) -> None:
    articles, data = own
    terminal, theirs = os.openpty()
    arguments = [sys.executable, "-m", "bot", "ingest", str(articles), "--data", str(data)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=theirs, env=os.environ | {"TERM": "xterm"}) as process:
        os.close(theirs)
        out, _ = process.communicate(timeout=300)
    drawn = b""
    # Linux reports the end of a terminal that nobody holds any more as an input error.
    with contextlib.suppress(OSError):
        while piece := os.read(terminal, 65536):
            drawn += piece
    os.close(terminal)
    assert process.returncode == 0
    assert b"articles" in drawn
    assert b"2/2" in drawn
    assert b"\x1b" not in out
    assert re.search(rb"^2 articles, \d+ passages; 0 unchanged, 0 rejected\n\Z", out, re.MULTILINE)


def test_doctor_finds_what_needs_doing(verbatim: Verbatim, own: tuple[Path, Path]) -> None:
    articles, data = own
    fresh = verbatim("doctor", "--json", data=data)
    findings = {one["what"]: one for one in fresh.json}
    assert fresh.status == 1
    assert findings["embeddings"]["good"]
    assert not findings["index"]["good"]
    assert "verbatim ingest" in findings["index"]["detail"]
    verbatim("ingest", str(articles), data=data)
    good = verbatim("doctor", "--json", data=data)
    findings = {one["what"]: one for one in good.json}
    assert findings["index"]["good"]
    assert findings["articles"]["detail"].startswith("2 articles from")
    assert "index" in verbatim("doctor", data=data).out
    (articles / "bad.txt").write_bytes(b"\xff")
    verbatim("ingest", str(articles), data=data)
    bad = {one["what"]: one for one in verbatim("doctor", "--json", data=data).json}
    assert not bad["articles"]["good"]
    assert "bad.txt" in bad["articles"]["detail"]
    shutil.rmtree(articles)
    lost = verbatim("doctor", "--json", data=data)
    assert lost.status == 1
    wrong = verbatim("doctor", "--set", "answer.treshold=1", data=data)
    assert wrong.status == 1
    assert "there is no setting answer.treshold" in wrong.out


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
