"""Copies, conflicts and paraphrases, planted so that it is known where they are. Seeded: the same seed plants the same."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.settings import PROJECT

NEWS = PROJECT / "tests" / "corpora" / "news"
RETOLD = PROJECT / "tests" / "corpora" / "retold" / "retold.yaml"

_FILLERS = "reportedly officials meanwhile largely nearly local further recently according sources again early".split()
_LINES = ("AGENCIES", "Staff and wire", "From our correspondent", "(Wire)", "UPDATE 2")
_HEADLINES = ("What we know so far", "Latest developments", "In brief", "Morning report", "Around the region")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a second report gives, in the first report's sense or in another."""

    article: str
    """The first report."""
    question: str
    kind: str
    value: str
    """As it stands in the second report."""
    conflict: bool


@dataclass(frozen=True, slots=True)
class World:
    """First reports, second reports, and what was planted in these."""

    texts: dict[str, str]
    """Text by name of file."""
    facts: tuple[Fact, ...]


def world(seed: int) -> World:
    """All first reports with a second one each, every fact of which is given in another sense with a chance of one half."""
    rng = random.Random(seed)
    texts = {path.name: path.read_text("utf-8") for path in sorted(NEWS.glob("*.txt"))}
    facts: list[Fact] = []
    for report in _reports():
        values: dict[str, str] = {}
        for fact in report["facts"]:
            conflict = rng.random() < 0.5
            values[fact["name"]] = rng.choice(fact["other" if conflict else "same"])
            facts.append(Fact(report["of"], fact["question"], fact["kind"], values[fact["name"]], conflict))
        texts[second(report["of"])] = _retold(report, values)
    return World(texts, tuple(facts))


def second(name: str) -> str:
    """The name of the second report on the events of an article."""
    return name.replace(".txt", "-retold.txt")


def retold() -> dict[str, str]:
    """The second reports, every fact as in the first, by name of the first."""
    return {r["of"]: _retold(r, {fact["name"]: fact["same"][0] for fact in r["facts"]}) for r in _reports()}


def copied(text: str, others: Sequence[str], rng: random.Random) -> str:
    """A copy as editors make them: two to four of cut, headline changed, dateline, words edited, paragraph added.

    Args:
        text: paragraphs, divided by blank lines or line breaks.
        others: texts from which the words of an added paragraph are taken.
        rng: decides everything.

    """
    paragraphs = [p for p in re.split(r"\n+", text) if p.strip()]
    done = rng.sample(("cut", "headline", "dateline", "edit", "add"), rng.randint(2, 4))
    if "cut" in done:
        paragraphs = _cut(paragraphs, rng)
    if "edit" in done:
        paragraphs = [_edited(p, rng) for p in paragraphs]
    if "dateline" in done:
        paragraphs[0] = f"{rng.choice(_LINES)} – {paragraphs[0]}"
    if "add" in done:
        # Another text's words in another order: what is added must not be a copy itself.
        added = rng.choice(others).split()[: rng.randint(25, 60)]
        rng.shuffle(added)
        paragraphs.insert(rng.randint(0, len(paragraphs)), " ".join(added) + ".")
    if "headline" in done:
        paragraphs.insert(0, rng.choice(_HEADLINES))
    return "\n\n".join(paragraphs)


def body(text: str) -> str:
    """A text without its front matter."""
    return re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)


def pieces(path: Path, words: int) -> list[str]:
    """A long text in pieces of about so many words, between paragraphs or, where these are long, between sentences."""
    made: list[str] = []
    held: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", path.read_text("utf-8")):
        held.append(sentence)
        if sum(len(s.split()) for s in held) >= words:
            made.append("\n".join(" ".join(held[at : at + 4]) for at in range(0, len(held), 4)))
            held = []
    return made


def _reports() -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = yaml.safe_load(RETOLD.read_text("utf-8"))
    return reports


def _retold(report: dict[str, Any], values: dict[str, str]) -> str:
    return f"---\ntitle: {report['title']}\ndate: {report['published']}\n---\n{report['text'].format(**values)}"


def _cut(paragraphs: list[str], rng: random.Random) -> list[str]:
    """The beginning, as an editor cuts from below, of at least 60 words."""
    least = next(
        (n for n in range(1, len(paragraphs)) if sum(len(p.split()) for p in paragraphs[:n]) >= 60), len(paragraphs)
    )
    return paragraphs[: max(least, round(len(paragraphs) * rng.uniform(0.4, 0.8)))]


def _edited(paragraph: str, rng: random.Random) -> str:
    """One word in twenty left out, put in or exchanged; numbers and names stay."""
    words: list[str] = []
    for word in paragraph.split():
        act = rng.choice(("drop", "insert", "exchange")) if rng.random() < 0.05 and word.isalpha() and word.islower() else ""
        words += {"drop": [], "insert": [rng.choice(_FILLERS), word], "exchange": [rng.choice(_FILLERS)]}.get(act, [word])
    return " ".join(words) or paragraph
