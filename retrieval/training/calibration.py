"""Candidates for fitting the final probability: held-out articles through the project's own index, search and reader."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.index.index import Index, IndexSettings
from retrieval.index.ingest import ingest
from retrieval.reading.aliases import Aliases
from retrieval.reading.features import Features, features
from retrieval.reading.likeness import Likeness
from retrieval.reading.names import terms
from retrieval.reading.reader import Reader
from retrieval.reading.search import HybridRetriever
from retrieval.reading.windows import around
from retrieval.training import asking
from retrieval.training.pool import Pair, Pool

CORPUS_SIZES = (10, 25, 60)
"""Paragraphs of the corpora that questions are asked of: from a few news articles to a long encyclopedia article."""

LARGE = 0.25
"""So many more questions, as a share, are asked of all paragraphs together: a collection, where wrong ones abound."""

ADVERSARIAL, EXCHANGED, FOREIGN = 0.5, 0.35, 0.15
"""Where the unanswerable questions come from: written to mislead (SQuAD 2.0), a name exchanged, another topic."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was read for a question, and whether it holds the answer."""

    question: int
    features: Features
    answers: bool
    answerable: bool
    """Whether the question has an answer in the corpus at all."""


@dataclass(frozen=True, slots=True)
class Setup:
    """How the pipeline runs while candidates are gathered: as in the shipped settings."""

    index: IndexSettings
    aliases: Path
    candidates: int
    read: int
    context_words: int


def gather(
    pool: Pool, pairs: Sequence[Pair], reader: Reader, setup: Setup, questions: int, seed: int
) -> Iterator[Candidate]:
    """Candidates for about `questions` questions, half of them answerable, on corpora of several sizes.

    Args:
        pool: the data.
        pairs: held-out SQuAD pairs to ask; their contexts become the corpora.
        reader: reads.
        setup: settings of the pipeline.
        questions: how many in all.
        seed: decides which.

    """
    rng = random.Random(seed)
    contexts = sorted({p.context for p in pairs})
    first, at, size = 0, 0, 0
    each = questions * sum(CORPUS_SIZES) / len(CORPUS_SIZES) / len(contexts)
    while at < len(contexts):
        number = CORPUS_SIZES[size % len(CORPUS_SIZES)]
        chosen = contexts[at : at + number]
        asked = list(_asked(pool, pairs, chosen, round(each * len(chosen) * len(CORPUS_SIZES) / sum(CORPUS_SIZES)), rng))
        yield from _ask(pool, chosen, asked, reader, setup, first)
        first, at, size = first + len(asked), at + number, size + 1
    asked = list(_asked(pool, pairs, contexts, round(questions * LARGE), random.Random(seed + 1)))
    yield from _ask(pool, contexts, asked, reader, setup, first)


def _asked(pool: Pool, pairs: Sequence[Pair], contexts: Sequence[int], number: int, rng: random.Random) -> Iterator[Pair]:
    """Questions for one corpus; those without an answer have start -1."""
    here = set(contexts)
    text = "\n".join(pool.contexts[c] for c in contexts)
    answerable = [p for p in pairs if p.source == "squad" and p.context in here]
    adversarial = [p for p in pairs if p.source == "squad2neg" and p.context in here]
    # The corpora on either side are of the same or a similar topic; far away nothing is known of the question.
    foreign = [p for p in pairs if p.source == "squad" and min(abs(p.context - c) for c in contexts) > 150]
    others = [name for p in pairs for name in asking.names(p.question)]
    half = number // 2
    for pair in rng.sample(answerable, min(half, len(answerable))):
        yield replace(pair, question=_formed(pair, rng))
    for pair in rng.sample(adversarial, min(round(half * ADVERSARIAL), len(adversarial))):
        yield replace(pair, question=asking.typed(pair.question, rng))
    for pair in rng.sample(answerable, min(round(half * EXCHANGED), len(answerable))):
        question = asking.of_another(pair.question, rng.sample(others, 8), text if rng.random() < 0.5 else pair.answer, rng)
        if question:
            yield Pair(pair.context, asking.typed(question, rng), -1, "", "another")
    for pair in rng.sample(foreign, min(round(half * FOREIGN), len(foreign))):
        if pair.answer.casefold() not in text.casefold():
            yield Pair(contexts[0], _formed(pair, rng), -1, "", "foreign")


def _formed(pair: Pair, rng: random.Random) -> str:
    form = asking.yes_or_no(pair.question, pair.answer) if rng.random() < 0.1 else None
    return asking.typed(form or pair.question, rng)


def _ask(
    pool: Pool, contexts: Sequence[int], asked: Sequence[Pair], reader: Reader, setup: Setup, first: int
) -> Iterator[Candidate]:
    offsets: dict[int, int] = {}
    text = ""
    for context in contexts:
        offsets[context] = len(text)
        text += pool.contexts[context].replace("\r", " ").replace("\n", " ") + "\n\n"
    with tempfile.TemporaryDirectory() as folder:
        articles = Path(folder, "articles")
        articles.mkdir()
        (articles / "article.txt").write_text(text, encoding="utf-8", newline="")
        index = Index(replace(setup.index, data=Path(folder, "data")))
        ingest(index, [articles])
        retriever = HybridRetriever(index, setup.candidates)
        aliases, likeness = Aliases.load(setup.aliases), Likeness()
        count = index.catalogue.count()
        for number, pair in enumerate(asked):
            named = terms(pair.question, index.catalogue, aliases)
            found = retriever.search(pair.question, named, setup.read)
            windows = around(found.evidence, index.catalogue.passages, index.catalogue.text, setup.context_words)
            start = offsets[pair.context] + pair.start if pair.start >= 0 else -1
            best: dict[tuple[int, int], Candidate] = {}
            for reading in reader.read(pair.question, windows):
                rows = features(pair.question, named, count, reading, likeness)
                for sentence, row in zip(reading.sentences, rows, strict=True):
                    a, b = sentence.sentence
                    # A sentence that several windows show is judged by the one that has most to say for it.
                    if sentence.sentence not in best or best[sentence.sentence].features.answers < row.answers:
                        best[sentence.sentence] = Candidate(first + number, row, a <= start < b, pair.start >= 0)
            yield from best.values()
        index.close()
