"""Drawing training examples: which pairs, in what proportion, cut to which window, asked in which form."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from retrieval.reading.likeness import Likeness
from retrieval.reading.meanings import Meanings
from retrieval.training import asking, windows
from retrieval.training.pool import Pair, Pool
from retrieval.training.rewording import Rewording, swapped

POSITIVE_SHARE = {
    "squad": 0.70,
    "squadshifts": 0.15,
    "nq_qed": 0.07,
    "qamr_wikinews": 0.05,
    "nq_litm": 0.025,
    "clapnq": 0.005,
}
"""Where answerable examples come from. qamr's questions are often elliptical ("Where is it?"), hence few."""

NEGATIVE_SHARE = {
    "squad2neg": 0.42,
    "squad_mined": 0.10,
    "retrieved": 0.17,
    "beside": 0.14,
    "another": 0.165,
    "clapnq": 0.005,
}
"""Where unanswerable ones come from: `retrieved` is what the project's embeddings bring up, `beside` a window of an
answering paragraph without its answer, `another` an answerable question with a name exchanged."""

YES_OR_NO_SHARE = 0.07
"""Of the pairs that have an answer to build one from, answerable and not; the public data has next to none."""

MAX_WORDS = 80
MIN_WORDS = 16
NEARBY = 40
"""Half of the exchanged names come from so many questions around, so mostly from the same article."""


@dataclass(frozen=True, slots=True)
class Forms:
    """How many of the questions are asked otherwise than they were written, as shares. They are drawn from answerable and
    unanswerable ones alike, so that the form tells nothing about the answer.
    """

    framed: float = 0.0
    """Speak of the text itself: `asking.framed`."""
    reworded: float = 0.0
    """In other words of the same meaning: `rewording`."""
    swapped: float = 0.0
    """Of the unanswerable ones, at the cost of those with an exchanged name: two names of the question change places."""


@dataclass(frozen=True, slots=True)
class Example:
    """One training example: `passage[start:end]` answers the question, or start is -1."""

    question: str
    passage: str
    start: int
    end: int


def stream(pool: Pool, retrieved: Sequence[Pair], seed: int, forms: Forms) -> Iterator[Example]:
    """An endless, reproducible stream: half answerable; every source is shuffled anew each time it is used up.

    Args:
        pool: the public pairs.
        retrieved: hard negatives of `mining.mined`.
        seed: decides everything.
        forms: other ways to ask.

    """
    rng = random.Random(seed)
    by_source: dict[tuple[str, bool], list[Pair]] = {}
    for pair in [*pool.train, *retrieved]:
        by_source.setdefault((pair.source, pair.start >= 0), []).append(pair)
    squad = by_source["squad", True]
    by_source |= {("beside", False): squad, ("another", False): squad, ("swapped", False): squad}
    other_words = Rewording((p.question for p in pool.train), Meanings.load(), Likeness()) if forms.reworded else None
    unanswerable = NEGATIVE_SHARE | {"another": NEGATIVE_SHARE["another"] - forms.swapped, "swapped": forms.swapped}
    draws = {key: _cycle(pairs, random.Random(f"{seed}{key}")) for key, pairs in by_source.items()}
    exchange = _Names(squad)
    while True:
        positive = rng.random() < 0.5
        shares = POSITIVE_SHARE if positive else unanswerable
        source = rng.choices(list(shares), list(shares.values()))[0]
        drawn: Pair | None = next(draws[source, positive])
        if drawn and source == "another":
            drawn = exchange.another(drawn, pool.contexts[drawn.context], rng)
        elif drawn and source == "swapped":
            question = swapped(drawn.question, pool.contexts[drawn.context])
            drawn = Pair(drawn.context, question, -1, "", source) if question else None
        elif drawn and drawn.answer and source != "clapnq" and rng.random() < YES_OR_NO_SHARE:
            drawn = replace(drawn, question=asking.yes_or_no(drawn.question, drawn.answer) or drawn.question)
        example = cut(pool.contexts[drawn.context], drawn, rng, beside=source == "beside") if drawn else None
        if example is not None:
            asked = example.question
            if other_words and rng.random() < forms.reworded:
                asked = other_words.reworded(asked, rng)
            if rng.random() < forms.framed:
                asked = asking.framed(asked, rng)
            yield replace(example, question=asking.typed(asked, rng))


class _Names:
    """Names of the questions, in the order of their contexts, so that neighbours are of the same article."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        self._all = [(p.context, n) for p in sorted(pairs, key=lambda p: p.context) for n in asking.names(p.question)]
        self._first: dict[int, int] = {}
        for at, (context, _) in enumerate(self._all):
            self._first.setdefault(context, at)

    def another(self, pair: Pair, context: str, rng: random.Random) -> Pair | None:
        """The pair, unanswerable: its question about somebody or something that its answering sentence does not name."""
        at = self._first.get(pair.context)
        if at is None:
            return None
        if rng.random() < 0.5:
            drawn = self._all[max(0, at - NEARBY) : at + NEARBY]
        else:
            drawn = [rng.choice(self._all) for _ in range(8)]
        answering = next((context[a:b] for a, b in windows.sentence_spans(context) if pair.start < b), "")
        question = asking.of_another(pair.question, [n for _, n in drawn], answering, rng)
        return None if question is None else Pair(pair.context, question, -1, "", "another")


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
