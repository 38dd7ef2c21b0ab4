"""A deputy is not the one who holds the office."""

from __future__ import annotations

import pytest

from bot.answer import Status
from bot.answering import Answerer
from retrieval.reading.offices import another_office

DEPUTY = "Deputy Foreign Minister Sergei Ryabkov presented the documents to the press."


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("Who is Russia's foreign minister?", DEPUTY, True),
        ("Who is the deputy foreign minister?", DEPUTY, False),
        ("Who presented the documents?", DEPUTY, False),
        ("What is the name of the governor?", "The former governor, Radu Velescu, was arrested.", True),
        ("Who is the governor?", "Governor Ana Dobre replaced the former governor, Radu Velescu.", False),
        ("Who is the prime minister?", DEPUTY, False),  # it says nothing of one, which is for others to see
        ("Did the foreign minister come?", DEPUTY, False),
    ],
)
def test_only_a_lesser_office_where_the_full_one_is_asked_for(question: str, sentence: str, other: bool) -> None:
    assert another_office(question, sentence) is other


def test_the_deputy_is_not_given_for_the_minister(answerer: Answerer) -> None:
    assert answerer.ask("Who is Russia's foreign minister?").status is Status.REFUSED
    assert answerer.ask("Who is Russia's deputy foreign minister?").status is Status.ANSWERED
