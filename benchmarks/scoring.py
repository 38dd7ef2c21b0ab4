"""One scorer for every system: the harness's own metrics, a threshold where one has to be fitted, paired margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from benchmarks.systems import Reply, Shown
from bot.answer import Answer, Quote, Status, Timings
from bot.evaluation import intervals
from bot.evaluation.compare_statistics import paired
from bot.evaluation.metrics import Metric, Result
from bot.evaluation.questions import Gold
from retrieval.reading.speakers import REPORTER

NOTHING = float("-inf")


def at_threshold(reply: Reply, threshold: float | None) -> Reply:
    """What is shown when only passages of that score or more may be; unchanged for None."""
    if threshold is None:
        return reply
    return replace(reply, passages=tuple(p for p in reply.passages if p.score >= threshold))


def fit_threshold(right: Sequence[float], wrong: Sequence[float]) -> float:
    """The threshold with the best balanced accuracy; in the middle of those that are equally good.

    Args:
        right: for each answerable question the best score of a passage that answers it, -inf where none was found.
        wrong: for each unanswerable question the best score of what was found.

    """
    scores = sorted({s for s in (*right, *wrong) if s != NOTHING})
    if not scores:
        return 0.0
    cuts = [scores[0], *((a + b) / 2 for a, b in pairwise(scores)), float(np.nextafter(scores[-1], np.inf))]

    def accuracy(cut: float) -> float:
        return sum(s >= cut for s in right) / max(1, len(right)) + sum(s < cut for s in wrong) / max(1, len(wrong))

    best = max(map(accuracy, cuts))
    equal = [cut for cut in cuts if accuracy(cut) >= best - 1e-12]
    return equal[(len(equal) - 1) // 2]


def locate(shown: Shown, texts: Mapping[str, str]) -> tuple[int, int] | None:
    """Where a passage stands in its article, to the letter; None where it does not."""
    text = texts.get(shown.article)
    if text is None or not shown.text:
        return None
    start = text.find(shown.text) if shown.start is None else shown.start
    end = start + len(shown.text)
    return (start, end) if start >= 0 and text[start:end] == shown.text else None


def result(gold: Gold, reply: Reply, texts: Mapping[str, str]) -> Result:
    """The reply in the form in which the harness scores its own answers."""
    quotes = tuple(_quote(number, shown) for number, shown in enumerate(reply.passages, 1))
    nearest = tuple(_quote(number, shown) for number, shown in enumerate(reply.nearest, 1))
    answer = Answer(
        run_id="",
        question=gold.question,
        status=Status.ANSWERED if quotes else Status.REFUSED,
        quotes=quotes,
        parts=(),
        missing=(),
        nearest=nearest,
        confidence=reply.score,
        text="",
        timings=Timings(total=reply.ms),
    )
    shown = (*reply.passages, *reply.nearest)
    exact = sum(locate(passage, texts) is not None for passage in shown)
    return Result(gold=gold, answer=answer, exact=exact, shown=len(shown), latency_ms=reply.ms)


def right(scored: Result) -> bool:
    """Whether a system did what it should: a quote that hits, or a refusal where the articles do not answer."""
    return scored.hit if scored.gold.evidence else not scored.answered


def margin(ours: Sequence[bool], theirs: Sequence[bool], answerable: Sequence[bool]) -> Metric:
    """How far we are ahead in balanced accuracy, on the same questions.

    The interval is that of the mean of two paired differences, on answerable and on other questions.
    """
    outcomes = list(zip(theirs, ours, answerable, strict=True))
    one = paired([(before, after) for before, after, has_answer in outcomes if has_answer])
    other = paired([(before, after) for before, after, has_answer in outcomes if not has_answer])
    if one is None or other is None:
        return Metric(None, None, None, len(outcomes))
    low, high = intervals.mean_of_two(one.difference, (one.low, one.high), other.difference, (other.low, other.high))
    return Metric((one.difference + other.difference) / 2, low, high, len(outcomes))


def curve(rows: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Share of questions answered and share of those answers that are wrong, from the surest on.

    Source: R. El-Yaniv and Y. Wiener, On the foundations of noise-free selective classification, JMLR 11 (2010).

    Args:
        rows: for each question the system's score, and whether its best passage answers; never so where nothing does.

    """
    points: list[tuple[float, float]] = []
    wrong = 0
    ranked = sorted(rows, key=lambda row: -row[0])
    for taken, (score, correct) in enumerate(ranked, 1):
        wrong += not correct
        # Questions of equal score enter together, since no threshold parts them.
        if taken == len(ranked) or ranked[taken][0] < score:
            points.append((taken / len(ranked), wrong / taken))
    return points


def _quote(number: int, shown: Shown) -> Quote:
    start = shown.start or 0
    return Quote(
        number=number,
        text=shown.text,
        article=shown.article,
        title="",
        publisher=None,
        url=None,
        published=None,
        start=start,
        end=start + len(shown.text),
        sha256="",
        highlight=shown.highlight,
        speaker=REPORTER,
        paragraph=1,
        score=shown.score,
        receipt="",
    )
