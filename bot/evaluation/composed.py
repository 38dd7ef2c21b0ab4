"""Files of sentences that a model could write, right and wrong, and how many of each the checker lets pass."""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from bot.answer import Quote
from bot.compose.prose import Checked, ProseChecker, Sentence
from bot.evaluation import strict_yaml
from bot.evaluation.questions import QuestionFileError
from bot.quoting import Quoter
from bot.settings import PROJECT
from bot.wiring import Project
from retrieval.index.catalogue import Catalogue
from retrieval.reading.features import Features
from retrieval.reading.judge import Finding
from retrieval.reading.search import Evidence

FILE = PROJECT / "tests" / "questions" / "composed.yaml"
SPLITS = ("tuning", "seen", "held-out")
_REMEDY = "See tests/questions/composed.yaml for the format."
_CITED = re.compile(r"\s*\[(\d+(?:,\s*\d+)*)\]$")


@dataclass(frozen=True, slots=True)
class Passage:
    """Quotes of an article, a question that they answer, and sentences that rest on them."""

    article: str
    split: str
    question: str
    quotes: tuple[Quote, ...]
    right: tuple[Sentence, ...]
    wrong: Mapping[str, tuple[Sentence, ...]]
    """By what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One sentence and what was found."""

    passage: Passage
    kind: str
    """"right", or what is wrong with it."""
    checked: Checked


def load(path: Path) -> tuple[list[Path], list[dict[str, Any]]]:
    """The folders of articles, and the passages as they stand in the file.

    Raises:
        QuestionFileError: it cannot be read or is malformed.

    """
    try:
        content = strict_yaml.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise QuestionFileError(f"{path} cannot be read ({error})", _REMEDY) from error
    if not isinstance(content, dict) or set(content) != {"corpus", "passages"}:
        raise QuestionFileError(f"{path} needs “corpus” and “passages”, and nothing else", _REMEDY)
    for number, item in enumerate(content["passages"], 1):
        if not isinstance(item, dict) or set(item) != {"article", "split", "question", "quotes", "right", "wrong"}:
            raise QuestionFileError(
                f"{path}: passage {number} needs article, split, question, quotes, right, wrong", _REMEDY
            )
        if item["split"] not in SPLITS:
            raise QuestionFileError(f"{path}: passage {number} has the split {item['split']}", _REMEDY)
    return [(path.parent / str(folder)).resolve() for folder in content["corpus"]], list(content["passages"])


def passages(catalogue: Catalogue, items: Sequence[Mapping[str, Any]]) -> list[Passage]:
    """The passages with their quotes made from the articles.

    Raises:
        QuestionFileError: words of a quote stand in no sentence of the article.

    """
    made = []
    for item in items:
        quotes = tuple(
            replace(quoted(catalogue, str(item["article"]), str(words)), number=number)
            for number, words in enumerate(item["quotes"], 1)
        )
        wrong = {str(kind): tuple(map(cited, texts)) for kind, texts in item["wrong"].items()}
        right = tuple(map(cited, item["right"]))
        made.append(Passage(str(item["article"]), str(item["split"]), str(item["question"]), quotes, right, wrong))
    return made


def cited(text: str) -> Sentence:
    """A sentence with its citations, which stand in brackets at its end; the first quote where there are none."""
    found = _CITED.search(text)
    numbers = tuple(int(n) for n in found[1].split(",")) if found else (1,)
    return Sentence(_CITED.sub("", text), numbers)


def quoted(catalogue: Catalogue, article: str, words: str) -> Quote:
    """The quote of the sentence that holds these words."""
    for entry in catalogue.entries():
        if entry.name.rpartition("/")[2] != article:
            continue
        text = catalogue.text(entry.sha256)
        for stored in catalogue.passages(entry.sha256):
            for start, end in stored.passage.sentences:
                at = text.find(words, start, end)
                if at >= 0:
                    zero = Features(*[0.0] * len(fields(Features)))
                    evidence = Evidence(stored, entry, 0.0, 0.0, 0.0)
                    return Quoter(catalogue).quotes([Finding((start, end), (at, at + len(words)), evidence, 1.0, zero)])[0]
    raise QuestionFileError(f"“{words}” stands in no sentence of {article}", _REMEDY)


def run(checker: ProseChecker, chosen: Sequence[Passage]) -> Iterator[Verdict]:
    """Check every sentence, each by itself."""
    for passage in chosen:
        for kind, sentences in {"right": passage.right, **passage.wrong}.items():
            for sentence in sentences:
                question, _, text = sentence.text.rpartition(" >> ")
                alone = Sentence(text, sentence.quotes)
                (checked,) = checker.check(question or passage.question, plain(passage), [alone])
                yield Verdict(passage, kind, checked)


def plain(passage: Passage) -> list[Quote]:
    """The quotes without marked words, which in these files only say where a sentence is."""
    return [replace(quote, highlight=None) for quote in passage.quotes]


def measured(project: Project, file: Path) -> list[Verdict]:
    """Every sentence of a file."""
    corpus, items = load(file)
    with tempfile.TemporaryDirectory() as folder:
        opened = Project(project.settings, Path(folder), project.models)
        opened.ingest(corpus)
        found = list(run(project.prose_checker, passages(opened.index.catalogue, items)))
        opened.index.close()
    return found


def main(arguments: Sequence[str]) -> int:
    """`python -m bot.evaluation.composed [--errors] [SPLIT]`."""
    from bot.commands.opening import project as opened

    splits = [a for a in arguments if a in SPLITS] or SPLITS
    verdicts = [v for v in measured(opened(None, None, ()), FILE) if v.passage.split in splits]
    for split in splits:
        of_split = [v for v in verdicts if v.passage.split == split]
        right = [v for v in of_split if v.kind == "right"]
        wrong = [v for v in of_split if v.kind != "right"]
        passed, stopped = (
            sum(bool(v.checked.faults) == flag for v in some) for some, flag in ((right, False), (wrong, True))
        )
        print(f"{split}: {passed} of {len(right)} right sentences pass, {stopped} of {len(wrong)} wrong ones are stopped")
        kinds = Counter(v.kind for v in wrong)
        if "--errors" in arguments:
            for kind, number in kinds.items():
                print(f"  {kind}: {sum(bool(v.checked.faults) for v in wrong if v.kind == kind)} of {number}")
            for verdict in of_split:
                if bool(verdict.checked.faults) == (verdict.kind == "right"):
                    faults = "; ".join(f"{f.value}: {d}" for f, d in verdict.checked.faults)
                    print(
                        f"  {verdict.kind}: {verdict.checked.sentence.text} {list(verdict.checked.sentence.quotes)} {faults}"
                    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
