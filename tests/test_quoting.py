"""Whole sentences, and what they need: no quote loses its negation, its condition or its speaker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MakeProject
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.quoting import Quoter
from bot.wiring import SEEDS, Project
from retrieval.corpus.sentences import Span
from retrieval.index.catalogue import Entry, Stored
from retrieval.reading.features import NAMES, Features
from retrieval.reading.judge import Finding
from retrieval.reading.leaning import leans
from retrieval.reading.search import Evidence

NEWS = Path(__file__).parent / "corpora" / "news"
WEIGHTY = re.compile(r"\b(?:not|no|never|without|nor|unless|if|only|until|unlikely|denied|denies|said|according to)\b", re.I)
NOTHING = Features(*[0.0] * len(NAMES))


@pytest.fixture(scope="module", params=[SEEDS, NEWS], ids=["seeds", "news"])
def opened(request: pytest.FixtureRequest, project: MakeProject) -> Project:
    return project(request.param)


def every(opened: Project) -> Iterator[tuple[Entry, Stored, Span]]:
    catalogue = opened.index.catalogue
    for entry in catalogue.entries():
        for stored in catalogue.passages(entry.sha256):
            if not stored.passage.heading:
                for sentence in stored.passage.sentences:
                    yield entry, stored, sentence


def finding(entry: Entry, stored: Stored, sentence: Span, answer: Span | None = None) -> Finding:
    return Finding(sentence, answer, Evidence(stored, entry, 0.5, 1.0, 0.1), 0.9, NOTHING)


def test_every_sentence_of_the_corpora_is_quoted_whole(opened: Project) -> None:
    quoter, catalogue = Quoter(opened.index.catalogue), opened.index.catalogue
    weighty = 0
    for entry, stored, (a, b) in every(opened):
        (quote,) = quoter.quotes([finding(entry, stored, (a, b), (a, min(a + 3, b)))])
        text = catalogue.text(stored.sha256)
        assert quote.text == text[quote.start : quote.end]
        assert quote.start <= a
        assert quote.end == b
        boundaries = {s for p in catalogue.passages(stored.sha256) for s in p.passage.sentences}
        assert quote.start in {s for s, _ in boundaries}
        for word in WEIGHTY.finditer(text, a, b):
            weighty += 1
            assert quote.start <= word.start() < word.end() <= quote.end
    assert weighty > 10


def test_a_sentence_that_leans_brings_what_it_leans_on(opened: Project) -> None:
    quoter, catalogue = Quoter(opened.index.catalogue), opened.index.catalogue
    leaning = 0
    for entry, stored, (a, b) in every(opened):
        text = catalogue.text(stored.sha256)
        if leans(text[a:b]) and stored.ordinal > 0:
            leaning += 1
            (quote,) = quoter.quotes([finding(entry, stored, (a, b))])
            before = text[quote.start : a].split()
            assert before or len(text[:a].split()) > 60
    assert leaning > 2


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_quotes_of_one_answer_never_overlap(opened: Project, data: st.DataObject) -> None:
    everything = list(every(opened))
    chosen = data.draw(st.lists(st.sampled_from(range(len(everything))), min_size=1, max_size=4, unique=True))
    quotes = Quoter(opened.index.catalogue).quotes([finding(*everything[i]) for i in chosen])
    assert [q.number for q in quotes] == list(range(1, len(quotes) + 1))
    for one in quotes:
        assert one.text == opened.index.catalogue.text(one.sha256)[one.start : one.end]
        for other in quotes:
            if one is not other and one.sha256 == other.sha256:
                assert one.end < other.start or other.end < one.start


@pytest.mark.parametrize(
    ("sentence", "alone"),
    [
        ("He also suggested talks.", False),
        ("According to him, the matter is closed.", False),
        ("It called for restrictions.", False),
        ("It is clear that talks will start.", True),
        ("“It is necessary,” Ryabkov said.", True),
        ("Moscow proposed talks.", True),
        ("But they refused.", False),
    ],
)
def test_what_can_stand_alone(sentence: str, alone: bool) -> None:
    assert leans(sentence) is not alone
