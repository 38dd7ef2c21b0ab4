"""Work that is done early or kept changes nothing: word pieces put together, and passages begun before the search ends."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import MakeProject
from tokenizers import Tokenizer

from bot.evaluation import questions
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.index import weights
from retrieval.index.tokens import TextTokenizer

TOKENIZER = weights.packaged("all-MiniLM-L6-v2") / "tokenizer.json"
MOST = 160
QUESTIONS = questions.load(PROJECT / "tests" / "questions" / "seeds.yaml").questions


def pairs(project: Project) -> list[tuple[str, str]]:
    """Questions with pieces of articles, from nothing to more than the model takes, and what is no English word."""
    texts = ["", "naïve Zürich 東京 \U0001f600 don’t U.S. $2.5", "x" * 300, "a " * 400]
    for entry in project.index.catalogue.entries():
        text = project.index.catalogue.text(entry.sha256)
        texts += [text[at : at + length] for at in range(0, len(text), 400) for length in (60, 300, 700, 900)]
    asked = [q.question for q in QUESTIONS]
    long = [" ".join(asked[:8]), " ".join(asked[:14])]
    return [(q, text) for q in (*asked[:4], *long) for text in texts]


def test_two_texts_are_put_together_as_the_tokenizer_does(seeds: Project) -> None:
    plain = Tokenizer.from_file(str(TOKENIZER))
    plain.no_padding()
    plain.enable_truncation(MOST, strategy="longest_first")
    ours = TextTokenizer(TOKENIZER, MOST)
    given = pairs(seeds)
    cut = 0
    for _ in range(2):  # the second time from what was kept
        for pair, found in zip(given, ours(given), strict=True):
            theirs = plain.encode(*pair)
            assert found.ids.tolist() == theirs.ids
            assert found.types.tolist() == theirs.type_ids
            assert found.offsets.tolist() == [list(o) for o in theirs.offsets]
            last = [i for i, number in enumerate(theirs.sequence_ids) if number == 1]
            assert list(range(len(theirs.ids)))[found.last] == last
            cut += len(theirs.ids) == MOST
    assert 0 < cut < len(given), "some are cut, and some are not"


def test_one_text_alone_and_among_others(seeds: Project) -> None:
    ours = TextTokenizer(TOKENIZER, MOST)
    texts = [text for _, text in pairs(seeds)[:40]]
    for text, found in zip(texts, ours(texts), strict=True):
        [alone] = ours([text])
        assert np.array_equal(alone.ids, found.ids)
        assert np.array_equal(alone.offsets, found.offsets)


def test_passages_begun_early_are_read_once_and_hardly_one_in_vain(
    project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = project(PROJECT / "tests" / "corpora" / "news")
    answerer = made.answerer
    reader: Any = made.reader
    infer, expect, read = reader._encoder._infer, reader.expect, reader.read
    runs: Counter[str] = Counter()
    asked: set[tuple[str, str]] = set()
    early: set[tuple[str, str]] = set()

    def counted(tokens: Any) -> Any:
        runs["model"] += 1
        return infer(tokens)

    def expected(question: str, windows: Any) -> None:
        if len(windows) <= 2:
            early.update((question, w.text) for w in windows)
        expect(question, windows)

    def reading(question: str, windows: Any) -> Any:
        asked.update((question, w.text) for w in windows)
        return read(question, windows)

    monkeypatch.setattr(reader._encoder, "_infer", counted)
    monkeypatch.setattr(reader, "expect", expected)
    monkeypatch.setattr(reader, "read", reading)
    file = questions.load(PROJECT / "tests" / "questions" / "news-tuning.yaml")
    for gold in file.questions[:20]:
        answerer.ask(gold.question)
    assert early, "some passages are begun before the search has ended"
    assert runs["model"] == len(asked | early), "each question reads the same words once"
    assert len(early - asked) <= 0.1 * len(early)


def test_an_error_while_reading_is_not_kept(seeds: Project, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Project(seeds.settings, seeds.data, models)
    reader: Any = fresh.reader
    infer = reader._encoder._infer

    def broken(tokens: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(reader._encoder, "_infer", broken)
    with pytest.raises(MemoryError):
        fresh.answerer.ask("Where did Moscow propose to hold the negotiations?")
    monkeypatch.setattr(reader._encoder, "_infer", infer)
    assert fresh.answerer.ask("Where did Moscow propose to hold the negotiations?").quotes
    fresh.index.close()
