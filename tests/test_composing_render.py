"""A model's sentences on Discord's pages: within every limit, numbered, and gone with what they rest on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from discord_fixtures import ANSWERED, plain
from scripted import GOOD, MODEL

from bot.answer import Answer
from bot.answering import Answerer
from bot.compose.prose import Composition, Sentence
from bot.fates import Fate, Mark
from bot.render import discord, terminal
from bot.render.discord import PAGE, Heading

NASTY = "*_`~|<>[]@#\\" * 41
"""Each of these takes a backslash."""


def composed(answer: Answer, *sentences: Sentence) -> Answer:
    return replace(answer, composed=Composition(MODEL, sentences))


def shown(answer: Answer, marks: dict[str, Mark] | None = None) -> str:
    pages = discord.pages(answer, {}, Heading(), marks or {})
    assert all(sum(block.units for block in page.blocks) <= PAGE for page in pages)
    return plain("\n".join(f"{block.text}\n{block.source}" for page in pages for block in page.blocks))


@pytest.fixture(scope="module")
def answer(answerer: Answerer) -> Answer:
    return answerer.ask(ANSWERED)


def test_the_longest_sentences_fit_on_pages_whole(answer: Answer) -> None:
    sentences = [Sentence(f"{number}{NASTY}", (1, 2)) for number in range(10)]
    said = shown(composed(answer, *sentences))
    for sentence in sentences:
        assert f"{sentence.text} [1][2]" in said
    assert said.index(NASTY) < said.index("suggested")


def test_a_single_quote_has_its_number_where_a_sentence_names_it(answer: Answer) -> None:
    single = replace(answer, quotes=answer.quotes[:1], parts=(replace(answer.parts[0], quotes=(1,)),))
    sources = [page.blocks[-1].source for page in discord.pages(composed(single, Sentence(GOOD, (1,))), {}, Heading())]
    assert sources[-1].startswith("-# **1**")
    assert "**1**" not in discord.pages(single, {}, Heading())[0].blocks[-1].source


@pytest.mark.parametrize(
    ("quotes", "fallen", "stands"),
    [((1,), {"q1"}, False), ((1, 2), {"q2"}, False), ((2,), {"q1"}, True), ((1,), {"n1"}, True), ((1,), set(), True)],
)
def test_a_sentence_stands_as_long_as_all_its_quotes_do(
    answer: Answer, quotes: tuple[int, ...], fallen: set[str], stands: bool
) -> None:
    said = shown(composed(answer, Sentence(GOOD, quotes)), {key: Mark(Fate.GONE) for key in fallen})
    assert (GOOD in said) is stands
    assert ("language model" in said) is stands


def test_that_nothing_held_is_one_line(answer: Answer) -> None:
    before, after = shown(answer).splitlines(), shown(composed(answer)).splitlines()
    [added] = [line for line in after if line not in before]
    assert "none of it held against the quotes" in added
    assert terminal.markdown(composed(answer)).count(MODEL) == 1


def test_a_failure_looks_like_no_model(answer: Answer) -> None:
    failed = replace(answer, composed=Composition(MODEL, failure="away"))
    assert shown(failed) == shown(answer)
    assert terminal.markdown(failed) == terminal.markdown(answer)
    assert failed.to_json() == answer.to_json()
