"""Disagreement: another number, day, place or name for the same thing is shown; other words for the same are not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from conftest import MakeProject

from benchmarks import planted, planting
from bot.render.discord import Heading, pages
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.reading.aliases import Aliases
from retrieval.reading.conflicts import conflicts
from retrieval.reading.disagreement import Said, compare
from retrieval.reading.features import NAMES, Features
from retrieval.reading.judge import Finding
from retrieval.reading.search import Evidence
from retrieval.reading.stories import Stories
from retrieval.reading.twins import counterparts

ALIASES = Aliases.load(PROJECT / "config" / "aliases.toml")
FRIDAY = date(2021, 12, 17)
MANY = "How many soldiers are there?"
WHEN = "When will they meet?"
WHERE = "Where will they meet?"
WHO = "Who signed it?"
Marked = tuple[str, str, str, float]


def said(marked: str, published: date | None = FRIDAY) -> Said:
    """A sentence whose answering words stand between square brackets."""
    start, end = marked.index("["), marked.index("]") - 1
    return Said(marked.replace("[", "").replace("]", ""), (start, end), published)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (MANY, "There are [8] soldiers.", "There are [18] soldiers."),
        (MANY, "There are [more than 70,000] soldiers.", "There are [100,000] soldiers."),
        (MANY, "At least [eleven] soldiers are there.", "There are [fourteen] soldiers."),
        ("How much does it cost?", "It costs [$2.5 billion].", "It costs [3.5 billion dollars]."),
        ("How high is it?", "It is [7.84 metres] high.", "It is [8.74 metres] high."),
        ("In which year was that?", "That was in [1954].", "That was in [1945]."),
        (WHEN, "They meet on [Friday].", "They meet on [18 December]."),
        (WHEN, "They meet on [December 17].", "They meet on [17 November]."),
        (WHEN, "They meet [tomorrow].", "They meet on [Sunday]."),
        (WHEN, "They meet at [6 a.m.] on Friday.", "They meet at [7 a.m.] on Friday."),
        (WHERE, "They meet in [Geneva].", "They meet in [Vienna]."),
        (WHO, "[Henrik Dahl] signed it.", "[Henrik Sund] signed it."),
        (WHO, "[Sergei Ryabkov] signed it.", "[Minister Antony Blinken] signed it."),
        ("What supplement is demanded?", "The union demands [35 percent].", "They want [45 per cent]."),
    ],
)
def test_what_differs(question: str, one: str, other: str) -> None:
    for pair in ((one, other), (other, one)):
        verdict = compare(question, said(pair[0]), said(pair[1]), ALIASES)
        assert verdict is not None
        assert not verdict.agree


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (MANY, "There are [around 100,000] soldiers.", "There are [some 100,000] soldiers."),
        (MANY, "There are [some 94,000] soldiers.", "There are [about 100,000] soldiers."),
        (MANY, "There are [nearly 1.7 billion] of them.", "There are [1,690 million] of them."),
        (MANY, "[Tens of thousands] of soldiers came.", "[60,000] soldiers came."),
        (MANY, "[Twelve] came.", "[12 soldiers] came."),
        ("What is the share?", "It is [8 percent].", "It is [eight per cent]."),
        (WHEN, "They meet on [Friday].", "They meet on [17 December]."),
        (WHEN, "They meet on [Friday (December 17)].", "They meet [today]."),
        (WHEN, "They meet on [tomorrow, Saturday].", "They meet on [December 18, 2021]."),
        (WHEN, "They met in [December 2021].", "They met on [17 December]."),
        (WHEN, "They meet on [Friday].", "They meet at [6 p.m. on Friday]."),
        (WHERE, "They meet in [Kyiv].", "They meet in [Kiev]."),
        (WHERE, "They meet in [Geneva, Switzerland].", "They meet in [Geneva]."),
        (WHO, "[Sergei Ryabkov] signed it.", "It was signed by [Ryabkov]."),
        (WHO, "[Deputy Foreign Minister Sergei Ryabkov] signed.", "[Sergey Ryabkov] signed."),
    ],
)
def test_other_words_for_the_same_are_no_difference(question: str, one: str, other: str) -> None:
    for pair in ((one, other), (other, one)):
        verdict = compare(question, said(pair[0]), said(pair[1]), ALIASES)
        assert verdict is None or verdict.agree


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("Which countries joined?", "[France] joined.", "[Germany] joined."),
        ("Who are the members?", "[Dahl] is a member.", "[Sund] is a member."),
        ("How long is it?", "It is [40 metres] long.", "It takes [12 minutes]."),
        ("What did he say?", "He said that [the talks with Sund would go on in Vienna].", "He said [nothing about Dahl]."),
        (WHERE, "They meet in [Geneva].", "They talked with [Washington]."),
        (WHEN, "They meet [soon].", "They meet on [Friday]."),
    ],
)
def test_what_cannot_be_compared_raises_no_alarm(question: str, one: str, other: str) -> None:
    assert compare(question, said(one), said(other), ALIASES) is None


def test_a_weekday_is_that_of_its_own_article() -> None:
    one, other = said("They met on [Friday].", date(2021, 12, 17)), said("They met on [Friday].", date(2022, 1, 28))
    verdict = compare(WHEN, one, other, ALIASES)
    assert verdict is not None
    assert not verdict.agree


@pytest.fixture(scope="module")
def world(project: MakeProject, tmp_path_factory: pytest.TempPathFactory) -> tuple[planting.World, Project]:
    folder: Path = tmp_path_factory.mktemp("world")
    made = planting.world(1)
    for name, text in made.texts.items():
        (folder / name).write_text(text, "utf-8")
    return made, project(folder)


def test_planted_conflicts_are_found_and_paraphrases_are_not(world: tuple[planting.World, Project]) -> None:
    made, opened = world
    facts = made.facts[::2]
    outcomes = [(fact, planted.reported(opened.answerer.ask(fact.question), fact)) for fact in facts]
    missed = [fact for fact, reported in outcomes if fact.conflict and not reported]
    false = [fact for fact, reported in outcomes if reported and not fact.conflict]
    conflicts = sum(fact.conflict for fact in facts)
    assert conflicts >= 12
    assert len(missed) <= 0.1 * conflicts, missed
    assert len(false) <= 1, false


def test_both_quotes_stand_side_by_side(world: tuple[planting.World, Project]) -> None:
    made, opened = world
    shown = [
        (answer, answer.disagreements[0])
        for answer in (opened.answerer.ask(fact.question) for fact in made.facts if fact.conflict)
        if answer.disagreements
    ]
    assert shown
    for answer, found in shown:
        one, other = found.quotes
        mine, theirs = answer.quotes[one - 1], answer.quotes[other - 1]
        assert mine.article != theirs.article
        assert abs(one - other) == 1
        assert found.values[0] in mine.text
        assert found.values[1] in theirs.text
        assert "The articles differ: " in answer.text
    answer = shown[0][0]
    assert any("The articles differ: " in b.text for p in pages(answer, {}, Heading()) for b in p.blocks)


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        (
            "[Isaac Newton] was buried beside Charles Darwin.",
            "[Ada Byron] was buried beside Charles Darwin.",
            ("Isaac Newton", "Ada Byron"),
        ),
        # The reader marked the words that do not answer, in either of the two.
        (
            "[Isaac Newton] was buried beside Charles Darwin.",
            "Ada Byron was buried beside [Charles Darwin].",
            ("Isaac Newton", "Ada Byron"),
        ),
        (
            "It got [30,117] applications for 1,500 places.",
            "It got 42,940 applications for [1,500] places.",
            ("30,117", "42,940"),
        ),
        ("It opened on [June 12, 2013] in Geneva.", "It opened on June 12, 2009 [in Geneva].", ("2013", "2009")),
        ("He led [the talks] in Geneva.", "He led [the talks] in Vienna.", ("the talks", "the talks")),
    ],
)
def test_in_sentences_that_are_nearly_one_the_same_place_answers(one: str, other: str, values: tuple[str, str]) -> None:
    mine, theirs = said(one), said(other)
    places = counterparts(mine.sentence, mine.answer, theirs.sentence, theirs.answer)
    assert places
    assert (mine.sentence[slice(*places[0])], theirs.sentence[slice(*places[1])]) == values


def test_what_two_sentences_have_beside_their_answers_does_not_make_them_agree() -> None:
    question = "When was the first game of the 2013 finals?"
    one, other = (said(f"On [June 12, {year}] during the 2013 finals it was shown.", None) for year in (2013, 2009))
    verdict = compare(question, one, other, ALIASES)
    assert verdict is not None
    assert not verdict.agree
    assert (verdict := compare(question, one, said("On [June 9, 2009] and June 12, 2013 it was shown.", None), ALIASES))
    assert verdict.agree


def test_articles_on_other_events_are_not_held_against_each_other(world: tuple[planting.World, Project]) -> None:
    _, opened = world
    digests = {entry.name: entry.sha256 for entry in opened.index.catalogue.entries()}
    stories = Stories(opened.index.catalogue)
    for name, digest in digests.items():
        same = {other for other, d in digests.items() if other != name and stories.same(digest, d)}
        assert same == {other for other in digests if other != name and other[:2] == name[:2]}


def found_in(seeds: Project, name: str, sentence: str, answer: str, probability: float) -> Finding:
    """What a reader would find: words of a sentence of one of the shipped articles."""
    catalogue = seeds.index.catalogue
    entry = next(e for e in catalogue.entries() if e.name.startswith(name))
    text = catalogue.text(entry.sha256)
    start = text.index(sentence)
    stored = next(s for s in catalogue.passages(entry.sha256) if s.passage.start <= start < s.passage.end)
    a, b = next(s for s in stored.passage.sentences if s[0] <= start < s[1])
    at = text.index(answer, start)
    nothing = Features(*[0.0] * len(NAMES))
    return Finding((a, b), (at, at + len(answer)), Evidence(stored, entry, 0.5, 1.0, 0.1), probability, nothing)


@pytest.mark.parametrize(
    ("question", "one", "others", "values"),
    [
        (
            "How many soldiers are at the Ukrainian border?",
            ("004", "The West accuses Moscow", "tens of thousands", 0.8),
            [("000", "The West accuses Russia", "large forces", 0.02)],
            ("tens of thousands", "large forces"),
        ),
        (
            "When do the talks start?",
            ("000", "He also suggested opening", "from tomorrow", 0.7),
            [("004", "On Friday (December 17)", "Friday", 0.5), ("004", "At a briefing", "Saturday", 0.4)],
            ("tomorrow", "at the earliest” Saturday"),
        ),
        (
            "Where did Moscow propose to hold the negotiations?",
            ("000", "He also suggested opening", "Geneva", 0.9),
            [("004", "On Friday (December 17)", "Washington", 0.5), ("004", "He said:", "Geneva", 0.3)],
            None,
        ),
    ],
)
def test_the_shipped_articles_differ_where_they_do(
    seeds: Project, question: str, one: Marked, others: list[Marked], values: tuple[str, str] | None
) -> None:
    catalogue = seeds.index.catalogue
    shown = found_in(seeds, *one)
    findings = [shown, *(found_in(seeds, *other) for other in others)]
    found = conflicts(question, [shown], findings, catalogue.text, Stories(catalogue).same, ALIASES)
    said_by = [
        tuple(
            catalogue.text(f.evidence.stored.sha256)[f.sentence[0] :][slice(*span)]
            for f, span in ((c.one, c.verdict.one), (c.other, c.verdict.other))
        )
        for c in found
    ]
    assert said_by == ([values] if values else [])


def test_the_shipped_articles_agree_on_the_place(seeds: Project) -> None:
    assert not seeds.answerer.ask("Where did Moscow propose to hold the negotiations?").disagreements
