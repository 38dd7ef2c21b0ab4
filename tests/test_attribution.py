"""Attributions in other forms: passive, in a clause with “who”; deeds among words; speeches in the first person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from format_files import docx, html
from test_speakers import heard, sentences

from bot.cli import app
from retrieval.reading.speakers import SPEECH, Speaker, voices

SPOKEN = (
    "Good evening. I come to this hall to speak of our bridges. We built nine of them, and I am proud of it. "
    "Nobody drowned. My predecessor said that bridges were a luxury. We will build nine more, and I will be there. "
    "Thank you."
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("This was later denied by the Chinese foreign ministry.", ["the Chinese foreign ministry"]),
        ("The film was considered to be his best by many critics.", ["many critics"]),
        (
            "It ran an interview with Anna Berg, who stated that the bridge was no longer safe at all, whatever others say.",
            ["Anna Berg"],
        ),
        ("Anna Berg expressed her regret at the collapse.", ["Anna Berg"]),
        ("Both Volvo and Scania pointed out that demand had fallen.", ["both Volvo and Scania"]),
        ("Anna Berg regarded the plan as a mistake.", ["Anna Berg"]),
        (
            "The meeting fell through, and instead a press release was issued stating that talks had failed.",
            ["a press release"],
        ),
        ("At noon, the defence secretary, Anna Berg, informed the press that the ship had sailed.", ["Anna Berg"]),
        (
            "Anna Berg arrived late. In a letter written by Tomas Reyl in 2002, he stated that it was over.",
            [None, "Tomas Reyl"],
        ),
        ("Usher joined the show, and he liked it. He thought that it was too easy.", [None, "Usher"]),
        # What was done, and not said.
        ("Oslo helped to train the army and promised to send money.", [None]),
        ("The firm opened a second tower, also called Torre Alta, in May.", [None]),
        ("A team was sent to the island after reports that he was hiding there.", [None]),
        ("Having announced nothing, Anna Berg left.", [None]),
    ],
)
def test_who_says_it(text: str, wanted: list[str | None]) -> None:
    assert [name.lower() if name else None for name in heard(text)] == [w.lower() if w else None for w in wanted]


def test_a_speech_in_the_first_person_is_no_reporters() -> None:
    told = voices(SPOKEN, sentences(SPOKEN))
    assert told.count(SPEECH) == len(told) - 1
    assert Speaker("My predecessor", "person") in told or Speaker("my predecessor", "person") in told
    quoted = f"The mayor spoke in the new hall on Friday. “{SPOKEN}” The bridges cost nine million. Nobody protested."
    assert SPEECH not in voices(quoted, sentences(quoted))


@pytest.mark.parametrize(("name", "raw"), [("a.html", html().encode()), ("a.docx", docx())])
def test_labelled_articles_may_have_any_format(
    name: str, raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(raw)
    label = '{text: "“We will not give up", voice: person, name: "Ana Duarte"}'
    (tmp_path / "voices.yaml").write_text(
        f"voices:\n  - {{corpus: ., article: {name}, split: tuning, sentences: [{label}]}}\n", "utf-8"
    )
    with pytest.raises(SystemExit) as left:
        app(["eval", str(tmp_path / "voices.yaml"), "--json"])
    assert left.value.code == 0
    assert json.loads(capsys.readouterr().out)["splits"]["tuning"]["speaker_accuracy"]["right"] == 1
