"""Texts in which somebody speaks who is nowhere named: the question may name him."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import MakeProject

from bot.answer import Status
from retrieval.reading.narration import acts, first_person

SPEECH = """Good evening. I am here tonight to tell you what I have done and what my plan is.

I have signed a law that caps the price of a bus ticket at two euros. My father drove a bus for thirty years, and I
rode with him every summer. I know what a ticket costs a family.

Next year I will build four thousand flats along the river. I asked the council for the money in March, and I got it.
My opponents say that I cannot count. I can count.

I will not raise the tax on land. I have never raised it, and my promise stands.
"""
REPORT = "The mayor spoke for an hour. “I will build four thousand flats,” he said. Critics left the hall early.\n"


def test_a_speech_is_in_the_first_person_and_a_report_of_one_is_not() -> None:
    assert first_person(SPEECH)
    assert not first_person(REPORT * 10)


@pytest.mark.parametrize(
    ("question", "name", "acting"),
    [
        ("How many flats did Mayor Okafor promise?", "Mayor Okafor", True),
        ("What is Okafor's plan for the river?", "Okafor", True),
        ("According to Okafor, what does a ticket cost?", "Okafor", True),
        ("What does Okafor vow about the tax?", "Okafor", True),
        ("Who wrote a letter to Okafor?", "Okafor", False),
        ("How far is it from Okafor to the river?", "Okafor", False),
    ],
)
def test_who_acts_is_told_by_the_place_in_the_question(question: str, name: str, acting: bool) -> None:
    start = question.index(name)
    assert acts(question, start, start + len(name)) is acting


def test_a_speech_answers_about_one_whom_it_does_not_name_and_the_answer_says_so(
    project: MakeProject, tmp_path: Path
) -> None:
    (tmp_path / "speech.txt").write_text(SPEECH, "utf-8")
    answer = project(tmp_path).answerer.ask("How many flats will Mayor Okafor build along the river?")
    assert answer.status is Status.ANSWERED
    assert "four thousand flats" in answer.quotes[0].text
    assert answer.parts[0].unnamed == ("Mayor Okafor",)
    assert "No article mentions Mayor Okafor" in answer.text
    assert "does not name who speaks" in answer.text


def test_a_report_is_not_taken_for_a_speech(project: MakeProject, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text(REPORT * 3, "utf-8")
    answer = project(tmp_path).answerer.ask("What did Ivan Petrov tell the press about the railway?")
    assert answer.status is Status.REFUSED
    assert {"Ivan", "Petrov"} <= set(answer.missing)
    assert answer.parts[0].unnamed == ()
