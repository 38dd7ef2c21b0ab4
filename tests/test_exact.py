"""Whatever is asked, of whatever articles: every quote shown is its article at its offsets, and a refusal cites nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from conftest import MakeProject
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.answer import Answer, Status
from bot.answering import Answerer
from bot.commands.verify import Verdict, verify
from bot.wiring import SEEDS, Project
from retrieval.corpus import receipts
from retrieval.errors import QuestionError
from retrieval.index.words import tokens
from retrieval.reading.search import Scope

WORDS = sorted({surface for path in SEEDS.iterdir() for surface, _, _ in tokens(path.read_text("utf-8"))})
NOISE = (
    "\x00", "\x1b[31m", "\u202e", "\u2066", "\u200f", "\ufeff", "\ud83d", "\udc00", "\r\n", "🙂", "“", "”", "*", "`", "?",
    "!", ";", ", and ", " who ", "中文", "ß", "%s", "{}", "\\", "<@1>", "' OR 1=1 --", '"', "NEAR(", "AND", "NOT", "9" * 40,
)  # fmt: skip
OPENERS = ("Who", "What did", "Where did", "When was", "Why", "How many", "Did", "And what about", "Who said that", "")

typed = st.builds(
    lambda opener, pieces: f"{opener} {' '.join(pieces)}?",
    st.sampled_from(OPENERS),
    st.lists(st.sampled_from(WORDS) | st.sampled_from(NOISE) | st.text(max_size=6), min_size=1, max_size=8),
)


def on_disk(folder: Path, name: str) -> str:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return stream.read()


def check(answer: Answer, folder: Path, project: Project | None = None) -> None:
    assert (answer.status is Status.REFUSED) == (not answer.quotes)
    assert len(answer.nearest) <= 2
    assert [q.number for q in answer.quotes] == list(range(1, len(answer.quotes) + 1))
    for quote in (*answer.quotes, *answer.nearest):
        text = on_disk(folder, quote.article)
        assert text[quote.start : quote.end] == quote.text
        assert quote.text.strip() == quote.text != ""
        assert quote.sha256 == hashlib.sha256(text.encode()).hexdigest()
        assert receipts.holds(receipts.parse(quote.receipt), text)
        if quote.highlight:
            assert quote.start <= quote.highlight[0] < quote.highlight[1] <= quote.end
        if project:
            assert verify(project, receipts.parse(quote.receipt)).verdict is Verdict.IDENTICAL
    for part in answer.parts:
        assert (part.status is Status.REFUSED) == (not part.quotes)
        assert all(1 <= number <= len(answer.quotes) for number in part.quotes)
    assert 0 <= answer.confidence <= 1
    json.dumps(answer.to_json(), allow_nan=False).encode("utf-8")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed)
@example("Where did Moscow propose to hold the negotiations?")
@example("What is the capital of Australia?")
@example("Who presented the documents to the press, and who signed them?")
@example("Geneva " * 140)
def test_whatever_is_asked(answerer: Answerer, seeds: Project, question: str) -> None:
    try:
        answer = answerer.ask(question)
    except QuestionError:
        assert len(question) > 1000 or not any(c.isalnum() for c in question)
        return
    check(answer, SEEDS, seeds)


def test_the_robust_ones_are_answered_and_refused(answerer: Answerer) -> None:
    answered = answerer.ask("Where did Moscow propose to hold the negotiations?")
    assert answered.status is Status.ANSWERED
    assert "Geneva" in answered.quotes[0].text
    refused = answerer.ask("What is the capital of Australia?")
    assert refused.status is Status.REFUSED
    assert refused.missing == ("Australia",)


@pytest.fixture(scope="module")
def strange(project: MakeProject, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path]:
    """Articles with everything that could move an offset."""
    folder = tmp_path_factory.mktemp("strange")
    fact = "The envoy {} met the delegation in {}. “We agreed on nothing,” he said.{}Nobody signed the {} treaty."
    for n, (name, place, gap, thing) in enumerate(
        [
            ("🙂 Müller 👩‍👩‍👧‍👦", "Genf", "\r\n\r\n", "grain"),
            ("\u202eAhmad\u202c", "Cairo", "\u2028", "water"),
            ("O’Neill", "Oslo", "\u2029\u2029", "fish"),
            ("Jose\u0301", "Lima", "\n\n", "copper"),
            ("Ōkubo", "京都", "\x85", "steel"),
            ("İpek", "İzmir", "\u00a0\u3000", "cotton"),
            ("A", "B", "\t\v\f", "C"),
        ]
    ):
        text = fact.format(name, place, gap, thing) + gap + "He left on Friday at 5 p.m. Friday was cold." + gap
        head = ("\ufeff", "date 2021-12-17 ", "\ufeffdate 2021-12-17\r\n", "---\ntitle: x\n---\n", "", "\u200f", "# T\r\n")[
            n
        ]
        (folder / f"{n} ö\u0301 {'.md' if n % 2 else '.txt'}").write_bytes((head + text).encode())
    return project(folder), folder


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["Where did the envoy", "Who met", "What did", "When did", "Who signed"]),
    st.sampled_from(["Müller", "Ahmad", "O’Neill", "José", "Ōkubo", "İpek", "A", "京都", "the treaty", "the delegation"]),
    st.sampled_from(["meet the delegation", "in Genf", "say about the treaty", "leave", "Cairo"]),
)
def test_whatever_stands_in_the_articles(strange: tuple[Project, Path], opener: str, name: str, rest: str) -> None:
    opened, folder = strange
    check(opened.answerer.ask(f"{opener} {name} {rest}?"), folder, opened)


def test_strange_articles_are_quoted_at_all(strange: tuple[Project, Path]) -> None:
    opened, folder = strange
    answers = [
        opened.answerer.ask(f"Where did the envoy {name} meet the delegation?") for name in ("Müller", "O’Neill", "İpek")
    ]
    for answer in answers:
        check(answer, folder, opened)
    assert any(answer.quotes for answer in answers)


def test_a_day_or_a_choice_of_articles_limits_everything_that_is_shown(answerer: Answerer) -> None:
    names = [path.name for path in sorted(SEEDS.iterdir())]
    for question in (
        "Where did Moscow propose to hold the negotiations?",
        "What did Lavrov say about Geneva?",
        "Who is Biden?",
    ):
        for name in names:
            answer = answerer.ask(question, scope=Scope(articles=frozenset({name})))
            check(answer, SEEDS)
            assert {q.article for q in (*answer.quotes, *answer.nearest)} <= {name}
