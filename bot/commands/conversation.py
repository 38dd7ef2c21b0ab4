"""Questions in the light of earlier ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.answer import Answer
from bot.answering import Answerer, Trace
from bot.followups import Turn
from retrieval.reading.search import EVERYTHING, Scope

Rewrite = Callable[[str, Sequence[Turn]], str | None]
"""Makes a question stand alone, given the turns before it; None leaves that to the rules for follow-ups."""


class Conversation:
    """A chain of questions; each is understood in the light of those before it."""

    def __init__(self, answerer: Answerer, scope: Scope = EVERYTHING, rewrite: Rewrite | None = None) -> None:
        self._answerer = answerer
        self._scope = scope
        self._rewrite = rewrite
        self._turns: list[Turn] = []

    def ask(self, question: str) -> tuple[Answer, Trace]:
        """Answer the next question and remember it.

        Raises:
            QuestionError: there is nothing to ask; the conversation stays as it was.

        """
        rewritten = self._rewrite(question, self._turns) if self._rewrite and self._turns else None
        answer, trace = self._answerer.explain(question, self._turns, self._scope, rewritten)
        self._turns.append(Turn(trace.understood, answer))
        return answer, trace


def ask(answerer: Answerer, question: str, history: Sequence[str], scope: Scope) -> Answer:
    """Answer a question with earlier questions given as texts: those are answered first, for what "that" points at."""
    return explain(answerer, question, history, scope)[0]


def explain(
    answerer: Answerer, question: str, history: Sequence[str], scope: Scope, rewrite: Rewrite | None = None
) -> tuple[Answer, Trace]:
    """The same, and why it is so."""
    conversation = Conversation(answerer, scope, rewrite)
    for earlier in history:
        conversation.ask(earlier)
    return conversation.ask(question)
