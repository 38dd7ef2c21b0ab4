"""Drawing training examples: which pairs, in what proportion, cut to which window, asked in which form."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.training import windows
from retrieval.training.pool import Pair, Pool

POSITIVE_SHARE = {
    "squad": 0.70,
    "squadshifts": 0.16,
    "nq_qed": 0.07,
    "qamr_wikinews": 0.04,
    "nq_litm": 0.025,
    "clapnq": 0.005,
}
"""Where answerable examples come from. qamr's questions are often elliptical ("Where is it?"), hence few."""

NEGATIVE_SHARE = {"squad2neg": 0.60, "squad_mined": 0.22, "beside": 0.175, "clapnq": 0.005}
"""Where unanswerable ones come from; `beside` is a window of an answering paragraph without its answer."""

MAX_WORDS = 80
MIN_WORDS = 16

_STOP = frozenset(
    "a an and are as at be been by did do does for from had has have he her his how i in is it its of on or that the "
    "their them they this to was were what when where which who whom whose why will with would".split()
)
_WORD = re.compile(r"[\w'’.-]*\w")


@dataclass(frozen=True, slots=True)
class Example:
    """One training example: `passage[start:end]` answers the question, or start is -1."""

    question: str
    passage: str
    start: int
    end: int


def stream(pool: Pool, seed: int) -> Iterator[Example]:
    """An endless, reproducible stream: half answerable; every source is shuffled anew each time it is used up."""
    rng = random.Random(seed)
    by_source: dict[tuple[str, bool], list[Pair]] = {}
    for pair in pool.train:
        by_source.setdefault((pair.source, pair.start >= 0), []).append(pair)
    draws = {key: _cycle(pairs, random.Random(f"{seed}{key}")) for key, pairs in by_source.items()}
    draws["squad", False] = _cycle(by_source["squad", True], random.Random(f"{seed}beside"))
    while True:
        positive = rng.random() < 0.5
        shares = POSITIVE_SHARE if positive else NEGATIVE_SHARE
        source = rng.choices(list(shares), list(shares.values()))[0]
        pair = next(draws["squad" if source == "beside" else source, positive])
        example = cut(pool.contexts[pair.context], pair, rng, beside=source == "beside")
        if example is not None:
            yield Example(_asked(example.question, rng), example.passage, example.start, example.end)


def cut(context: str, pair: Pair, rng: random.Random, *, beside: bool = False) -> Example | None:
    """Cut the pair's passage to a window of random size; None where no such window exists."""
    words = rng.randint(MIN_WORDS, MAX_WORDS)
    end = pair.start + len(pair.answer)
    window: tuple[int, int] | None
    if beside:
        window = windows.beside(context, pair.question, pair.start, end, words, rng)
    elif pair.start >= 0:
        window = windows.around(context, pair.start, end, words, rng)
    elif rng.random() < 0.75:
        window = windows.closest(context, pair.question, words, rng)
    else:
        middle = rng.randrange(len(context))
        window = windows.around(context, middle, middle, words, rng)
    if window is None:
        return None
    low, high = window
    if beside or pair.start < 0:
        return Example(pair.question, context[low:high], -1, -1)
    return Example(pair.question, context[low:high], pair.start - low, end - low)


def _cycle(pairs: list[Pair], rng: random.Random) -> Iterator[Pair]:
    while True:
        order = list(pairs)
        rng.shuffle(order)
        yield from order


def _asked(question: str, rng: random.Random) -> str:
    """The question as people really type it: now and then without its mark, as keywords, or with a slip."""
    roll = rng.random()
    if roll < 0.12:
        return question.rstrip(" ?")
    if roll < 0.18:
        words = [w for w in _WORD.findall(question) if w.casefold() not in _STOP]
        return " ".join(words) if len(words) >= 3 else question
    if roll < 0.23:
        return _slip(question, rng)
    return question


def _slip(question: str, rng: random.Random) -> str:
    """Two neighbouring letters of one longer word exchanged, or one left out."""
    places = list(re.finditer(r"[A-Za-z]{5,}", question))
    if not places:
        return question
    place = rng.choice(places)
    i = rng.randrange(place.start() + 1, place.end() - 1)
    if rng.random() < 0.5:
        return question[:i] + question[i + 1] + question[i] + question[i + 2 :]
    return question[:i] + question[i + 1 :]
