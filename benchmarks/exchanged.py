"""Conflicts planted in paragraphs of Wikipedia that nothing was trained, fitted or tuned on: SQuAD's held-out articles.

The second report of a paragraph has its sentences in another order, some left out, and the answer to one of SQuAD's
questions exchanged or put otherwise. The first reports of neighbouring paragraphs, on the same subject, stand beside.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.planting import Fact, World, second
from retrieval.corpus.sentences import sentence_spans
from retrieval.training.pool import Pair, Pool, load_pool

MONTHS = "January February March April May June July August September October November December".split()
_NUMBER = re.compile(
    r"(\d{1,3}(?:,\d{3})+|\d{1,6})(?: (?:percent|people|members|miles|km|students|years|million|billion|days))?"
)
_DATE = re.compile(rf"(?:(?P<month>{'|'.join(MONTHS)}) (?P<day>\d{{1,2}}), )?(?P<year>1[5-9]\d\d|20[01]\d)")
_NAME = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}")
_ASKS = {
    "number": (re.compile(r"how (?:many|much)\b|what percent", re.IGNORECASE), _NUMBER),
    "date": (re.compile(r"when\b|(?:in )?(?:what|which) year|on what date", re.IGNORECASE), _DATE),
    "name": (re.compile(r"who\b", re.IGNORECASE), _NAME),
}


def worlds(data: Path, seed: int, most: int) -> tuple[World, World]:
    """So many paragraphs at most of each of two sets of articles, with their second reports: development, held out.

    The rules were mended with the first in sight. The second are other articles: those on which the calibration was fitted,
    so that a reader's probabilities are as right there as they can be, and never looked at but as totals.
    """
    pool = load_pool(data / "reader" / "reader-train.json.gz")
    fitting, measuring = pool.halves()
    return _world(pool, measuring, seed, most), _world(pool, fitting, seed, most)


def _world(pool: Pool, pairs: Sequence[Pair], seed: int, most: int) -> World:
    """Paragraphs with their second reports, one question each, half of the answers exchanged."""
    rng = random.Random(seed)
    asked = [(pair, kind) for pair in pairs if pair.start >= 0 and (kind := _kind(pair))]
    rng.shuffle(asked)
    people = sorted({pair.answer for pair, kind in asked if kind == "name"})
    chosen: dict[int, tuple[Pair, str]] = {}
    for pair, kind in asked:
        if len(chosen) < most and _once(pool.contexts[pair.context], pair.answer, kind):
            chosen.setdefault(pair.context, (pair, kind))
    texts: dict[str, str] = {}
    facts = []
    for context, (pair, kind) in sorted(chosen.items()):
        name, text = f"{context:05}.txt", pool.contexts[context]
        conflict = rng.random() < 0.5
        value = _other(pair.answer, kind, people, rng) if conflict else _same(pair.answer, kind)
        texts[name], texts[second(name)] = text, _again(text, pair, value, rng)
        facts.append(Fact(name, pair.question, kind, f"{pair.answer} -> {value}", conflict))
    return World(texts, tuple(facts))


def _once(text: str, answer: str, kind: str) -> bool:
    """Whether a paragraph has an answer once: elsewhere it may be meant otherwise, or give away what was exchanged here."""
    said = answer.split()[-1] if kind == "name" else answer
    return len(re.findall(rf"(?<!\w){re.escape(said)}(?!\w)", text)) == 1


def _kind(pair: Pair) -> str | None:
    return next((k for k, (asks, is_) in _ASKS.items() if asks.match(pair.question) and is_.fullmatch(pair.answer)), None)


def _other(answer: str, kind: str, people: Sequence[str], rng: random.Random) -> str:
    if kind == "name":
        return rng.choice([p for p in people if not {*p.split()} & {*answer.split()}])
    if kind == "date":
        return _DATE.sub(lambda m: m[0].replace(m["year"], str(int(m["year"]) - rng.randint(2, 9))), answer)
    found = _NUMBER.match(answer)
    assert found is not None
    number = int(found[1].replace(",", ""))
    changed = number + max(2, round(number * rng.uniform(0.2, 0.8)))
    return answer.replace(found[1], f"{changed:,}" if "," in found[1] else str(changed))


def _same(answer: str, kind: str) -> str:
    """The answer put otherwise, where there is another way."""
    if kind == "name":
        return answer.split()[-1]
    if kind == "date":
        return _DATE.sub(lambda m: f"{m['day']} {m['month']} {m['year']}" if m["month"] else m[0], answer)
    number = answer.split()[0].replace(",", "")
    return f"about {answer}" if int(number) >= 20 else answer


def _again(text: str, pair: Pair, value: str, rng: random.Random) -> str:
    """The sentence that answers and two thirds of the others, in another order."""
    spans = sentence_spans(text, 0, len(text))
    kept = [(a, b) for a, b in spans if a <= pair.start < b or rng.random() < 0.67]
    rng.shuffle(kept)
    told = [text[a : pair.start] + value + text[pair.start + len(pair.answer) : b] if a <= pair.start < b else text[a:b]
            for a, b in kept]  # fmt: skip
    return " ".join(told)
