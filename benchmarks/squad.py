"""Encyclopedia articles that nothing was trained or fitted on: SQuAD's questions, and those written to have no answer.

The reader's data file holds SQuAD 1.1 and the unanswerable questions of SQuAD 2.0 (Rajpurkar et al. 2016, 2018). Its
held-out articles are divided in two: on one half the calibration was fitted, and the peers' thresholds are; the other half
is measured. All paragraphs of a half are searched, not only the question's own, as when a collection of articles is asked.
"""

from __future__ import annotations

import random
import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import corpora, scoring
from benchmarks.corpora import Corpus
from benchmarks.systems import ALL, LOWEST, OURS, Reply, Shown, System, started
from bot.evaluation import intervals
from retrieval.training.pool import Pair, Pool, load_pool

PARAGRAPHS = 40
"""Paragraphs in one file; SQuAD's articles have about as many, and the data file does not say where one ends."""

SEED = 20211217


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and where in the corpus its answer stands."""

    question: str
    article: str
    start: int
    """Offset of the answer into the article, or -1 where there is none."""
    answer: str

    @property
    def end(self) -> int:
        """End of the answer."""
        return self.start + len(self.answer)


def run(work: Path, data: Path, limit: int) -> dict[str, Any]:
    """Measure every system on `limit` answerable and as many unanswerable questions."""
    pool = load_pool(data / "reader" / "reader-train.json.gz")
    fitting, measuring = pool.halves()
    rows = []
    first, second = lay(pool, fitting, limit, work / "fitting"), lay(pool, measuring, limit, work / "measuring")
    for system in ALL:
        print(f"squad: {system.label}", flush=True)
        rows.append(_measure(system, first, second, work))
    corpus, asked = second
    paragraphs = sum(len(a.text.split("\n\n")) for a in corpus.articles)
    return {"systems": rows, "files": len(corpus.articles), "paragraphs": paragraphs, "questions": len(asked)}


def lay(pool: Pool, pairs: Sequence[Pair], limit: int, folder: Path) -> tuple[Corpus, list[Asked]]:
    """Write the paragraphs of these pairs as articles, and draw questions about them."""
    places: dict[int, tuple[str, int]] = {}
    texts: list[str] = []
    contexts = sorted({p.context for p in pairs})
    for at in range(0, len(contexts), PARAGRAPHS):
        text = ""
        for context in contexts[at : at + PARAGRAPHS]:
            places[context] = (f"{len(texts):03}.txt", len(text))
            # A line break inside a paragraph would be taken for its end; each stays one character, so offsets hold.
            text += re.sub(r"[\r\n\u2028\u2029]", " ", pool.contexts[context]) + "\n\n"
        texts.append(text)
    drawn = random.Random(SEED)
    asked = []
    for source in ("squad", "squad2neg"):
        of_source = [p for p in pairs if p.source == source]
        for pair in drawn.sample(of_source, min(limit, len(of_source))):
            article, offset = places[pair.context]
            start = offset + pair.start if pair.start >= 0 else -1
            asked.append(Asked(pair.question, article, start, pair.answer))
    return corpora.write("squad", folder, texts), asked


def covers(shown: Shown, asked: Asked, texts: dict[str, str]) -> bool:
    """Whether a passage holds the answer at the very place where the answer stands."""
    place = scoring.locate(shown, texts)
    held = place is not None and shown.article == asked.article and asked.start >= 0
    return held and place is not None and place[0] <= asked.start and asked.end <= place[1]


def token_f1(found: str, gold: str) -> float:
    """SQuAD's own measure of two answers: F1 of their words, without articles and punctuation."""
    a, b = _words(found), _words(gold)
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b)) if shared else float(a == b)


def _words(text: str) -> list[str]:
    text = "".join(c for c in text.casefold() if c not in string.punctuation)
    return [w for w in text.split() if w not in {"a", "an", "the"}]


def _measure(
    system: System, fitting: tuple[Corpus, list[Asked]], measuring: tuple[Corpus, list[Asked]], work: Path
) -> dict[str, Any]:
    threshold = None
    if system.fits:
        corpus, asked = fitting
        replies = _answers(system, corpus, asked, work / "fit" / system.key, LOWEST)
        threshold = scoring.fit_threshold(
            [_best(r, [covers(p, a, corpus.texts) for p in r.passages]) for r, a in _zip(replies, asked) if a.start >= 0],
            [_best(r, [True] * len(r.passages)) for r, a in _zip(replies, asked) if a.start < 0],
        )
    corpus, asked = measuring
    replies = _answers(system, corpus, asked, work / "measure" / system.key, threshold)
    return {"key": system.key, "label": system.label, "ours": system is OURS, "threshold": threshold} | figures(
        [scoring.at_threshold(r, threshold) for r in replies], replies, asked, corpus.texts
    )


def _answers(system: System, corpus: Corpus, asked: Sequence[Asked], work: Path, threshold: float | None) -> list[Reply]:
    corpus.lay_out(work)
    with started(system, work, threshold) as running:
        return [running.ask(a.question) for a in asked]


def figures(
    shown: Sequence[Reply], replies: Sequence[Reply], asked: Sequence[Asked], texts: dict[str, str]
) -> dict[str, Any]:
    """All that is reported of one system.

    Args:
        shown: what it shows at its threshold.
        replies: what it would show without one.
        asked: the questions.
        texts: the articles' texts.

    """
    answerable = [(s, a) for s, a in _zip(shown, asked) if a.start >= 0]
    unanswerable = [s for s, a in _zip(shown, asked) if a.start < 0]
    hit = [any(covers(p, a, texts) for p in s.passages) for s, a in answerable]
    refused = [not s.passages for s in unanswerable]
    positive = [r.score for r, a in _zip(replies, asked) if a.start >= 0]
    negative = [r.score for r, a in _zip(replies, asked) if a.start < 0]
    area = intervals.auroc(positive, negative)
    rows = [(r.score, any(covers(p, a, texts) for p in (r.passages or r.nearest)[:1])) for r, a in _zip(replies, asked)]
    answered = [s for s in shown if s.passages]
    first = [covers(s.passages[0], a, texts) for s, a in _zip(shown, asked) if s.passages]
    return {
        "hit": _share(hit),
        "refusal_recall": _share(refused),
        "balanced": (sum(hit) / len(hit) + sum(refused) / len(refused)) / 2,
        "auroc": [area, *intervals.auroc_interval(area, len(positive), len(negative))],
        "words": sum(len(p.text.split()) for s in answered for p in s.passages) / max(1, len(answered)),
        "span_f1": _span_f1(answerable, texts),
        "operating": [len(answered) / len(asked), 1 - sum(hit) / len(answered) if answered else 0.0],
        "dot": [len(answered) / len(asked), first.count(False) / max(1, len(answered))],
        "curve": scoring.curve(rows),
    }


def _span_f1(answerable: Sequence[tuple[Reply, Asked]], texts: dict[str, str]) -> list[float] | None:
    """F1 of the highlighted words over all answerable questions (a refusal earns 0), and over those answered."""
    first = [(s.passages[:1], a) for s, a in answerable]
    scores = [token_f1(texts[p.article][slice(*p.highlight)], a.answer) for found, a in first for p in found if p.highlight]
    if not scores:
        return None
    answered = sum(bool(found) for found, _ in first)
    return [sum(scores) / len(first), sum(scores) / answered]


def _share(outcomes: Sequence[bool]) -> list[float]:
    return [sum(outcomes) / len(outcomes), *intervals.wilson(sum(outcomes), len(outcomes))]


def _best(reply: Reply, counts: Sequence[bool]) -> float:
    return max((p.score for p, c in zip(reply.passages, counts, strict=True) if c), default=scoring.NOTHING)


def _zip(replies: Sequence[Reply], asked: Sequence[Asked]) -> zip[tuple[Reply, Asked]]:
    return zip(replies, asked, strict=True)
