"""`verbatim batch`."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.commands import conversation
from bot.commands.opening import composed, refreshed, remember, rewriting, tell
from bot.gate import UnverifiedAnswer
from bot.wiring import Project
from retrieval.errors import QuestionError, StorageError
from retrieval.reading.search import Scope

FIELDS = {"id", "question", "history", "as_of"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a batch."""

    id: Any
    question: str
    history: tuple[str, ...]
    as_of: date | None


def run(project: Project, file: Path, *, as_of: date | None) -> int:
    """Answer every line, in order; 2 if a line was malformed, which is named on stderr."""
    lines = list(_lines(file))
    answerer = refreshed(project).answerer
    rewrite = rewriting(project)
    status = 0
    for number, raw in lines:
        try:
            line = parse(raw, as_of)
            answer, trace = conversation.explain(answerer, line.question, line.history, Scope(line.as_of), rewrite)
            answer = composed(project, answer, trace)
            printed = _dumped(({"id": line.id} if line.id is not None else {}) | answer.to_json())
        except (ValueError, QuestionError, UnverifiedAnswer) as error:
            tell(f"line {number}: {error}")
            status = 2
            continue
        print(printed, flush=True)
        remember(project, answer, trace)
    return status


def _dumped(body: dict[str, Any]) -> str:
    text = json.dumps(body, ensure_ascii=False, allow_nan=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half a surrogate pair in the id that was handed in, which only JSON's escapes can hold
        return json.dumps(body)
    return text


def parse(raw: bytes, as_of: date | None) -> Line:
    """Read one line.

    Raises:
        ValueError: it is no JSON object, lacks a question, or has a field of the wrong kind; says what to write.

    """
    try:
        value = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 (byte {raw[error.start]:#04x} at position {error.start}). Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise ValueError(f'not JSON ({error}). Write {{"question": "…"}}.') from None
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        raise ValueError('no question. Write {"question": "…"}.')
    if unknown := sorted(set(value) - FIELDS):
        raise ValueError(f"unknown field {', '.join(map(str, unknown))}. Use {', '.join(sorted(FIELDS))}.")
    history = value.get("history") or []
    if not isinstance(history, list) or not all(isinstance(q, str) for q in history):
        raise ValueError("history is not a list of questions. Write [] or leave it out.")
    day = value.get("as_of")
    if day is not None:
        try:
            as_of = date.fromisoformat(day)
        except (TypeError, ValueError):
            raise ValueError(f"as_of {day!r} is no date. Write it as YYYY-MM-DD.") from None
    return Line(value.get("id"), value["question"], tuple(history), as_of)


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that hold something, with their numbers from 1."""
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise StorageError(
            f"{file} cannot be read ({error.strerror})", "Give a file of JSON lines, or - for standard input."
        ) from None
    # Only newlines end a line: JSON strings may hold other separators as they are.
    for number, line in enumerate(raw.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        if line.strip():
            yield number, line
