"""Asks every question of a file and checks every quote against its article."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.answer import Answer, Quote
from bot.evaluation.metrics import Result
from bot.evaluation.questions import QuestionFile, QuestionFileError
from retrieval.errors import QuestionError, VerbatimError

Ask = Callable[[str, tuple[str, ...]], Answer]
"""Question and the questions before it -> the answer."""

ArticleText = Callable[[str], str]
"""Name of an article -> its text as on disk."""


def run(file: QuestionFile, answer: Ask, article_text: ArticleText) -> list[Result]:
    """The questions' results, in order.

    Args:
        file: the questions.
        answer: what is measured.
        article_text: where the truth about a quote comes from; any error means that the article cannot be had.

    Raises:
        QuestionFileError: a question cannot be asked; says which.

    """
    results = []
    for number, gold in enumerate(file.questions, 1):
        began = time.perf_counter()
        try:
            answered = answer(gold.question, gold.history)
        except QuestionError as error:
            raise QuestionFileError(f"Question {number} (“{gold.question}”): {error.what}", error.remedy) from error
        elapsed_ms = (time.perf_counter() - began) * 1e3
        shown = (*answered.quotes, *answered.nearest)
        results.append(
            Result(
                gold=gold,
                answer=answered,
                exact=sum(is_exact(quote, article_text) for quote in shown),
                shown=len(shown),
                # With a history the call answers the earlier questions too; only the last one's own time is its latency.
                latency_ms=answered.timings.total if gold.history else elapsed_ms,
            )
        )
    return results


def is_exact(quote: Quote, article_text: ArticleText) -> bool:
    """Whether the quote's words stand in its article at its offsets; not so where there is no such article."""
    try:
        text = article_text(quote.article)
    except (LookupError, OSError, UnicodeError, VerbatimError):
        return False
    # A slice forgives offsets that are negative or beyond the end; a reader who looks a quote up does not.
    within = 0 <= quote.start < quote.end <= len(text)
    return within and text[quote.start : quote.end] == quote.text
