"""Runs and their replay: the same bytes from any process and any index, and every component that changes is named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from conftest import MakeProject

from bot.commands.conversation import Conversation
from bot.dependencies import answering
from bot.evaluation.replay import Replay, replay
from bot.recording import Run, canonical, record
from bot.settings import load
from bot.wiring import SEEDS, Project
from retrieval.errors import VerbatimError
from retrieval.reading.search import Scope

ANSWERED = "Where did Moscow propose to hold the negotiations?"
REFUSED = "What is the capital of Australia?"
COMPOUND = "Where did Moscow propose to hold the negotiations, and what is the capital of Australia?"
EVERY = [ANSWERED, REFUSED, COMPOUND, "What did Biden warn Putin about?", "Who won the world cup?"]
FIRST = "000_7a518c810b0cef30.txt"


def of(project: Project, question: str = ANSWERED, scope: Scope | None = None) -> Run:
    return record(*project.answerer.explain(question, scope=scope or Scope()))


def named(result: Replay) -> str:
    return "; ".join(map(str, result.changes))


@pytest.fixture(scope="module")
def run(seeds: Project) -> Run:
    return of(seeds)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    shutil.copytree(SEEDS, folder)
    return folder


def test_another_process_and_another_index_give_the_same_bytes(
    seeds: Project, models: Path, tmp_path: Path, articles: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(models)
    # This index has seen an article come, change and go, and the second article before the first.
    made = Project(load(), tmp_path / "data", models)
    late = articles / FIRST
    text = late.read_bytes()
    late.unlink()
    made.ingest([articles])
    late.write_bytes(text.replace(b"Geneva", b"Vienna"))
    (articles / "more.txt").write_text("Moscow proposed to hold the talks in Geneva. Nobody knows why.", "utf-8")
    made.ingest([articles])
    late.write_bytes(text)
    (articles / "more.txt").unlink()
    made.ingest([articles])
    made.index.close()
    lines = "".join(json.dumps({"question": question}) + "\n" for question in EVERY)
    command = [sys.executable, "-m", "bot", "batch", "-", "--data", str(tmp_path / "data")]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, encoding="utf-8", timeout=300, check=True)
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(theirs) == len(EVERY)
    for question, answer in zip(EVERY, theirs, strict=True):
        assert json.dumps(
            {k: v for k, v in answer.items() if k not in {"timings_ms", "composed"}}, ensure_ascii=False
        ) == canonical(seeds.answerer.ask(question))


def test_threads_make_no_difference(run: Run, project: MakeProject) -> None:
    assert replay(run, project(flags=("reader.threads=1",)).answerer).same


def test_an_unchanged_run_is_the_same(run: Run, seeds: Project) -> None:
    result = replay(run, seeds.answerer)
    assert (result.same, result.changes, result.fields) == (True, (), ())


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("answer.max_quotes=1", "setting answer.max_quotes: 3 is now 1"),
        ("reader.passages=3", "setting reader.passages"),
        ("search.candidates=30", "setting search.candidates: 24 is now 30"),
        ("search.aliases=config/none.toml", "table aliases"),
    ],
)
def test_a_changed_setting_is_named(run: Run, project: MakeProject, flag: str, said: str) -> None:
    result = replay(run, project(flags=(flag,)).answerer)
    assert not result.same
    assert said in named(result)


def test_settings_that_no_answer_depends_on_change_nothing(run: Run, project: MakeProject) -> None:
    flags = ("state.keep_runs=5", "discord.workers=7", "ingest.wait_seconds=1")
    assert replay(run, project(flags=flags).answerer).same
    assert "ingest.wait_seconds" not in answering(load())


def test_articles_that_come_change_and_go_are_named(run: Run, project: MakeProject, articles: Path) -> None:
    made = project(articles)
    assert replay(run, made.answerer).same
    (articles / "new.txt").write_text("A new article about tomatoes.", "utf-8")
    made.ingest([articles])
    result = replay(run, made.answerer)
    assert (result.same, named(result)) == (False, "article new.txt: added")
    # What a person reads is the same.
    assert not {"status", "text", "missing"} & set(result.fields)
    (articles / "new.txt").unlink()
    changed = articles / FIRST
    changed.write_text(changed.read_text("utf-8").replace("in Geneva", "in Vienna"), "utf-8")
    made.ingest([articles])
    result = replay(run, made.answerer)
    assert f"article {FIRST}: words changed" in named(result)
    changed.unlink()
    made.ingest([articles])
    assert f"article {FIRST}: removed" in named(replay(run, made.answerer))


def test_a_changed_title_is_named(tmp_path: Path, project: MakeProject) -> None:
    (tmp_path / "a").mkdir()
    article = tmp_path / "a" / "a.md"
    article.write_text("---\ntitle: One\n---\n\nMoscow proposed to hold the talks in Geneva.\n", "utf-8")
    made = project(tmp_path / "a")
    before = of(made)
    table = tmp_path / "articles.toml"
    table.write_text('["a.md"]\ntitle = "Two"\npublisher = "Reuters"\n', "utf-8")
    other = project(tmp_path / "a", flags=(f"ingest.articles={table}",))
    assert "article a.md: publisher, title changed" in named(replay(before, other.answerer))


@pytest.mark.parametrize(
    ("component", "path", "value"),
    [
        ("program", ("program",), "0.0.1"),
        ("schema index", ("schemas", "index"), 0),
        ("model reader", ("models", "reader"), "other:0123"),
        ("model embedding", ("models", "embedding"), "other:0123"),
        ("model calibration", ("models", "calibration"), "0123"),
        ("table aliases", ("tables", "aliases"), "0123"),
    ],
)
def test_every_other_component_is_named(
    run: Run, seeds: Project, component: str, path: tuple[str, ...], value: object
) -> None:
    depends = json.loads(json.dumps(run.depends))
    inner = depends
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    result = replay(replace(run, depends=depends, answer=run.answer.replace(run.run_id, "0" * 16)), seeds.answerer)
    assert not result.same
    assert [change.component for change in result.changes] == [component]


@pytest.mark.parametrize("component", ["retrieval", "reading", "quoting", "parts", "follow-up"])
def test_where_nothing_changed_the_step_is_named(run: Run, seeds: Project, component: str) -> None:
    retrieved = json.loads(json.dumps(run.retrieved))
    different = replace(run, answer=run.answer.replace("Geneva", "Vienna"), retrieved=tuple(retrieved))
    match component:
        case "retrieval":
            retrieved[0]["passages"][0]["cosine"] += 1e-7
        case "reading":
            retrieved[0]["sentences"][0]["probability"] += 1e-7
        case "parts":
            retrieved[0]["question"] = "Where?"
        case "follow-up":
            different = replace(different, understood="Where?")
    result = replay(different, seeds.answerer)
    assert (result.same, [change.component for change in result.changes]) == (False, [component])
    assert "quotes" in result.fields


def test_the_environment_is_named_but_makes_no_difference(run: Run, seeds: Project) -> None:
    result = replay(replace(run, environment=dict(run.environment) | {"python": "2.7"}), seeds.answerer)
    assert result.same
    assert [change.component for change in result.environment] == ["python"]


def test_history_and_scope_are_answered_again(seeds: Project) -> None:
    conversation = Conversation(seeds.answerer, Scope(date(2021, 12, 17), frozenset({FIRST})))
    conversation.ask(ANSWERED)
    follow_up = record(*conversation.ask("Who said that?"))
    assert follow_up.understood != follow_up.question
    assert follow_up.scope == Scope(date(2021, 12, 17), frozenset({FIRST}))
    assert follow_up.turns[0].answer is not None
    assert replay(follow_up, seeds.answerer).same
    alone = replace(follow_up, history=())
    assert not replay(alone, seeds.answerer).same


def test_a_question_that_is_no_longer_allowed(run: Run, project: MakeProject) -> None:
    result = replay(run, project(flags=("question.max_characters=9",)).answerer)
    assert not result.same
    assert "setting question.max_characters" in named(result)
    assert "at most 9 can be read" in named(result)


def test_run_ids_tell_apart_what_answers_depend_on(seeds: Project) -> None:
    asked = [
        of(seeds),
        of(seeds, REFUSED),
        of(seeds, scope=Scope(date(2021, 12, 17))),
        of(seeds, scope=Scope(None, frozenset())),
    ]
    assert len({one.run_id for one in asked}) == len(asked)
    assert of(seeds, f"  {ANSWERED}  ").run_id == asked[0].run_id


def test_the_database_is_loaded_after_the_answer_only() -> None:
    code = (
        "import sys, bot.commands.ask, bot.commands.batch, bot.commands.chat, bot.answering, bot.recording\n"
        "sys.exit(any(name.partition('.')[0] == 'sqlalchemy' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=SEEDS.parent, timeout=120).returncode == 0


def test_a_changed_article_behind_the_index_is_never_quoted(project: MakeProject, articles: Path) -> None:
    # Otherwise the index is brought in line first, and the new words are quoted.
    made = project(articles, ("ingest.watch=false",))
    assert made.answerer.ask(ANSWERED).quotes
    changed = articles / FIRST
    changed.write_text(changed.read_text("utf-8").replace("in Geneva", "in Vienna"), "utf-8")
    with pytest.raises(VerbatimError, match=f"{FIRST}.*Run verbatim ingest"):
        made.answerer.ask(ANSWERED)
    changed.unlink()
    with pytest.raises(VerbatimError, match="there is no article"):
        made.answerer.ask(ANSWERED)
