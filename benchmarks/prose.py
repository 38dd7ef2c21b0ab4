"""What becomes of a language model's sentences: `python -m benchmarks.prose FILE … --set compose.model=…`.

For choosing a model, and for seeing what the checks drop of it and why. Each file is a question file; the articles are
those that it names, or the seeds.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from bot.answer import Answer, Quote
from bot.compose.composer import Composer
from bot.compose.prose import Composition, Draft, Rewriting, Writer
from bot.evaluation import questions
from bot.render.terminal import markdown
from bot.settings import DEFAULT_DATA, Settings, load
from bot.state.ledger import Ledger
from bot.wiring import SEEDS, Project

MODELS = DEFAULT_DATA / "models"


@dataclass(frozen=True, slots=True)
class Composed:
    """One answer and what was written above it."""

    question: str
    answer: Answer
    composition: Composition | None
    """None on a refusal."""


class Vouching:
    """A writer whose sentences without a quote are said to rest on all of them, so that the other checks are tried too."""

    def __init__(self, writer: Writer) -> None:
        """`writer` writes them."""
        self.name = writer.name
        self._writer = writer

    def connect(self) -> object:
        return self._writer.connect()

    def write(self, question: str, quotes: Sequence[Quote]) -> Draft:
        draft = self._writer.write(question, quotes)
        every = tuple(quote.number for quote in quotes)
        return replace(draft, sentences=tuple(replace(s, quotes=s.quotes or every) for s in draft.sentences))

    def rewrite(self, question: str, earlier: Sequence[str]) -> Rewriting:
        return self._writer.rewrite(question, earlier)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.prose", description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="question files")
    parser.add_argument("--set", action="append", default=[], metavar="section.key=value", help="settings")
    parser.add_argument("--vouched", action="store_true", help="what names no quote is checked as if it named all")
    parser.add_argument("--shown", action="store_true", help="list the sentences that hold")
    given = parser.parse_args()
    settings = load(flags=tuple(given.set))
    if not settings.compose.model:
        parser.error("name a model: --set compose.model=provider:name")
    found = [one for file in given.files for one in measured(file, settings, vouched=given.vouched)]
    for line in lines(found, settings.compose.model, shown=given.shown):
        print(line)


def measured(path: Path, settings: Settings, *, vouched: bool = False, models: Path = MODELS) -> Iterator[Composed]:
    """Every question of a file that stands alone, asked and written about."""
    file = questions.load(path)
    with tempfile.TemporaryDirectory() as folder:
        project = Project(settings, Path(folder), models)
        project.ingest([file.corpus or SEEDS])
        project.writer.connect()
        writer: Writer = Vouching(project.writer) if vouched else project.writer
        composer = Composer(
            settings, lambda: writer, lambda: project.prose_checker, Ledger(lambda: project.database), markdown
        )
        for gold in file.questions:
            if not gold.history:
                answer, trace = project.answerer.explain(gold.question)
                yield Composed(gold.question, answer, composer.compose(answer, trace.understood).composed)
        project.index.close()


def lines(found: Sequence[Composed], model: str, *, shown: bool) -> Iterator[str]:
    """The figures, one a line."""
    written = [one for one in found if one.composition is not None]
    every = [one.composition for one in written if one.composition is not None]
    kept = [(one.question, s) for one in written if one.composition for s in one.composition.sentences]
    dropped = [checked for one in every for checked in one.dropped]
    failed = [one.failure for one in every if one.failure]
    yield f"{model}: {len(found)} questions, {len(every)} answered, {len(failed)} of these without a draft"
    yield f"sentences: {len(kept) + len(dropped)} written, {len(kept)} hold, {len(dropped)} dropped"
    first = Counter(checked.faults[0][0].value for checked in dropped if checked.faults)
    yield "first fault of those dropped: " + (", ".join(f"{name} {count}" for name, count in first.most_common()) or "none")
    usages = [one.usage for one in every]
    if usages:
        tokens = sum(u.prompt_tokens for u in usages), sum(u.completion_tokens for u in usages)
        yield f"tokens: {tokens[0]:,} read, {tokens[1]:,} written; {median(u.seconds for u in usages):.1f} s at the median"
    if shown:
        yield from (f"  {question} | {sentence.text} {list(sentence.quotes)}" for question, sentence in kept)
    yield from (f"  no draft: {why}" for why in dict.fromkeys(failed))


if __name__ == "__main__":
    main()
