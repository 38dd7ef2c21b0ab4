"""Question files: what is asked, and which words of the articles answer it. Their format is docs/contract.md's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.evaluation import strict_yaml, thresholds
from retrieval.errors import VerbatimError

_FORMAT = "docs/contract.md shows the format under “Question files”."
_FILE_KEYS = ("corpus", "thresholds", "questions")
_QUESTION_KEYS = ("question", "evidence", "speaker", "history", "class")

LISTED = 5
"""Evidence strings named in one error; a person mends them in rounds."""


class QuestionFileError(VerbatimError):
    """A question file that cannot be used as it is."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A question and what is known to answer it."""

    question: str
    evidence: tuple[str, ...]
    """Verbatim substrings of articles, each alone enough; empty where the articles do not answer."""
    speaker: str | None = None
    """Whose words the evidence is."""
    history: tuple[str, ...] = ()
    """Questions asked before, oldest first."""
    kind: str | None = None
    """The file's `class`: groups questions that are scored together as well."""


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A file, read and checked."""

    corpus: Path | None
    """Folder or file with the articles, absolute; None for what is ingested."""
    thresholds: dict[str, float]
    """Limits by name of the metric."""
    questions: tuple[Gold, ...]


def load(path: Path) -> QuestionFile:
    """Read a question file.

    Raises:
        QuestionFileError: it cannot be read, is malformed, or asks the same twice; says which question.

    """
    try:
        content = strict_yaml.parse(path.read_bytes())
    except OSError as error:
        raise QuestionFileError(f"{path} cannot be read ({error.strerror})", "Give a question file that can.") from error
    except ValueError as error:
        remedy = "Begin each question with a dash, indent with spaces, and put texts in double quotes."
        raise QuestionFileError(f"{path} is not YAML ({error})", remedy) from error
    if not isinstance(content, dict):
        raise QuestionFileError(f"{path} has no keys", f"Start it with “questions:”; {_FORMAT}")
    _refuse_unknown(str(path), content, _FILE_KEYS)
    asked = content.get("questions")
    if not isinstance(asked, list) or not asked:
        raise QuestionFileError(f"{path} has no list of questions", f"Write at least one under “questions:”; {_FORMAT}")
    questions = tuple(_gold(f"{path}: question {number}", item) for number, item in enumerate(asked, 1))
    _refuse_duplicates(path, questions)
    return QuestionFile(_corpus(path, content.get("corpus")), _thresholds(path, content.get("thresholds")), questions)


def check_evidence(file: QuestionFile, texts: Mapping[str, str]) -> None:
    """Make sure that every evidence string stands in an article, to the letter.

    Args:
        file: the questions.
        texts: the articles' texts by name.

    Raises:
        QuestionFileError: one stands in none; names the question and the string.

    """
    absent = [
        f"question {number} (“{gold.question}”): “{evidence}”"
        for number, gold in enumerate(file.questions, 1)
        for evidence in gold.evidence
        if not any(evidence in text for text in texts.values())
    ]
    if absent:
        more = f"\n… and {len(absent) - LISTED} more" if len(absent) > LISTED else ""
        raise QuestionFileError(
            f"Evidence that stands in none of the {len(texts)} articles:\n" + "\n".join(absent[:LISTED]) + more,
            "Copy it from the article, or correct “corpus:”.",
        )


def _gold(where: str, item: object) -> Gold:
    if not isinstance(item, dict):
        raise QuestionFileError(f"{where} has no keys", f"Give it “question:” and “evidence:”; {_FORMAT}")
    _refuse_unknown(where, item, _QUESTION_KEYS)
    asked = _text(where, "question", item.get("question"))
    where = f"{where} (“{asked}”)"
    if "evidence" not in item:
        raise QuestionFileError(
            f"{where} has no “evidence”", "Give the articles' words that answer it, or [] if it must be refused."
        )
    return Gold(
        asked,
        _texts(where, "evidence", item["evidence"]),
        _text(where, "speaker", item["speaker"]) if item.get("speaker") is not None else None,
        _texts(where, "history", item.get("history", [])),
        _text(where, "class", item["class"]) if item.get("class") is not None else None,
    )


def _text(where: str, key: str, value: object, number: int | None = None) -> str:
    if not isinstance(value, str) or not value.strip():
        what = "is missing or empty" if value is None or isinstance(value, str) else f"is not a text: {value!r}"
        name = f"“{key}”" if number is None else f"text {number} of “{key}”"
        raise QuestionFileError(f"{where}: {name} {what}", "Write it as a text in double quotes.")
    return value


def _texts(where: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise QuestionFileError(f"{where}: “{key}” is not a list", f'Write {key}: ["…", "…"], or {key}: [] for none.')
    return tuple(_text(where, key, item, number) for number, item in enumerate(value, 1))


def _corpus(path: Path, value: object) -> Path | None:
    if value is None:
        return None
    corpus = (path.parent / _text(str(path), "corpus", value)).resolve()
    if not corpus.exists():
        raise QuestionFileError(f"{path}: the corpus {corpus} does not exist", "Name it relative to the question file.")
    return corpus


def _thresholds(path: Path, value: object) -> dict[str, float]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise QuestionFileError(f"{path}: “thresholds” has no keys", "Write thresholds: {quote_hit: 0.9}.")
    for name, limit in value.items():
        number = isinstance(limit, int | float) and not isinstance(limit, bool)
        if wrong := thresholds.problem(str(name), limit if number else float("nan")):
            raise QuestionFileError(
                f"{path}: the threshold {name}: {limit} {wrong}", f"The metrics are {', '.join(thresholds.NAMES)}."
            )
    return {str(name): float(limit) for name, limit in value.items()}


def _refuse_unknown(where: str, found: Mapping[object, object], known: tuple[str, ...]) -> None:
    if unknown := [str(key) for key in found if key not in known]:
        raise QuestionFileError(f"{where} has the unknown key “{unknown[0]}”", f"The keys are {', '.join(known)}.")


def _refuse_duplicates(path: Path, questions: tuple[Gold, ...]) -> None:
    """The same words after another history are another question."""
    seen: dict[tuple[str, ...], int] = {}
    for number, gold in enumerate(questions, 1):
        key = tuple(" ".join(text.casefold().split()) for text in (*gold.history, gold.question))
        if first := seen.get(key):
            raise QuestionFileError(
                f"{path}: question {number} (“{gold.question}”) is question {first} again",
                "Remove one of them; several acceptable quotes go into one list of evidence.",
            )
        seen[key] = number
