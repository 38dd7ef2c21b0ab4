"""How many planted copies and conflicts are found, and how many alarms are right: `python -m benchmarks.planted`.

Reports on articles with odd numbers were used to set the thresholds ("tuning"); those with even numbers were not
("measuring"). A conflict counts as found where the answer to its question shows it between the two reports on the event.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import exchanged, planting
from benchmarks.planting import Fact, World
from bot.answer import Answer
from bot.evaluation import intervals
from bot.settings import DEFAULT_DATA, load
from bot.wiring import Project
from retrieval.corpus.article import text_digest
from retrieval.index.catalogue import Catalogue
from retrieval.index.copies import Copies
from retrieval.index.rows import insert_text

SEED = 20211217
HALVES = ("tuning", "measuring")
EXCHANGED = ("development", "held out")
"""Articles that the rules were mended with, and articles that they were not: of these, only totals are shown."""

ANSWERED = "answered"

ROUNDS = 2
"""So many times paragraphs are drawn anew, with other questions and other exchanges."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that was planted, or was not, and whether it was reported."""

    half: str
    kind: str
    planted: bool
    reported: bool
    what: str
    answered: bool = True
    """The question was not refused; what is refused can show no conflict."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.planted", description=__doc__)
    parser.add_argument("--data", type=Path, help="folder with chunking/ and reader/: more copies, and unseen conflicts")
    parser.add_argument("--worlds", type=int, default=4, help="so many times all facts are planted anew")
    parser.add_argument("--paragraphs", type=int, default=1000, help="at most so many of those a round")
    parser.add_argument("--wrong", action="store_true", help="list what was missed, and the false alarms")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copied = list(copies(Path(folder), given.data))
        print(table("Copies", copied))
        worlds = [planting.world(SEED + n) for n in range(given.worlds)]
        opposed = [case for n, world in enumerate(worlds) for case in conflicts(Path(folder, str(n)), world, half)]
        if given.data:
            for n in range(ROUNDS):
                drawn = exchanged.worlds(given.data, SEED + n, given.paragraphs)
                for name, world in zip(EXCHANGED, drawn, strict=True):
                    opposed += conflicts(Path(folder, f"{name} {n}"), world, lambda _fact, name=name: name)  # type: ignore[misc]
    print(table("Conflicts", opposed))
    if given.wrong:
        for case in [*copied, *opposed]:
            if case.planted != case.reported and case.half != EXCHANGED[1]:
                print("missed" if case.planted else "false alarm", case.half, case.kind, case.what)


def copies(work: Path, data: Path | None) -> Iterator[Case]:
    """Every pair of texts of a half: are they taken for copies?

    Each text has three copies. Whether two copies of one text are copies of each other depends on what was cut, so such
    pairs are not asked about.
    """
    news = {path.name: planting.body(path.read_text("utf-8")) for path in sorted(planting.NEWS.glob("*.txt"))}
    again = planting.retold()
    texts = [news[name] for name in news] + [planting.body(again[name]) for name in news]
    # A second report with all that was said in the first: the same speeches, and yet no copy.
    texts += [planting.body(again[name]) + "\n\n" + _speeches(news[name]) for name in news]
    if data:
        texts += planting.pieces(data / "chunking" / "wikitexts.md", 300)
        texts += planting.pieces(data / "chunking" / "state_of_the_union.md", 300)
    rng = random.Random(SEED)
    originals = [(HALVES[n % 2], text) for n, text in enumerate(texts)]
    # The report with the speeches is by the same hand as the one without: that pair is a copy and is left out.
    same_hand = {(n, n + len(news)) for n in range(len(news), 2 * len(news))}
    catalogue = Catalogue(work / "copies.sqlite3")
    held: list[tuple[int, bool, str]] = []
    for n, (_, text) in enumerate(originals):
        made = [planting.copied(text, texts[:n] + texts[n + 1 :], rng) for _ in range(3)]
        held += [(n, False, text), *((n, True, copy) for copy in made)]
    with catalogue.transaction() as db:
        for _, _, text in held:
            insert_text(db, text_digest(text), text, 0, [])
    known = Copies(catalogue)
    found = {text_digest(text): set(known.of(text_digest(text))) for _, _, text in held}
    for (n, first, one), (m, second, other) in itertools.combinations(held, 2):
        half = originals[n][0]
        if half != originals[m][0] or (n == m and first and second) or (min(n, m), max(n, m)) in same_hand:
            continue
        reported = text_digest(other) in found[text_digest(one)]
        yield Case(half, "copy", n == m, reported, f"{one[:60]!r} / {other[:60]!r}")
    catalogue.close()


def half(fact: Fact) -> str:
    """Which half the article of a fact belongs to."""
    return HALVES[1 - int(fact.article[:2]) % 2]


def conflicts(work: Path, made: World, half: Callable[[Fact], str]) -> Iterator[Case]:
    """Every fact's question asked: does the answer say that the two reports differ?"""
    articles = work / "articles"
    articles.mkdir(parents=True)
    for name, text in made.texts.items():
        (articles / name).write_text(text, "utf-8")
    project = Project(load(), work / "data", DEFAULT_DATA / "models")
    project.ingest([articles])
    exchanged_values = [fact.value.rpartition("-> ")[2] for fact in made.facts if fact.conflict]
    for fact in made.facts:
        answer = project.answerer.ask(fact.question)
        what = f"{fact.question} ({fact.value}) {_said(answer)}"
        yield Case(half(fact), fact.kind, fact.conflict, reported(answer, fact), what, bool(answer.quotes))
        if _elsewhere(answer, fact, exchanged_values):
            yield Case(half(fact), "other articles", False, True, what)
    project.index.close()


def table(title: str, cases: Sequence[Case]) -> str:
    """Recall and precision with their 95 % intervals, by half and kind."""
    rows = [f"{title}", f"{'':24}{'planted':>8}{'found':>7}{'false':>7}   recall                 precision"]
    for half in dict.fromkeys(case.half for case in cases):
        here = [case for case in cases if case.half == half]
        kinds = sorted({case.kind for case in here if case.planted})
        refused = any(not case.answered for case in here)
        for kind in [*(kinds if len(kinds) > 1 else ()), *([ANSWERED] if refused else ()), ""]:
            some = [case for case in here if kind in ("", case.kind) or (kind == ANSWERED and case.answered)]
            planted = sum(c.planted for c in some)
            found = sum(c.planted and c.reported for c in some)
            false = sum(c.reported and not c.planted for c in some)
            shares = _share(found, planted), _share(found, found + false)
            rows.append(f"{half + ' ' + (kind or 'all'):24}{planted:8}{found:7}{false:7}   {shares[0]:23}{shares[1]}")
    return "\n".join(rows) + "\n"


def _share(part: int, whole: int) -> str:
    if not whole:
        return "–"
    low, high = intervals.wilson(part, whole)
    return f"{part / whole:.3f} ({low:.2f} to {high:.2f})"


def _speeches(text: str) -> str:
    return "\n\n".join(f"“{speech}”, it was said." for speech in text.split("“")[1:] for speech in [speech.split("”")[0]])


def _pairs(answer: Answer) -> list[set[str]]:
    article = {quote.number: quote.article for quote in answer.quotes}
    return [{article[number] for number in found.quotes} for found in answer.disagreements]


def reported(answer: Answer, fact: Fact) -> bool:
    """Whether an answer says that the two reports differ, or the second and another article that has the first's value."""
    first, _, given = fact.value.rpartition(" -> ")
    pairs = _pairs(answer)
    beside = (
        set(d.values) for d, pair in zip(answer.disagreements, pairs, strict=True) if planting.second(fact.article) in pair
    )
    return {fact.article, planting.second(fact.article)} in pairs or (bool(first) and {first, given} in beside)


def _elsewhere(answer: Answer, fact: Fact, exchanged_values: Sequence[str]) -> bool:
    """Whether other articles are said to differ, and none of them in something that was planted."""
    article = {quote.number: quote.article for quote in answer.quotes}
    return any(
        {article[number] for number in found.quotes} != {fact.article, planting.second(fact.article)}
        and not any(len(v) > 3 and (v in given or given in v) for given in found.values for v in exchanged_values)
        for found in answer.disagreements
    )


def _said(answer: Answer) -> str:
    shown = [
        (q.article[:9], q.text[slice(*(p - q.start for p in q.highlight))] if q.highlight else "") for q in answer.quotes
    ]
    return f"{shown} {[d.values for d in answer.disagreements]}"


if __name__ == "__main__":
    main()
