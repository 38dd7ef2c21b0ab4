"""Question -> evidence -> readings -> Answer. The one place where it is decided to answer or to refuse."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from bot import deciding, dependencies, followups, gate, question, speaking
from bot.agreement import Agreement
from bot.answer import Answer, Part, Quote, Status, Timings
from bot.followups import Turn
from bot.quoting import Quoter
from bot.settings import Settings
from bot.steady import steady
from retrieval.index.index import Index
from retrieval.reading.aliases import Aliases
from retrieval.reading.conflicts import Conflict
from retrieval.reading.features import words_of
from retrieval.reading.judge import Calibration, Finding, judge
from retrieval.reading.likeness import Likeness
from retrieval.reading.memory import Memory
from retrieval.reading.names import Terms, terms
from retrieval.reading.narration import first_person
from retrieval.reading.reader import Reader
from retrieval.reading.search import EVERYTHING, Retriever, Scope, words_in
from retrieval.reading.windows import around
from retrieval.stopping import checkpoint

LATER_PASSAGES = 4
"""Passages read of articles that came out after the day as of which is asked: enough to see that they say otherwise."""

Render = Callable[[Answer], str]


@dataclass(frozen=True, slots=True)
class PartTrace:
    """Why a part of a question was answered or not."""

    question: str
    terms: Terms
    findings: tuple[Finding, ...]
    """All sentences that were read, those that are shown first, then most probable first."""
    chosen: int
    """How many of them are shown as quotes."""
    conflicts: tuple[Conflict, ...] = ()
    """What of them is shown because it answers otherwise than another article."""
    unquoted: str | None = None
    """Whom it asks about as a speaker, where what was found is said by others only."""
    absent: tuple[str, ...] = ()
    """Words of it that no article holds, nor anything like them where it was read."""
    unnamed: tuple[str, ...] = ()
    """As in `bot.answer.Part`."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What was found for a part of a question."""

    terms: Terms
    absent: tuple[str, ...]
    """As in `PartTrace`."""
    findings: list[Finding]
    """All sentences that were read, most probable first."""
    timings: Timings


@dataclass(frozen=True, slots=True)
class Trace:
    """Why an answer came out as it did, for `--explain`."""

    understood: str
    """What was searched for: the question, made to stand alone."""
    parts: tuple[PartTrace, ...]
    history: tuple[Turn, ...]
    """The earlier turns that it was understood by."""
    scope: Scope
    depends: dict[str, Any]
    """What the answer depends on besides these, by component."""
    rewritten: bool = False
    """Whether somebody else than the rules for follow-ups made it stand alone."""


class Answerer:
    """Answers questions from an index that is in line with its articles."""

    def __init__(
        self,
        settings: Settings,
        index: Index,
        retriever: Retriever,
        reader: Reader,
        calibration: Calibration,
        aliases: Aliases,
        likeness: Likeness,
        render: Render,
        renew: Callable[[], object] = lambda: None,
    ) -> None:
        """`renew` brings the index in line, where that is done by itself."""
        self._settings = settings
        self._index = index
        self._retriever = retriever
        self._reader = reader
        self._calibration = calibration
        self._aliases = aliases
        self._likeness = likeness
        self._render = render
        self._renew = renew
        self._quoter = Quoter(index.catalogue)
        self._memory: Memory[Hashable, tuple[Answer, Trace]] = Memory(settings.answer.remembered)
        self._agreement = Agreement(index.catalogue, aliases)

    def ask(self, text: str, history: Sequence[Turn] = (), scope: Scope = EVERYTHING) -> Answer:
        """The answer to one question.

        Args:
            text: as a person typed it.
            history: earlier turns of the conversation, oldest first.
            scope: the articles to answer from.

        Raises:
            QuestionError: there is nothing to ask, or too much.
            UnverifiedAnswer: a quote would have been shown that is not what its article says.

        """
        return self.explain(text, history, scope)[0]

    def explain(
        self, text: str, history: Sequence[Turn] = (), scope: Scope = EVERYTHING, rewritten: str | None = None
    ) -> tuple[Answer, Trace]:
        """The answer and why it is so; asked once more by itself if an article changed meanwhile.

        `rewritten` is the question as one that stands alone, where that is known; else the rules for follow-ups make it.
        """
        return steady(self._index.catalogue, lambda: self._explain(text, history, scope, rewritten), self._renew)

    def _explain(self, text: str, history: Sequence[Turn], scope: Scope, rewritten: str | None) -> tuple[Answer, Trace]:
        began = time.perf_counter()
        asked = question.clean(text, self._settings.question.max_characters)
        recent = tuple(history[-self._settings.question.history :]) if self._settings.question.history else ()
        key = (asked, recent, scope, rewritten, self._index.catalogue.state())
        if known := self._memory.get(key):
            # The index is as it was; whether the articles are is looked up on disk, as before every answer.
            self._check(known[0])
            return replace(known[0], timings=Timings(total=(time.perf_counter() - began) * 1e3)), known[1]
        understood = followups.understood(asked, recent) if rewritten is None else rewritten
        traces, timings = [], Timings()
        for part in question.parts(understood):
            read, timings = self._read(part, scope, timings)
            traces.append(read)
        depends = self.depends()
        answer = self._answer(asked, traces, _run_id(asked, understood, scope, depends))
        answer = self._agreement.completed(answer, traces, scope, self._later(traces, scope))
        self._check(answer)
        answer = replace(answer, text=self._render(answer))
        timings = replace(timings, total=(time.perf_counter() - began) * 1e3)
        answered = (
            replace(answer, timings=timings),
            Trace(understood, tuple(traces), recent, scope, depends, rewritten is not None),
        )
        self._memory.put(key, answered)
        return answered

    def _check(self, answer: Answer) -> None:
        """Let an answer pass the gate, or raise `UnverifiedAnswer`."""
        gate.check(answer.to_json(), gate.shelf(self._index.catalogue, self._index.settings.limits))

    def forget(self) -> None:
        """Work everything out anew from now on, also what was answered before."""
        self._memory.clear()
        self._reader.forget()

    def depends(self) -> dict[str, Any]:
        """What answers depend on now besides question and scope, by component."""
        catalogue = self._index.catalogue
        return self._depends | {"articles": catalogue.kept("depends", lambda: dependencies.articles(catalogue.entries()))}

    def _read(self, part: str, scope: Scope, timings: Timings) -> tuple[PartTrace, Timings]:
        sought = self._findings(part, scope, self._settings.reader.passages)
        named, findings, took = sought.terms, sought.findings, sought.timings
        limits = self._settings.answer
        threshold = deciding.threshold(limits, part, named, sought.absent)
        findings, silent = speaking.heed(self._index.catalogue, self._aliases, part, findings, threshold)
        chosen = deciding.chosen(limits, findings, threshold)
        findings, chosen, conflicts = self._agreement.opposed(part, findings, chosen)
        took = Timings(timings.embed + took.embed, timings.search + took.search, timings.read + took.read)
        shown = silent.shown if silent else None
        unnamed = _whole(named.acting, part) if chosen and self._in_first_person(findings[0]) else ()
        return PartTrace(part, named, tuple(findings), chosen, conflicts, shown, sought.absent, unnamed), took

    def _in_first_person(self, finding: Finding) -> bool:
        return first_person(self._index.catalogue.text(finding.evidence.stored.sha256))

    def _findings(self, part: str, scope: Scope, passages: int) -> Sought:
        """What a part names, and the sentences of the articles in scope that may answer it, best first."""
        checkpoint()
        catalogue, settings = self._index.catalogue, self._settings
        words = words_in(catalogue, scope)
        named = terms(part, words, self._aliases)
        shown = partial(
            around, passages=catalogue.passages, text=catalogue.text, context_words=settings.reader.context_words
        )
        found = self._retriever.search(
            part, named, passages, scope, likely=lambda first: self._reader.expect(part, shown(first))
        )
        windows = shown(found.evidence)
        began = time.perf_counter()
        # What hangs on the words alone is looked up while the model reads.
        self._reader.expect(part, windows)
        read = list(dict.fromkeys(word.surface for window in windows for word in words_of(window.text)))
        heard = named.heard_from(first_person=any(window.first_person for window in windows))
        absent = tuple(
            t.surface for t in heard.all if not t.frequency and (t.name or not self._likeness.has(t.surface, read))
        )
        readings = self._reader.read(part, windows)
        read_ms = (time.perf_counter() - began) * 1e3
        findings = judge(self._calibration, part, named, words.count(), readings, self._likeness)
        return Sought(named, absent, self._agreement.folded(findings), Timings(found.embed_ms, found.search_ms, read_ms))

    def _later(self, traces: Sequence[PartTrace], scope: Scope) -> list[Conflict]:
        """What articles that came out after the day as of which was asked hold against what is shown."""
        after = Scope(articles=scope.articles, after=scope.as_of)
        if scope.as_of is None or not any(after.admits(entry) for entry in self._index.catalogue.entries()):
            return []
        return [
            conflict
            for trace in traces
            if trace.chosen
            for conflict in self._agreement.against(
                trace.question,
                trace.findings[: trace.chosen],
                self._findings(trace.question, after, LATER_PASSAGES).findings,
            )
        ]

    def _answer(self, asked: str, traces: Sequence[PartTrace], run_id: str) -> Answer:
        quotes: list[Quote] = []
        parts: list[Part] = []
        missing: list[str] = []
        for trace in traces:
            numbers: list[int] = []
            for quote in self._quoter.quotes(trace.findings[: trace.chosen]):
                same = next(
                    (q.number for q in quotes if q.sha256 == quote.sha256 and q.start <= quote.start and quote.end <= q.end),
                    None,
                )
                if same is None:
                    same = len(quotes) + 1
                    quotes.append(replace(quote, number=same))
                numbers.append(same)
            absent = () if numbers else tuple(trace.terms.absent_names or trace.absent)
            missing += [word for word in absent if word not in missing]
            told = Status.ANSWERED if numbers else Status.REFUSED
            unquoted = None if numbers else trace.unquoted
            parts.append(Part(trace.question, told, tuple(numbers), absent, unquoted, trace.unnamed))
        answered = sum(p.status is Status.ANSWERED for p in parts)
        status = Status.ANSWERED if answered == len(parts) else Status.PARTIAL if answered else Status.REFUSED
        refused = [f for t in traces if not t.chosen for f in t.findings[: self._settings.answer.nearest]]
        nearest = self._quoter.quotes(sorted(refused, key=lambda f: -f.probability)[: self._settings.answer.nearest])
        best = [t.findings[0].probability if t.findings else 0.0 for t in traces]
        shown = [p for p, t in zip(best, traces, strict=True) if t.chosen]
        return Answer(
            run_id=run_id,
            question=asked,
            status=status,
            quotes=tuple(quotes),
            parts=tuple(parts),
            missing=tuple(missing),
            nearest=tuple(q for q in nearest if all(q.start != s.start or q.sha256 != s.sha256 for s in quotes)),
            confidence=min(shown) if shown else max(best, default=0.0),
            text="",
            timings=Timings(),
        )

    @cached_property
    def _depends(self) -> dict[str, Any]:
        models = {
            "embedding": self._index.fingerprint,
            "reader": self._reader.fingerprint,
            "calibration": dependencies.digest(repr(self._calibration)),
            "likeness": self._likeness.fingerprint,
        }
        return dependencies.fixed(self._settings, models, {"aliases": self._aliases.fingerprint})


def _whole(words: Sequence[str], text: str) -> tuple[str, ...]:
    """The words as one name, if they stand together in a text; else one by one."""
    name = " ".join(words)
    return (name,) if name and name in text else tuple(words)


def _run_id(asked: str, understood: str, scope: Scope, depends: dict[str, Any]) -> str:
    """From everything the answer depends on: the same question on the same articles has the same id."""
    only = sorted(scope.articles) if scope.articles is not None else None
    return dependencies.run_id([asked, understood, str(scope.as_of), only], depends)
