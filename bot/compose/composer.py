"""From an answer to the same answer with a model's sentences above its quotes. The quotes are never touched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property

from bot.answer import Answer, Status
from bot.compose import rewritten
from bot.compose.deadline import Deadline
from bot.compose.proofreading import proofread
from bot.compose.prose import Checked, Composition, Fault, ProseChecker, Usage, Writer
from bot.compose.replies import Nonsense
from bot.followups import Turn
from bot.question import clean
from bot.settings import Settings
from bot.state.ledger import Ledger
from retrieval.errors import QuestionError, StorageError, VerbatimError, WritingError
from retrieval.reading.memory import Memory
from retrieval.stopping import Abandoned

GRACE_SECONDS = 2.0
"""For a writer that keeps the time by itself, so that its own words on why it failed are heard."""

REST_SECONDS = 60.0
"""After a question could not be rewritten, those of this time are understood by rules: nobody waits for a dead server."""

Render = Callable[[Answer], str]


class Composer:
    """Has a model write, has what it wrote checked, and counts what that cost."""

    def __init__(
        self,
        settings: Settings,
        writer: Callable[[], Writer],
        checker: Callable[[], ProseChecker],
        ledger: Ledger,
        render: Render,
    ) -> None:
        """Make it; writer and checker are made when they are first needed, for they take long.

        Args:
            settings: with a `compose.model`.
            writer: gives the model; what goes wrong with it leaves the quotes alone.
            checker: gives what reads every sentence before anybody sees it.
            ledger: keeps what was used.
            render: an answer's `text`.

        """
        self.settings = settings.compose
        self.ledger = ledger
        self._question = settings.question
        self._make_writer = writer
        self._make_checker = checker
        self._render = render
        self._deadline = Deadline()
        self._memory: Memory[tuple[str, str], Composition] = Memory(settings.answer.remembered)
        self._resting_until = 0.0

    @cached_property
    def _writer(self) -> Writer:
        return self._make_writer()

    @cached_property
    def _checker(self) -> ProseChecker:
        return self._make_checker()

    def prepare(self) -> None:
        """Make everything ready now, so that no question waits for it.

        Raises:
            VerbatimError: something cannot be made; it is tried again when it is needed.

        """
        _ = self._checker
        self._writer.connect()

    def compose(self, answer: Answer, understood: str) -> Answer:
        """The answer with what a model wrote above its quotes, as far as it holds. A refusal comes back as it is.

        Args:
            answer: as the answerer gave it.
            understood: the question as it was searched for.

        Returns:
            The answer, its `composed` saying what was written, what was dropped, or why nothing was written. Nothing
            else in it is another than before, except that `text` shows the sentences too.

        """
        if answer.status is Status.REFUSED or not answer.quotes:
            return answer
        key = (answer.run_id, understood)
        composition = self._memory.get(key)
        if composition is None:
            composition = self._composed(answer, understood)
            if composition.failure is None:
                self._memory.put(key, composition)
        composed = replace(answer, composed=composition)
        return composed if composition.failure is not None else replace(composed, text=self._render(composed))

    def rewrite(self, question: str, history: Sequence[Turn]) -> str | None:
        """A follow-up question as one that stands alone; None where the rules for follow-ups are to make it.

        Args:
            question: as a person typed it.
            history: earlier turns, oldest first.

        Raises:
            WritingError: the model failed, for the operator; the rules stand then too.

        """
        recent = [turn.question for turn in history[-self._question.history :]] if self._question.history else []
        if not self.settings.rewrite_follow_ups or not recent or time.monotonic() < self._resting_until:
            return None
        try:
            self._allowed()
            # Its import takes a second or two, which is not the model's time.
            self._writer.connect()
            seconds = self.settings.rewrite_seconds
            rewriting = self._deadline.within(seconds, lambda: self._writer.rewrite(question, recent))
        except Abandoned:
            raise
        except Exception as error:
            self._resting_until = time.monotonic() + REST_SECONDS
            self._count(None, getattr(error, "usage", None))
            raise WritingError(f"The follow-up question was understood by rules: {_why(error)}", "") from error
        self._count(None, rewriting.usage)
        try:
            text = clean(rewriting.question, self._question.max_characters)
            return None if text.casefold() == question.strip().casefold() else rewritten.checked(text, question, recent)
        except (QuestionError, Nonsense):
            return None

    def _composed(self, answer: Answer, understood: str) -> Composition:
        model = self.settings.model
        try:
            self._allowed()
            self._writer.connect()
            asked = _asked(answer, understood)
            seconds = self.settings.timeout_seconds + GRACE_SECONDS
            draft = self._deadline.within(seconds, lambda: self._writer.write(asked, answer.quotes))
        except Abandoned:
            raise
        except Exception as error:
            usage = getattr(error, "usage", None) or Usage()
            uncounted = self._count(answer.run_id, usage)
            return Composition(model, usage=usage, failure=_joined(_why(error), uncounted))
        # A draft that cannot be paid for in the books is not shown: the budget would not hold.
        if uncounted := self._count(answer.run_id, draft.usage):
            return Composition(model, usage=draft.usage, failure=uncounted)
        most = self.settings.max_sentences
        beyond = [Checked(s, ((Fault.FORM, f"more than {most} sentences"),)) for s in draft.sentences[most:]]
        try:
            checks = proofread(self._checker, understood, answer, draft.sentences[:most])
        except Abandoned:
            raise
        except Exception as error:
            return Composition(model, usage=draft.usage, failure=f"What it wrote could not be checked: {_why(error)}")
        return Composition(
            model=model,
            sentences=tuple(c.sentence for c in checks if not c.faults),
            dropped=(*(c for c in checks if c.faults), *beyond),
            usage=draft.usage,
        )

    def _allowed(self) -> None:
        """Go on, unless the month's budget is spent."""
        budget = self.settings.monthly_budget
        if budget and self.ledger.month().cost >= budget:
            raise WritingError(
                f"The budget of this month is spent ({budget:g})",
                "The quotes stand alone until the month ends (UTC), or raise compose.monthly_budget.",
            )

    def _count(self, run: str | None, usage: Usage | None) -> str | None:
        """Write down what was used; why that failed, if it did."""
        if usage is None or not usage.attempts:
            return None
        try:
            self.ledger.add(run, self.settings.model, usage)
        except StorageError as error:
            return f"What it cost could not be written down. {error}"
        return None


def _asked(answer: Answer, understood: str) -> str:
    """Only what is answered is written about."""
    if len(answer.parts) == 1:
        return understood
    return " ".join(part.question for part in answer.parts if part.status is Status.ANSWERED)


def _why(error: Exception) -> str:
    # Providers put whole requests into their messages, and with them people's words.
    return str(error) if isinstance(error, VerbatimError) else f"{type(error).__name__}"


def _joined(*said: str | None) -> str:
    return " ".join(one for one in said if one)
