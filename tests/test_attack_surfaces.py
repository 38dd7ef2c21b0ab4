"""The checks of what people see must themselves notice what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Answer, Quote
from bot.evaluation.attack import surfaces
from bot.evaluation.attack.payloads import LINES, PAYLOADS
from bot.evaluation.attack.planted import answering, refusing
from bot.render.terminal import markdown, visible
from retrieval.corpus import receipts
from retrieval.reading.speakers import Speaker


def quote(text: str, title: str = "A title", highlight: tuple[int, int] | None = None) -> Quote:
    return Quote(
        number=1, text=text, article="a.txt", title=title, publisher=None, url=None, published=None, start=0, end=len(text),
        sha256="0" * 64, highlight=highlight, speaker=Speaker("the article", "reporter"), paragraph=1, score=0.9,
        receipt=receipts.make("a.txt", 0, len(text), text, "0" * 64),
    )  # fmt: skip


def wrong(answer: Answer) -> list[str]:
    return [problem for surface in surfaces.SURFACES for problem in surface(answer)]


@pytest.mark.parametrize(
    "text", ["\x1b[31m", "a\rb", "\u202eab", "\x9b31m", "\x07", "\U000e0041", "\u2066", "\x7f", "\ud800"]
)
def test_what_steers_is_noticed(text: str) -> None:
    assert surfaces.steering(text)


def test_what_does_not_steer_is_left_alone() -> None:
    assert surfaces.steering("“Größe”, 你好, 👩‍👩‍👧\n\tنص") == []


@pytest.mark.parametrize(
    "text",
    [
        "> **x**\n> 1. a list in a quote",
        "> words\n\n# A heading",
        "> words\n\n[a link](https://example.org)",
        "> words\n\n![a picture](https://example.org/x.png)",
        "> words\n\n<b>html</b>",
        "> words\n\n    code",
        "> words\n\n---",
        "> words\n\n| a | b |\n| - | - |\n| c | d |",
        "> words\n\n~~gone~~",
        "> words\n\n`not a receipt`",
        "> other words",
        "> words\nand a source that is read with them",
        "words",
        "> words\n\n> words",
        "> words \x1b[2J",
    ],
)
def test_markdown_that_says_more_than_the_quote_is_noticed(text: str) -> None:
    answer = answering(quote("words"))
    assert list(surfaces.in_markdown(answer)) == []
    assert list(surfaces.in_markdown(replace(answer, text=text)))


@pytest.mark.parametrize(
    "line",
    ["> @everyone", "> <@123>", "> [a](b)", "> # x", "> - x", "> 1. x", "> a _b_ c", "> ||x||", "> `x`", "> :skull:",
     "> <t:1:R>", "> https://example.org", "-# `x`", "> &lt;", "> **a** *b*", "> <a:b:1>", "> -# small", "> >>> x"],
)  # fmt: skip
def test_active_markup_in_discord_is_noticed(line: str) -> None:
    assert surfaces._ACTIVE.search(surfaces._foreign(line))


@pytest.mark.parametrize(
    "line", ["> \\@everyone \\<\\@123\\>", "> a **bold** word", "-# **1** · A title · no date", "> 1\\. x"]
)
def test_escaped_markup_in_discord_is_no_alarm(line: str) -> None:
    assert not surfaces._ACTIVE.search(surfaces._foreign(line))


@pytest.mark.parametrize("payload", [p for payloads in PAYLOADS.values() for p in payloads] + [
    f"{begins}and then" for lines in LINES.values() for begins in lines
])  # fmt: skip
def test_payloads_are_harmless_in_quotes_titles_and_questions(payload: str) -> None:
    for shown in (quote(payload), quote(f"Then {payload} and more."), quote("Words.", title=payload)):
        marked = replace(shown, highlight=(0, len(shown.text)))
        for answer in (answering(shown), answering(marked), refusing(shown, payload)):
            assert wrong(answer) == []


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(lambda text: text == text.strip()))
def test_any_text_is_harmless(text: str) -> None:
    # Line breaks inside a quote are layout; blank lines and indentation do not show.
    problems = wrong(answering(quote(text))) if any(c.isalnum() for c in text) else []
    assert problems == []


@given(st.text(min_size=1, max_size=80), st.data())
def test_bold_never_shows_as_asterisks(text: str, data: st.DataObject) -> None:
    text = "".join(c if c.isalnum() or c in " .,$“”’-*_" else "x" for c in text).strip()
    if not any(c.isalnum() for c in text):
        return
    a = data.draw(st.integers(0, len(text) - 1))
    b = data.draw(st.integers(a + 1, len(text)))
    marked = quote(text, highlight=(a, b))
    assert list(surfaces.in_markdown(answering(marked))) == []


def test_signs_beside_letters_are_not_made_bold() -> None:
    assert "\\*" not in markdown(answering(quote("It cost US$2.5 billion.", highlight=(10, 22))))
    assert "**$2.5 billion**" not in markdown(answering(quote("It cost US$2.5 billion.", highlight=(10, 22))))
    assert "**Geneva**" in markdown(answering(quote("It was in Geneva.", highlight=(10, 16))))


def test_visible_turns_every_line_break_into_a_newline() -> None:
    assert visible("a\r\nb\rc\nd") == "a\nb\nc\nd"
