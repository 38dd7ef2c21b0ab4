"""Questions as they are understood: cleaned, divided, and made to stand alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import followups, question
from bot.answering import Answerer
from bot.commands.conversation import Conversation
from bot.followups import Turn
from retrieval.errors import QuestionError


@given(st.text(max_size=300))
def test_a_cleaned_question_has_nothing_that_cannot_be_seen(text: str) -> None:
    try:
        seen = question.clean(text, 1000)
    except QuestionError:
        return
    assert seen == " ".join(seen.split())
    assert seen.isprintable() or all(c.isprintable() or not c.isascii() for c in seen)
    assert not set("\u202e\u200f\u200b\x00\x1b\ud800") & set(seen)


@pytest.mark.parametrize(
    ("asked", "parts"),
    [
        ("Who signed it?", ["Who signed it?"]),
        (
            "Who presented the documents to the press, and who signed them?",
            ["Who presented the documents to the press?", "who signed the documents?"],
        ),
        ("What did Biden warn of? When did he speak?", ["What did Biden warn of?", "When did Biden speak?"]),
        ("What do Russia and China want?", ["What do Russia and China want?"]),
        ("hotline baltic and black sea", ["hotline baltic and black sea"]),
        ("What is known about when and where it starts?", ["What is known about when and where it starts?"]),
    ],
)
def test_a_question_is_divided_where_it_asks_for_several_things(asked: str, parts: list[str]) -> None:
    assert question.parts(asked) == parts


@given(st.text(alphabet="and who what Where, ?;!A", max_size=120))
def test_dividing_never_loses_a_question(asked: str) -> None:
    found = question.parts(asked)
    assert 1 <= len(found) <= question.MAX_PARTS
    assert found == [asked] or all(part.strip() for part in found)


@pytest.mark.parametrize(
    ("earlier", "asked", "understood"),
    [
        ("What did he say about Ukraine?", "And what about Georgia?", "What did he say about Georgia?"),
        ("What role does France have?", "And Germany?", "What role does Germany have?"),
        ("What did Biden warn Putin about?", "When did he say that?", "When did Biden say that?"),
        ("What did Biden warn Putin about?", "Why?", "Why did Biden warn Putin about?"),
        ("Who signed the draft?", "Is NATO mentioned?", "Is NATO mentioned?"),
        ("What is the capital of Peru?", "And who is the mayor there?", "Who is the mayor there (Peru)?"),
    ],
)
def test_a_follow_up_is_made_to_stand_alone(earlier: str, asked: str, understood: str) -> None:
    assert followups.understood(asked, [Turn(earlier)]) == understood


def test_a_first_question_stays_as_it_is() -> None:
    assert followups.understood("And what about Georgia?", []) == "And what about Georgia?"


def test_who_said_that_is_asked_of_the_words_that_were_quoted(answerer: Answerer) -> None:
    conversation = Conversation(answerer)
    first, _ = conversation.ask("Where did Moscow propose to hold the negotiations?")
    assert first.quotes
    _, trace = conversation.ask("Who said that?")
    assert trace.understood.startswith("Who said ")
    assert trace.understood[len("Who said ") :].rstrip("?").split()[0] in first.quotes[0].text


def test_he_is_whom_the_answer_named(answerer: Answerer) -> None:
    conversation = Conversation(answerer)
    conversation.ask("Who presented the documents to the press?")
    _, trace = conversation.ask("What did he say about trust?")
    assert "Ryabkov" in trace.understood
    assert " he " not in trace.understood
