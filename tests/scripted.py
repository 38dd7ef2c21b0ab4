"""A language model and a reader of its prose that do as they are told, and projects with them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.answer import Quote
from bot.compose.prose import Checked, Draft, Fault, ProseChecker, Rewriting, Sentence, Usage, Writer
from bot.settings import load
from bot.wiring import Project

MODEL = "scripted:parrot"
GOOD = "Moscow proposed Geneva."
BAD = "Moscow proposed Vienna."
USED = Usage(prompt_tokens=100, completion_tokens=20, cost=0.25, seconds=0.1, attempts=1)


@dataclass
class Parrot:
    """Writes the same for every question; `meanwhile` is called first, and may raise, wait or look."""

    sentences: Sequence[Sentence] = (Sentence(GOOD, (1,)),)
    rewritten: str = ""
    meanwhile: Callable[[], object] = lambda: None
    name: str = MODEL
    asked: list[tuple[str, list[int]]] = field(default_factory=list)
    """Each question with the numbers of its quotes."""
    earlier: list[list[str]] = field(default_factory=list)
    """The earlier questions of each that was to be rewritten."""

    def connect(self) -> None:
        """Nothing has to be made ready."""

    def write(self, question: str, quotes: Sequence[Quote]) -> Draft:
        self.asked.append((question, [quote.number for quote in quotes]))
        self.meanwhile()
        return Draft(tuple(self.sentences), USED)

    def rewrite(self, question: str, earlier: Sequence[str]) -> Rewriting:
        self.earlier.append(list(earlier))
        self.meanwhile()
        return Rewriting(self.rewritten or question, USED)


@dataclass
class Forbidding:
    """Finds fault with every sentence that has one of these words."""

    words: Sequence[str] = ("Vienna",)
    asked: list[tuple[str, list[int]]] = field(default_factory=list)
    """Each question with the numbers of the quotes it was checked against."""

    def check(self, question: str, quotes: Sequence[Quote], sentences: Sequence[Sentence]) -> list[Checked]:
        self.asked.append((question, [quote.number for quote in quotes]))
        return [
            Checked(s, tuple((Fault.NAME, f"{word} stands in no quote") for word in self.words if word in s.text))
            for s in sentences
        ]


class Scripted(Project):
    """A project whose model is a script."""

    parrot: Writer
    reading: ProseChecker

    @property
    def writer(self) -> Writer:
        return self.parrot

    @property
    def prose_checker(self) -> ProseChecker:
        return self.reading


def scripted(
    like: Project, state: Path, writer: Writer | None = None, checker: ProseChecker | None = None, flags: Sequence[str] = ()
) -> Scripted:
    """A project on the same index, with a state of its own.

    Args:
        like: whose index and models it shares.
        state: folder of its state.
        writer: by default one that writes a good sentence.
        checker: by default one that forbids Vienna.
        flags: settings; they name a model unless they say otherwise.

    """
    given = (f"state.url=sqlite:///{state / 'composed.sqlite3'}", f"compose.model={MODEL}", *flags)
    made = Scripted(load(flags=given), like.data, like.models)
    made.__dict__ |= {"index": like.index, "reader": like.reader}
    made.parrot, made.reading = writer or Parrot(), checker or Forbidding()
    return made


class Hanging:
    """Waits until it is let go; for `Parrot.meanwhile`."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.begun.set()
        self.go.wait(120)
