"""Answers while articles change: wholly from the old text or wholly from the new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import MakeProject

from bot.answer import Answer
from bot.answering import Answerer
from bot.gate import UnverifiedAnswer
from bot.render.terminal import markdown
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.errors import ChangedMeanwhile
from retrieval.reading.aliases import Aliases
from retrieval.reading.judge import load_calibration
from retrieval.reading.likeness import Likeness
from retrieval.reading.names import Terms
from retrieval.reading.readers import load_reader
from retrieval.reading.search import EVERYTHING, Found, HybridRetriever, Likely, Scope

OLD = "The zebra of Bamako was born in the garden of the palace on a Tuesday.\n"
NEW = "Visitors came from afar.\n\nThe zebra of Bamako was born in the stable of the mayor on a Friday.\n"
QUESTION = "Where was the zebra of Bamako born?"


class Interrupted(HybridRetriever):
    """Finds what the real one finds; after it, or before it, something happens, at each search the next thing."""

    def __init__(self, project: Project, happenings: Iterator[Callable[[], object]], before: bool = False) -> None:
        super().__init__(project.index, project.settings.search.candidates)
        self._happenings = happenings
        self._before = before
        self.searches = 0

    def search(
        self, question: str, terms: Terms, limit: int, scope: Scope = EVERYTHING, likely: Likely | None = None
    ) -> Found:
        self.searches += 1
        happening = next(self._happenings, lambda: None)
        if self._before:
            happening()
        found = super().search(question, terms, limit, scope, likely)
        if not self._before:
            happening()
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "articles"
    made.mkdir()
    (made / "zebra.txt").write_text(OLD, "utf-8")
    (made / "other.txt").write_text("Grain prices rose in Odesa.\n", "utf-8")
    return made


def ask(
    project: Project, *happenings: Callable[[], object], before: bool = False, renew: bool = False, question: str = QUESTION
) -> tuple[Answer, int]:
    """The answer while this happens, and how often was searched for it."""
    retriever = Interrupted(project, iter(happenings), before)
    answerer = Answerer(
        settings=project.settings,
        index=project.index,
        retriever=retriever,
        reader=load_reader(project.settings.reader.model, 1),
        calibration=load_calibration(),
        aliases=Aliases.load(PROJECT / project.settings.search.aliases),
        likeness=Likeness(),
        render=markdown,
        **({"renew": project.renew} if renew else {}),
    )
    return answerer.ask(question), retriever.searches


def rewritten(project: Project, folder: Path, text: str) -> Callable[[], object]:
    def change() -> None:
        (folder / "zebra.txt").write_text(text, "utf-8")
        project.ingest([folder])

    return change


def test_an_article_that_changes_under_an_answer_is_read_again(project: MakeProject, folder: Path) -> None:
    one = project(folder)
    answer, searches = ask(one, rewritten(one, folder, NEW))
    assert [q.text for q in answer.quotes] == [NEW.split("\n\n")[1].strip()]
    assert searches == 2


def test_parts_of_an_answer_are_all_from_the_old_text_or_all_from_the_new(project: MakeProject, folder: Path) -> None:
    def text(place: str, food: str) -> str:
        return f"The zebra of Bamako was born in {place}.\n\nThe giraffe of Bamako was fed by {food}.\n"

    (folder / "zebra.txt").write_text(text("the garden of the palace", "a sergeant"), "utf-8")
    one = project(folder)
    change = rewritten(one, folder, text("the stable of the mayor", "a widow"))
    both = "Where was the zebra of Bamako born, and who fed the giraffe of Bamako?"
    # The first part is read when the second is about to be searched for.
    answer, searches = ask(one, lambda: None, change, before=True, question=both)
    quoted = " ".join(q.text for q in answer.quotes)
    assert "the mayor" in quoted
    assert "palace" not in quoted
    assert "sergeant" not in quoted
    assert searches == 4


def test_an_article_that_goes_under_an_answer_is_not_quoted(project: MakeProject, folder: Path) -> None:
    one = project(folder)

    def remove() -> None:
        (folder / "zebra.txt").unlink()
        one.ingest([folder])

    answer, searches = ask(one, remove)
    assert "zebra" not in " ".join(q.text for q in (*answer.quotes, *answer.nearest))
    assert searches == 2


def test_an_article_that_comes_disturbs_nothing(project: MakeProject, folder: Path) -> None:
    one = project(folder)

    def add() -> None:
        (folder / "new.txt").write_text("The giraffe of Bamako is old.\n", "utf-8")
        one.ingest([folder])

    answer, searches = ask(one, add)
    assert [q.text for q in answer.quotes] == [OLD.strip()]
    assert searches == 1


def test_it_is_asked_again_once_and_no_more(project: MakeProject, folder: Path) -> None:
    one = project(folder)
    changes = [rewritten(one, folder, OLD.replace("Tuesday", day)) for day in ("Monday", "Friday", "Sunday")]
    with pytest.raises(ChangedMeanwhile, match=r"changed or removed while it was read\. Ask again\."):
        ask(one, *changes)
    assert "Friday" in (folder / "zebra.txt").read_text("utf-8")


def test_a_file_ahead_of_the_index_is_taken_in_where_that_is_done_by_itself(project: MakeProject, folder: Path) -> None:
    one = project(folder)
    assert ask(one)[0].quotes
    (folder / "zebra.txt").write_text(NEW, "utf-8")
    with pytest.raises(UnverifiedAnswer, match="Run verbatim ingest"):
        ask(one)
    answer, _ = ask(one, renew=True)
    assert [q.text for q in answer.quotes] == [NEW.split("\n\n")[1].strip()]


def test_where_it_is_not_done_by_itself_the_answer_is_held_back(project: MakeProject, folder: Path) -> None:
    one = project(folder, ("ingest.watch=false",))
    assert one.answerer.ask(QUESTION).quotes
    (folder / "zebra.txt").write_text(NEW, "utf-8")
    with pytest.raises(UnverifiedAnswer, match="Run verbatim ingest"):
        one.answerer.ask(QUESTION)
