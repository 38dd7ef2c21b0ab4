"""Whose voice a sentence is: the grammar of attribution, on invented sentences and on the labelled ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import app
from bot.evaluation import gates, speakers
from bot.evaluation.questions import QuestionFileError
from retrieval.corpus.article import Article, Metadata
from retrieval.corpus.passages import passages
from retrieval.corpus.sentences import Span
from retrieval.reading.speakers import Speaker, speaker, voices

GOLD = Path(__file__).parent / "questions" / "speakers.yaml"


def sentences(text: str) -> list[Span]:
    article = Article("a.txt", text, 0, Metadata("a"))
    return [s for p in passages(article, 200) if not p.heading for s in p.sentences]


def heard(text: str) -> list[str | None]:
    """Names of the voices, None for the reporter."""
    return [None if v.kind == "reporter" else v.name for v in voices(text, sentences(text))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("“We will win,” said Maria Lopez. She added that the vote was fair.", ["Maria Lopez", "Maria Lopez"]),
        ("Interior Minister Maria Lopez spoke on Monday. “We will win”, the minister said.", [None, "Maria Lopez"]),
        ("‘We will win,’ said Maria Lopez. ‘We always win.’", ["Maria Lopez", "Maria Lopez"]),
        ('"We will win," Lopez told the BBC. The vote is on Sunday.', ["Lopez", None]),
        ("It is “unacceptable”, Dmitry Peskov said.", ["Dmitry Peskov"]),
        ("“It is over,” Jens Stoltenberg said. “We go home.” They meet in June.", ["Jens Stoltenberg"] * 2 + [None]),
        ("Dmitry Peskov met reporters. Asked about troops, he replied: “No comment.”", [None, "Dmitry Peskov"]),
        ("NATO’s secretary general, Jens Stoltenberg, said that talks had begun.", ["Jens Stoltenberg"]),
        ("U.S. Secretary of State Antony Blinken said on Tuesday that it was over.", ["Antony Blinken"]),
        ("The firm’s chief executive, Anna Berg, left. Berg, who is 50, warned of losses.", [None, "Anna Berg"]),
        ("Anna Berg said that the minister had told her that the bridge was safe.", ["Anna Berg"]),
        ("Reuters quoted Sergei Lavrov as saying that the deal was dead.", ["Sergei Lavrov"]),
        ("Sergei Lavrov was quoted as saying that the deal was dead.", ["Sergei Lavrov"]),
        ("In Anna Berg’s view, the party is over.", ["Anna Berg"]),
        ("Rents will rise, according to Anna Berg, an economist at Danske Bank.", ["Anna Berg"]),
        ("Russia’s foreign ministry said the deal was dead.", ["Russia’s foreign ministry"]),
        ("But Moscow denied the claim and said that it had no plans to attack.", ["Moscow"]),
        ("The United Nations warned of famine. It called for help.", ["the United Nations", "the United Nations"]),
        ("Profits doubled, Volvo said on Friday. The company did not give a reason.", ["Volvo", None]),
        ("The treaty would prohibit both sides from deploying missiles.", ["the treaty"]),
        ("The document says that rates will rise. It also bans short selling.", ["the document", "the document"]),
        ("In the letter, Angela Merkel wrote that she was glad.", ["Angela Merkel"]),
        ("In 2009, Anna Berg, Media Secretary of the Green Party, described Oslo as “pharaonic”.", ["Anna Berg"]),
        ("Anna Berg, chairman of the committee said it was over.", ["Anna Berg"]),
        ("While some writers have called for a ban, in 2006 Anna Berg said she was against it.", ["Anna Berg"]),
        ("Anna Berg wrote in April 1925 about the first book of the series: “It is good.”", ["Anna Berg"]),
        ("On Friday Norway issued a proposal, and called for talks.", ["Norway"]),
        ("The suspect was not named. His lawyer said that he was innocent.", [None, "his lawyer"]),
    ],
)
def test_who_says_it(text: str, wanted: list[str | None]) -> None:
    assert heard(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "The bridge, which engineers had called unsafe, fell on Friday.",
        "Anna Berg did not say when she would leave.",
        "The mayor opened the bridge. It cost 3 million euros.",
        "The film was called “Home” and made by Anna Berg.",
        "There are 1,335 fan clubs, called penyes, around the world.",
        "The historian Thucydides, noted for his style, is much admired.",
        "Teams are placed into tables, in order according to certain rules.",
        "The minister’s claim that rents will fall is false.",
    ],
)
def test_what_nobody_says_is_the_reporters(text: str) -> None:
    assert set(heard(text)) == {None}


def test_a_quotation_of_several_paragraphs_keeps_its_speaker_from_before_or_after_it() -> None:
    before = "Maria Lopez said: “We will win.\n\n“Nobody can stop us.\n\n“They tried.”\n\nThe vote is on Sunday."
    assert heard(before) == ["Maria Lopez"] * 3 + [None]
    after = "“We will win. It is a good day.\n\n“Nobody can stop us. They tried,” said Maria Lopez, the minister."
    assert set(heard(after)) == {"Maria Lopez"}


def test_a_paragraph_that_a_colon_announces_is_a_quotation_without_marks() -> None:
    text = "Maria Lopez said in her letter:\n\nWe will win. It is a good day.\n\nThe vote is on Sunday."
    assert heard(text) == ["Maria Lopez"] * 3 + [None]
    assert set(heard("There are three rules:\n\nDo not run. Do not shout.")) == {None}


def test_he_and_she_are_not_taken_for_each_other() -> None:
    text = (
        "Angela Merkel met Emmanuel Macron in Berlin. Merkel opened her house to him, and Macron brought his wife. "
        "She said that she was glad. He said that he was tired."
    )
    assert heard(text)[-2:] == ["Angela Merkel", "Emmanuel Macron"]


def test_turns_of_a_transcript_hold_until_the_next() -> None:
    text = "THE CHAIR: We begin.\n\nIt is late.\n\nDR BERG: I know. My boss said, “Go home.”\n\nTHE CHAIR: Do go."
    assert heard(text) == ["The Chair", "The Chair", "Dr Berg", "my boss", "The Chair"]


def test_names_are_those_before_the_sentence_in_full() -> None:
    text = "Pike left early. “Enough,” said Pike. Gordon Pike is the mayor. “Enough,” Pike said again."
    assert heard(text) == [None, "Pike", None, "Gordon Pike"]


def test_a_voice_does_not_depend_on_what_else_is_asked() -> None:
    text = "\n\n".join(f"Anna Berg said that it was day {n}. She was tired. “I go,” she said." for n in range(100))
    spans = sentences(text)
    one_by_one = [speaker(text, spans, index) for index in reversed(range(len(spans)))]
    assert one_by_one[::-1] == voices(text, spans)
    assert voices(text, spans)[-1] == Speaker("Anna Berg", "person")


PIECES = (
    'Anna Berg said that told the minister he she They it I “ ” " ‘ ’ « , . : ( ) — and who According to ’s \n \n\n'.split(
        " "
    )
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=80), st.integers(5, 60))
def test_every_sentence_has_a_voice_however_broken_the_text(pieces: list[str], width: int) -> None:
    text = " ".join(pieces)
    spans = [(at, min(len(text), at + width)) for at in range(0, len(text), width)]
    found = voices(text, spans)
    assert len(found) == len(spans)
    assert all(v.name and v.kind in {"person", "document", "reporter"} for v in found)


@pytest.mark.parametrize(
    "text",
    ["said " * 20_000, "(" * 20_000, '" ' * 20_000, "Anna Berg, " * 5_000 + "said so.", "of the " * 20_000, "’s " * 20_000],
)
def test_a_sentence_without_end_has_a_voice(text: str) -> None:
    assert speaker(text, [(0, len(text))], 0).name


def test_a_long_row_of_pronouns_ends_with_whom_they_began() -> None:
    text = "Anna Berg came. " + "She said that it was late. " * 60
    assert set(heard(text)[1:9]) == {"Anna Berg"}
    assert heard("He said that it was late. " * 60)[-1] == "he"


def test_the_labelled_sentences_stand_in_their_articles_and_are_told_as_well_as_the_file_wants(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as exit_:
        app(["eval", str(GOLD), "--json"])
    assert exit_.value.code == 0
    scored = json.loads(capsys.readouterr().out)
    for split in speakers.SPLITS:
        share = scored["splits"][split]["speaker_accuracy"]
        assert share["interval"][0] < share["value"] <= share["interval"][1]
        assert "news" in scored["splits"][split]["corpora"]
    assert all(gate.holds for gate in gates.of_speakers("speakers", scored))


def test_a_gate_fails_where_too_few_are_told_or_nothing_is_measured() -> None:
    def scored(value: float | None) -> dict[str, object]:
        return {"thresholds": {"tuning": 0.95}, "splits": {"tuning": {"speaker_accuracy": {"value": value}}}}

    assert [g.holds for g in gates.of_speakers("s", scored(0.96))] == [True]
    for bad in (scored(0.94), scored(None), {}, None):
        assert not all(g.holds for g in gates.of_speakers("s", bad))


def test_a_malformed_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "voices.yaml"
    row = '{text: "A.", voice: person}'
    file.write_text(f"voices:\n  - {{corpus: ., article: a.txt, split: tuning, sentences: [{row}]}}\n", "utf-8")
    assert speakers.is_speakers(file)
    with pytest.raises(QuestionFileError, match="sentence 1 has the voice person"):
        speakers.load(file)
    assert not speakers.is_speakers(GOLD.with_name("claims.yaml"))
