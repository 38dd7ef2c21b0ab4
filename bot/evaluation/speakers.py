"""Speaker files: whose voice each sentence of some articles is, by a person's reading, and how often it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation import intervals, strict_yaml
from bot.evaluation.questions import QuestionFileError
from retrieval.corpus.article import Article
from retrieval.corpus.passages import passages
from retrieval.corpus.sentences import Span
from retrieval.reading.speakers import Speaker

_REMEDY = "See tests/questions/speakers.yaml for the format."
SPLITS = ("tuning", "held-out")
KINDS = {"reporter": "reporter", "person": "person", "collective": "person", "document": "document"}
"""What a sentence is labelled as -> the contract's kind; a body that speaks as one counts as a person."""

_LEFT_OUT = frozenset("the a an this that these those".split())

PASSAGE_WORDS = 200
"""Sentences are the same whatever the size of passages."""

Tell = Callable[[str, Sequence[Span], int], Speaker]
"""Text, its sentences without headings, which one -> its voice."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A right answer."""

    kind: str
    """One of `KINDS`."""
    name: str
    """Empty for the reporter."""

    def is_told_by(self, told: Speaker) -> bool:
        """Whether that is the same voice: a person by the name in full, all others by the words that name them."""
        if told.kind != KINDS[self.kind]:
            return False
        if self.kind == "person":
            return told.name == self.name
        one, other = (frozenset(_words(name)) for name in (self.name, told.name))
        return self.kind == "reporter" or (bool(one and other) and (one <= other or other <= one))


@dataclass(frozen=True, slots=True)
class GoldSentence:
    """A sentence and whose voice it is."""

    begins: str
    """Its words to the letter, the first of them if it is long."""
    voices: tuple[Voice, ...]
    """What is right; the first is the one it counts under, others are as right to a careful reader."""


@dataclass(frozen=True, slots=True)
class GoldArticle:
    """Labelled sentences of one article, in order."""

    corpus: Path
    article: str
    split: str
    sentences: tuple[GoldSentence, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one sentence."""

    gold: GoldSentence
    article: GoldArticle
    speaker: Speaker

    @property
    def right(self) -> bool:
        """Whether one of the right voices was told."""
        return any(voice.is_told_by(self.speaker) for voice in self.gold.voices)


def is_speakers(path: Path) -> bool:
    """Whether a file is of this kind."""
    try:
        return "\nvoices:" in "\n" + path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def load(path: Path) -> tuple[dict[str, float], list[GoldArticle]]:
    """The thresholds and the labelled articles of a file.

    Raises:
        QuestionFileError: it cannot be read or is malformed; says where.

    """
    try:
        content = strict_yaml.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise QuestionFileError(f"{path} cannot be read ({error})", _REMEDY) from error
    if not isinstance(content, dict) or not {"voices"} <= set(content) <= {"voices", "thresholds"}:
        raise QuestionFileError(f"{path} needs “voices”, and may have “thresholds”", _REMEDY)
    limits = content.get("thresholds") or {}
    if not isinstance(limits, dict) or not all(
        name in SPLITS and isinstance(limit, float) and 0 <= limit <= 1 for name, limit in limits.items()
    ):
        raise QuestionFileError(f"{path}: “thresholds” are shares for {' and '.join(SPLITS)}", _REMEDY)
    return limits, [_article(path, f"{path}: article {n}", item) for n, item in enumerate(content["voices"], 1)]


def tell_all(gold: GoldArticle, article: Article, tell: Tell) -> list[Told]:
    """Every labelled sentence of an article with the voice that the program gives it.

    Raises:
        QuestionFileError: a label's words begin no sentence of the article, or not in this order.

    """
    sentences = [s for p in passages(article, PASSAGE_WORDS) if not p.heading for s in p.sentences]
    found: list[Told] = []
    index = 0
    for labelled in gold.sentences:
        while index < len(sentences) and not article.text.startswith(labelled.begins, sentences[index][0]):
            index += 1
        if index == len(sentences):
            raise QuestionFileError(f"{gold.article}: no sentence begins “{labelled.begins}”, in this order", _REMEDY)
        found.append(Told(labelled, gold, tell(article.text, sentences, index)))
        index += 1
    return found


def to_json(told: Sequence[Told], limits: dict[str, float]) -> dict[str, Any]:
    """Accuracy with its 95 % interval: by split, by corpus within each, and by what is labelled; and all errors."""
    scored: dict[str, Any] = {"sentences": len(told), "speaker_accuracy": _share(told), "splits": {}, "errors": []}
    for split in SPLITS:
        own = [t for t in told if t.article.split == split]
        corpora = dict.fromkeys(t.article.corpus.name for t in own)
        scored["splits"][split] = {
            "speaker_accuracy": _share(own),
            "corpora": {name: _share([t for t in own if t.article.corpus.name == name]) for name in corpora},
            "kinds": {kind: _share([t for t in own if t.gold.voices[0].kind == kind]) for kind in KINDS},
        }
    scored["errors"] = [_error(t) for t in told if not t.right and t.article.split == "tuning"]
    scored["thresholds"] = limits
    scored["below_thresholds"] = [
        split for split, limit in limits.items() if (scored["splits"][split]["speaker_accuracy"]["value"] or 0.0) < limit
    ]
    return scored


def lines(scored: dict[str, Any]) -> Iterator[str]:
    """The figures for a person."""
    yield f"{scored['sentences']} sentences: speaker_accuracy {_shown(scored['speaker_accuracy'])}"
    for split, found in scored["splits"].items():
        yield f"{split}: {_shown(found['speaker_accuracy'])}"
        for name, share in (*found["corpora"].items(), *found["kinds"].items()):
            if share["of"]:
                yield f"  {name}: {_shown(share)}"
    for error in scored["errors"]:
        yield f"- {error['article']}: “{error['begins'][:90]}”: {error['told']}, right is {error['right']}"


def _share(told: Sequence[Told]) -> dict[str, Any]:
    right, n = sum(t.right for t in told), len(told)
    return {
        "value": right / n if n else None,
        "interval": list(intervals.wilson(right, n)) if n else None,
        "right": right,
        "of": n,
    }


def _shown(share: dict[str, Any]) -> str:
    if not share["of"]:
        return "none"
    low, high = share["interval"]
    return f"{share['value']:.3f} ({low:.2f} to {high:.2f}), {share['right']} of {share['of']}"


def _error(told: Told) -> dict[str, str]:
    right = " or ".join(f"{v.kind} {v.name}".strip() for v in told.gold.voices)
    voice = f"{told.speaker.kind} {told.speaker.name}"
    return {"article": told.article.article, "begins": told.gold.begins, "told": voice, "right": right}


def _article(path: Path, where: str, item: object) -> GoldArticle:
    if not isinstance(item, dict) or set(item) != {"corpus", "article", "split", "sentences"}:
        raise QuestionFileError(f"{where} needs corpus, article, split and sentences", _REMEDY)
    if item["split"] not in SPLITS or not isinstance(item["sentences"], list):
        raise QuestionFileError(f"{where} has the split {item['split']}", _REMEDY)
    corpus = (path.parent / str(item["corpus"])).resolve()
    sentences = tuple(_sentence(f"{where}, sentence {n}", s) for n, s in enumerate(item["sentences"], 1))
    return GoldArticle(corpus, str(item["article"]), item["split"], sentences)


def _sentence(where: str, item: object) -> GoldSentence:
    if not isinstance(item, dict) or not {"text", "voice"} <= set(item) <= {"text", "voice", "name", "or"}:
        raise QuestionFileError(f"{where} needs text and voice, and may have name and or", _REMEDY)
    return GoldSentence(str(item["text"]), (_voice(where, item), *(_voice(where, other) for other in item.get("or", []))))


def _voice(where: str, item: dict[str, Any]) -> Voice:
    kind, name = item.get("voice"), item.get("name", "")
    if kind not in KINDS or bool(name) != (kind != "reporter"):
        raise QuestionFileError(f"{where} has the voice {kind} and the name “{name}”", _REMEDY)
    return Voice(kind, name)


def _words(name: str) -> Iterator[str]:
    return (w for w in re.findall(r"[\w’'&-]+", name.casefold()) if w not in _LEFT_OUT)
