"""Articles on the command line: listed, verified, taken in, and what doctor finds."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import Verbatim, exact

from bot.wiring import SEEDS

ANSWERED = "Where did Moscow propose to hold the negotiations?"
NAMES = [path.name for path in sorted(SEEDS.iterdir())]


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
    assert set(again.json) == {
        "added", "updated", "removed", "unchanged", "duplicates", "rejected", "passages", "copies", "previous",
    }  # fmt: skip
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
