"""Questions about a speaker: whom they ask about, whose sentences answer them, and that the speaker is always shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeProject

from bot import speaking
from bot.answering import Answerer
from bot.quoting import Quoter
from bot.render import discord, terminal
from bot.state import stored_answer
from bot.wiring import SEEDS, Project
from retrieval.reading.aliases import Aliases
from retrieval.reading.features import NAMES, Features
from retrieval.reading.judge import Finding
from retrieval.reading.search import Evidence
from retrieval.reading.speakers import Speaker
from retrieval.reading.voices import Name, asked_of, individual, speaks

NEWS = Path(__file__).parent / "corpora" / "news"
NOTHING = Features(*[0.0] * len(NAMES))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What did Ryabkov say about Geneva?", "ryabkov"),
        ("What, according to Jens Stoltenberg, comes next?", "jens stoltenberg"),
        ("Did the finance ministry say that growth will slow?", "finance ministry"),
        ("what does president biden think of sanctions", "biden"),
        ("In Lombardi’s view, was the clock right?", "lombardi"),
        ("What was Anna Berg’s reply to the union?", "anna berg"),
        ("Who said that talks had begun?", None),
        ("What did they say about talks?", None),
        ("What does the draft say about missiles?", None),
        ("What did the governor admit?", None),
        ("How does Kyiv feel about being told to wait?", None),
        ("Where will the talks be held?", None),
    ],
)
def test_whom_a_question_asks_about(question: str, words: str | None) -> None:
    name = asked_of(question)
    assert (" ".join(name.words) if name else None) == words


@pytest.mark.parametrize(
    ("voice", "question", "same"),
    [
        (Speaker("Sergei Ryabkov", "person"), "What did Sergey Ryabkov say?", True),
        (Speaker("Sergei Ryabkov", "person"), "what did rjabkov say", True),
        (Speaker("Sergei Ryabkov", "person"), "What did Ivan Ryabkov say?", False),
        (Speaker("Vladimir Putin", "person"), "What did Ryabkov say?", False),
        (Speaker("the Kremlin", "person"), "What did the Kremlin say?", True),
        (Speaker("Moscow", "person"), "What did the Kremlin say?", True),
        (Speaker("the finance ministry", "person"), "What did the ministry say?", True),
        (Speaker("the article", "reporter"), "What did Ryabkov say?", False),
    ],
)
def test_whether_a_voice_is_the_one_asked_about(voice: Speaker, question: str, same: bool) -> None:
    name = asked_of(question)
    assert name is not None
    assert speaks(voice, name, Aliases([["Kremlin", "Moscow"]])) is same


def test_he_can_mean_a_person_and_not_a_body() -> None:
    assert individual(Speaker("Sergei Ryabkov", "person"))
    for name in ("the Kremlin", "EU leaders", "Russia", "Western countries", "The President"):
        assert not individual(Speaker(name, "person"))
    assert not individual(Speaker("the treaty", "document"))


@pytest.fixture(scope="module")
def news(project: MakeProject) -> Project:
    return project(NEWS)


def found(project: Project, begins: str, probability: float) -> Finding:
    """A finding of the sentence that begins so."""
    catalogue = project.index.catalogue
    for entry in catalogue.entries():
        text = catalogue.text(entry.sha256)
        for stored in catalogue.passages(entry.sha256):
            for a, b in stored.passage.sentences:
                if text.startswith(begins, a):
                    return Finding((a, b), None, Evidence(stored, entry, 0.5, 1.0, 0.1), probability, NOTHING)
    raise AssertionError(begins)


def heed(project: Project, question: str, *findings: Finding) -> tuple[list[Finding], Name | None]:
    return speaking.heed(project.index.catalogue, Aliases(), question, findings, 0.5)


def test_what_others_say_is_left_out_and_what_is_asked_for_comes_first(news: Project) -> None:
    reporter = found(news, "About 6,500 people", 0.9)
    witness = found(news, "She said that nobody had knocked", 0.8)
    governor = found(news, "The provincial governor, Radu Velescu", 0.7)
    low = found(news, "The dam above the town", 0.1)
    everything = (reporter, witness, governor, low)
    assert heed(news, "What did Radu Velescu say about sirens?", *everything) == ([governor, reporter, low], None)
    assert heed(news, "What did Costin say about sirens?", *everything) == ([witness, reporter, low], None)
    kept, silent = heed(news, "What did Ana Dobre say about sirens?", witness, governor, low)
    assert kept == [low]
    assert silent is not None
    assert silent.shown == "Ana Dobre"


def test_a_question_about_no_speaker_or_about_a_place_leaves_all_as_it_is(news: Project) -> None:
    witness, governor = found(news, "She said that nobody", 0.8), found(news, "The provincial governor", 0.7)
    for question in ("Why did the sirens fail?", "What did the governor say?", "What did Tarn say about the sirens?"):
        assert heed(news, question, witness, governor) == ([witness, governor], None)


def test_a_refusal_says_that_no_article_quotes_whom_it_was_asked_about(news: Project) -> None:
    answerer: Answerer = news.answerer
    answer = answerer.ask("What did Prime Minister Ana Dobre say about the sirens?")
    assert not answer.quotes
    if answer.unquoted:
        assert "No article quotes" in terminal.verdict(answer)
    part = answer.to_json()["parts"][0]
    assert part["unquoted"] in {None, answer.unquoted}
    assert stored_answer.answer(answer.to_json()).parts == answer.parts


@pytest.fixture(scope="module", params=[SEEDS, NEWS], ids=["seeds", "news"])
def opened(request: pytest.FixtureRequest, project: MakeProject) -> Project:
    return project(request.param)


def test_no_quote_of_any_sentence_is_shown_without_its_speaker(opened: Project) -> None:
    quoter, catalogue = Quoter(opened.index.catalogue), opened.index.catalogue
    spoken = 0
    for entry in catalogue.entries():
        for stored in catalogue.passages(entry.sha256):
            if stored.passage.heading:
                continue
            for sentence in stored.passage.sentences:
                finding = Finding(sentence, None, Evidence(stored, entry, 0.5, 1.0, 0.1), 0.9, NOTHING)
                (quote,) = quoter.quotes([finding])
                voice = speaking.voice(catalogue, finding)
                assert quote.speaker == voice
                if voice.kind != "reporter":
                    spoken += 1
                    assert f"says {voice.name}" in terminal.source(quote)
                    assert voice.name[1:] in discord.source(quote, {}).replace("\\", "")
    assert spoken > 10
