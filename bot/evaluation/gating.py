"""Running the gates: every question file scored, each corpus attacked, every answer given again by other processes."""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar

from bot import recording
from bot.commands import attack as attacking
from bot.commands import conversation, evaluate
from bot.commands.opening import project as opened
from bot.commands.opening import tell
from bot.evaluation import gates, questions, speakers
from bot.evaluation.attack import prose, report
from bot.evaluation.gates import Gate
from bot.evaluation.questions import QuestionFile, QuestionFileError
from bot.evaluation.replay import replay
from bot.settings import PROJECT
from bot.wiring import SEEDS, Project
from retrieval.errors import VerbatimError
from retrieval.reading.search import EVERYTHING

FILES = PROJECT / "tests" / "questions"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a process needs to open the project anew."""

    config: Path | None
    data: Path | None
    flags: tuple[str, ...]

    def project(self) -> Project:
        """The project."""
        return opened(self.config, self.data, self.flags)


def run(setting: Setting, files: Sequence[Path]) -> list[Gate]:
    """All gates, in the order in which they were tried.

    Args:
        setting: of the project.
        files: question files and files of speakers; empty for all of the project's own.

    """
    voices = [path for path in files or sorted(FILES.glob("*.yaml")) if speakers.is_speakers(path)]
    chosen = [(path, questions.load(path)) for path in files if path not in voices] if files else list(_own())
    made = [gates.of_limits([file.thresholds for _, file in chosen])] if chosen else []
    for path in voices:
        made += gates.of_speakers(path.name, _scored(setting, path))
    for path, file in chosen:
        made += gates.of_eval(path.name, _scored(setting, path), file.thresholds)
    # Two files about the same articles are attacked alike.
    for path, file in {file.corpus: (path, file) for path, file in reversed(chosen)}.values():
        made += gates.of_attack(path.name, _attacked(setting, path))
        made += _replayed(setting, path.name, [(p, f) for p, f in chosen if f.corpus == file.corpus])
    if chosen:
        tell("reading right and wrong sentences of the kind that a language model writes …")
        made += gates.of_sentences(*prose.written(setting.project()))
    return made


def _own() -> Iterator[tuple[Path, QuestionFile]]:
    """The project's question files; files of another kind that lie among them are left out."""
    for path in sorted(FILES.glob("*.yaml")):
        try:
            yield path, questions.load(path)
        except QuestionFileError:
            if "\nquestions:" in path.read_text("utf-8"):
                raise


def _scored(setting: Setting, path: Path) -> dict[str, Any] | None:
    """What `eval --json` prints; None where it fails, which is said."""
    with redirect_stdout(out := StringIO()):
        try:
            evaluate.run(setting.project(), path, plot=None, as_json=True)
        except VerbatimError as error:
            tell(f"error: {error}")
            return None
    found = json.loads(out.getvalue())
    return found if isinstance(found, dict) else None


def _attacked(setting: Setting, path: Path) -> dict[str, Any] | None:
    try:
        return report.to_json(*attacking.attack(setting.project(), [path]))
    except VerbatimError as error:
        tell(f"error: {error}")
        return None


def _replayed(setting: Setting, name: str, chosen: Sequence[tuple[Path, QuestionFile]]) -> Iterator[Gate]:
    """Answers from one process, given again by another, and by one that builds the index anew."""
    models = setting.project().models
    corpus = chosen[0][1].corpus or SEEDS
    asked = [(gold.question, gold.history) for _, file in chosen for gold in file.questions]
    with tempfile.TemporaryDirectory() as folder:
        here = Setting(setting.config, Path(folder), setting.flags)
        tell(f"answering {len(asked)} questions of {name}, and twice more in other processes …")
        run_ids = _elsewhere(_answer_all, here, models, corpus, asked)
        for what, rebuild in (("another process", False), ("a new index", True)):
            replays = _elsewhere(_replay_all, here, models, corpus, rebuild)
            yield gates.of_replay(f"{name}: {what}", run_ids, replays)


def _elsewhere(work: Callable[..., list[T]], *values: Any) -> list[T]:
    """Run in a process of its own; what goes wrong there leaves nothing to compare, which is said."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(work, *values).result()
        except VerbatimError as error:
            tell(f"error: {error}")
            return []


def _answer_all(setting: Setting, models: Path, corpus: Path, asked: Sequence[tuple[str, tuple[str, ...]]]) -> list[str]:
    project = Project(setting.project().settings, setting.project().data, models)
    project.ingest([corpus])
    run_ids = []
    for question, history in asked:
        answer, trace = conversation.explain(project.answerer, question, history, EVERYTHING)
        recording.remember(project, answer, trace, tell)
        run_ids.append(answer.run_id)
    return run_ids


def _replay_all(setting: Setting, models: Path, corpus: Path, rebuild: bool) -> list[dict[str, Any]]:
    project = Project(setting.project().settings, setting.project().data, models)
    project.ingest([corpus], rebuild=rebuild)
    stored = [project.runs.get(run_id) for run_id in project.runs.ids()]
    return [replay(found, project.answerer).to_json() for found in stored if found is not None]


def main(arguments: Sequence[str]) -> int:
    """`python -m bot.evaluation.gating [FILE.yaml …]`; 1 if a gate does not hold."""
    made = run(Setting(None, None, ()), [Path(argument) for argument in arguments])
    for gate in made:
        print(f"{'holds' if gate.holds else 'FAILS'}  {gate.name}: {gate.detail}")
    failed = sum(not gate.holds for gate in made)
    print(f"{len(made)} gates, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except VerbatimError as error:
        tell(f"error: {error}")
        sys.exit(2)
