"""Claims against real articles: what is supported, what is contradicted, and above all what is not to be supported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import MakeProject

from bot.claims import Check, Verdict, claims
from bot.evaluation import claims as evaluation
from bot.evaluation.questions import QuestionFileError
from bot.gate import UnverifiedAnswer
from bot.settings import PROJECT, load
from bot.wiring import Project
from retrieval.corpus import receipts
from retrieval.errors import QuestionError
from retrieval.reading.aliases import Aliases
from retrieval.reading.alignment import Same
from retrieval.reading.comparison import Relation, compare
from retrieval.reading.meanings import Meanings
from retrieval.reading.statements import statement

FILE = Path(__file__).parent / "questions" / "claims.yaml"


@pytest.fixture(scope="module")
def four(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project on the four articles of the claims file."""
    project = Project(load(), tmp_path_factory.mktemp("claims"), models)
    project.ingest(evaluation.load(FILE)[0])
    return project


Results = list[tuple[evaluation.GoldClaim, Check]]


@pytest.fixture(scope="module")
def results(four: Project) -> Results:
    """Every claim of the file, checked."""
    corpus, gold = evaluation.load(FILE)
    assert len(gold) >= 60
    assert len(corpus) == 2
    return evaluation.run(gold, four.checker.check)


def test_no_claim_is_wrongly_supported_and_most_are_told_apart(results: Results) -> None:
    wrong = [g.claim for g, c in results if c.verdict is Verdict.SUPPORTED and not evaluation.right(g, c)]
    assert wrong == []
    by_verdict = {s.verdict: s for s in evaluation.scores(results)}
    assert (by_verdict[Verdict.CONTRADICTED].precision or 0) >= 0.9
    assert (by_verdict[Verdict.SUPPORTED].recall or 0) >= 0.7
    assert (by_verdict[Verdict.CONTRADICTED].recall or 0) >= 0.6


def test_quotes_in_verdicts_are_the_articles_own_words(four: Project, results: Results) -> None:
    texts = {e.name: four.index.catalogue.text(e.sha256) for e in four.index.catalogue.entries()}
    quotes = [quote for _, check in results for quote in (check.quote, check.nearest) if quote]
    assert len(quotes) > 40
    for quote in quotes:
        assert texts[quote.article][quote.start : quote.end] == quote.text
        assert receipts.holds(receipts.parse(quote.receipt), texts[quote.article])
    for _, check in results:
        assert (check.quote is None) == (check.verdict in {Verdict.ABSENT, Verdict.UNCHECKED})


@pytest.mark.parametrize(
    "claim",
    [
        "Putin planned to launch an attack.",
        "NATO is threatened by Russia.",
        "Russia is threatened by NATO.",
        "NATO blamed Putin for the escalation of tensions.",
        "Russia has deployed tens of thousands of soldiers along the Ukrainian border.",
        "Kemal Kılıçdaroğlu was re-elected in 2009 and 2014.",
        "The traffic on the Suez Canal is three times that on the Bosphorus.",
        "Haydarpaşa had an annual capacity of 1.5 million TEUs in 2007.",
        "Children who go to preschool are 50 percent more likely to finish high school.",
        "Ali Müfit Gürtuna succeeded Kadir Topbaş.",
        "Inflation has dropped from 3 percent to 9 percent.",
        "He proposed to hold them in Geneva.",
    ],
)
def test_the_right_words_in_the_wrong_roles_are_never_supported(four: Project, claim: str) -> None:
    assert four.checker.check(claim)[0].verdict is not Verdict.SUPPORTED


JOINS = "Kiev will join NATO."


@pytest.mark.parametrize(
    ("claim", "sentence", "relation"),
    [
        (JOINS, "It is unlikely that Kiev will join NATO.", Relation.OTHER),
        (JOINS, "It is doubtful whether Kiev will join NATO.", Relation.OTHER),
        (JOINS, "That Kiev will join NATO is improbable.", Relation.OTHER),
        ("Kiev will not join NATO.", "It is unlikely that Kiev will join NATO.", Relation.OTHER),
        ("It is unlikely that Kiev will join NATO.", JOINS, Relation.OTHER),
        ("It is doubtful whether Kiev will join NATO.", "It is unlikely that Kiev will join NATO.", Relation.SAME),
        (JOINS, "Kiev will join NATO, but a date this year is unlikely.", Relation.SAME),
    ],
)
def test_what_is_unlikely_is_neither_so_nor_denied(claim: str, sentence: str, relation: Relation) -> None:
    same = Same(Meanings.load(), Aliases.load(PROJECT / "config" / "aliases.toml"))
    assert compare(statement(claim), statement(sentence), [], same).relation is relation


def test_a_verdict_on_each_sentence_in_order(seeds: Project) -> None:
    text = (
        "> Moscow proposed to hold the talks in Geneva. Moscow proposed to hold the talks in Vienna.\n- Really?\nCats nap."
    )
    checks = seeds.checker.check(text)
    assert [c.verdict for c in checks] == [
        Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.UNCHECKED, Verdict.ABSENT,
    ]  # fmt: skip
    assert all(text[c.start : c.end] == c.claim for c in checks)
    first, second = checks[0], checks[1]
    assert first.quote is not None
    assert first.said_by == first.quote.speaker.name == "Sergei Ryabkov"
    assert second.quote is not None
    assert second.quote.highlight is not None
    a, b = (place - second.quote.start for place in second.quote.highlight)
    assert second.quote.text[a:b] == "Geneva"


def test_an_article_that_changed_on_disk_is_not_quoted(project: MakeProject, tmp_path: Path) -> None:
    article = tmp_path / "birds.txt"
    article.write_text("Four hundred herons nested on Lake Balaton in the spring of 2024.\n")
    birds = project(tmp_path, ("ingest.watch=false",))
    claim = "Four hundred herons nested on Lake Balaton."
    assert birds.checker.check(claim)[0].verdict is Verdict.SUPPORTED
    article.write_text("Four hundred geese nested on Lake Balaton in the spring of 2024.\n")
    with pytest.raises(UnverifiedAnswer, match="ingest"):
        birds.checker.check(claim)


def test_a_file_ahead_of_the_index_is_taken_in_where_that_is_done_by_itself(project: MakeProject, tmp_path: Path) -> None:
    article = tmp_path / "birds.txt"
    article.write_text("Four hundred herons nested on Lake Balaton in the spring of 2024.\n")
    birds = project(tmp_path)
    claim = "Four hundred herons nested on Lake Balaton."
    assert birds.checker.check(claim)[0].verdict is Verdict.SUPPORTED
    article.write_text("Four hundred geese nested on Lake Balaton in the spring of 2024.\n")
    assert birds.checker.check(claim)[0].verdict is not Verdict.SUPPORTED


def test_list_signs_are_no_part_of_a_claim() -> None:
    text = "1. Moscow waits.\n> * NATO waits. So does Kiev."
    assert [text[a:b] for a, b in claims(text)] == ["Moscow waits.", "NATO waits.", "So does Kiev."]


def test_nothing_to_check_and_too_much(seeds: Project) -> None:
    with pytest.raises(QuestionError, match="empty"):
        seeds.checker.check(" \n")
    with pytest.raises(QuestionError, match="characters"):
        seeds.checker.check("Moscow waits. " * 1000)


def test_a_broken_claims_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "claims.yaml"
    file.write_text('corpus: ["."]\nclaims:\n  - {claim: "A", verdict: supported, split: tuning, kind: x}\n')
    with pytest.raises(QuestionFileError, match="claim 1"):
        evaluation.load(file)


def test_the_command_prints_verdicts_and_its_status_says_whether_all_is_supported(seeds: Project) -> None:
    def check(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", "check", *arguments, "--data", str(seeds.data)],
            input=stdin, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip

    good = check("-", "--json", stdin="Moscow proposed to hold the talks in Geneva.")
    assert good.returncode == 0, good.stderr
    assert [c["verdict"] for c in json.loads(good.stdout)] == ["supported"]
    bad = check("Moscow proposed to hold the talks in Vienna.")
    assert bad.returncode == 1
    assert "contradicted" in bad.stdout
    assert "hold them in Geneva" in " ".join(bad.stdout.replace("▌", " ").split())
