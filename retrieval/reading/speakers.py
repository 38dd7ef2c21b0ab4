"""Whose voice a sentence is: a named person, a document, or the reporter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.corpus.sentences import Span

Kind = Literal["person", "document", "reporter"]


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says what a quote says."""

    name: str
    kind: Kind


REPORTER = Speaker("the article", "reporter")

_SAYING = (
    r"(?:said|says|say|stated|states|told|tells|added|adds|noted|notes|warned|warns|announced|announces|denied|denies|"
    r"urged|urges|claimed|claims|suggested|suggests|argued|argues|insisted|insists|explained|explains|replied|asked|"
    r"declared|declares|wrote|writes|remarked|stressed|emphasi[sz]ed|called|calls|demanded|demands|blamed|accused|"
    r"vowed|pledged|promised|acknowledged|admitted|confirmed|commented|pointed out|considered|believes|believed)"
)
_WORD = r"[A-Z][\w’'-]*[a-z][\w’'-]*"
_NAME = rf"{_WORD}(?: (?:[A-Z]\.|de|van|von|bin|al-)?\s?{_WORD}){{0,5}}"
_BETWEEN = r"(?:,[^,.“”]{3,60},)?(?: (?:also|once|then|later|repeatedly|further|has|had|have|was|again))*"
_BEFORE = re.compile(rf"({_NAME}){_BETWEEN} {_SAYING}\b")
_AFTER = re.compile(rf"[,”\"] {_SAYING} (?:the )?({_NAME})")
_ACCORDING = re.compile(rf"[Aa]ccording to (?:the )?({_NAME})")
_BACK = re.compile(
    rf"(?:\b(?:[Hh]e|[Ss]he)\b{_BETWEEN} {_SAYING}\b|[Aa]ccording to (?:him|her)\b|"
    rf"\bThe (?:official|minister|president|spokes(?:man|woman|person)|diplomat|senator|leader|author)"
    rf"{_BETWEEN} {_SAYING}\b)"
)
_DOCUMENT = re.compile(
    rf"\b(?:draft|treat(?:y|ies)|document|agreement|proposals?|report|statement|text|clause|letter|bill|act|resolution)s?\b"
    rf"[^.,“”]{{0,60}}? (?:{_SAYING}|provides?|prohibits?|pledges?|requires?|stipulates?|obliges?|bans?|forbids?)\b",
    re.IGNORECASE,
)
_BACK_DOCUMENT = re.compile(rf"^It (?:also )?(?:{_SAYING}|provides?|prohibits?|pledges?|requires?)\b")
_ROLES = frozenset(
    "president minister secretary spokesman spokeswoman spokesperson senator governor chancellor ambassador general "
    "chief director chairman chairwoman king queen prince pope mayor judge professor doctor dr mr mrs ms sir deputy prime "
    "foreign defense defence interior finance leader commander colonel captain vice head us uk eu russian".split()
)
_COLLECTIVE = frozenset(
    "ministry union nations house council states party department government committee bank agency court army parliament "
    "congress senate kingdom office commission group company times post university institute federation kremlin west east "
    "countries leaders officials".split()
)


def speaker(text: str, sentences: Sequence[Span], index: int) -> Speaker:
    """The voice of `sentences[index]`.

    Args:
        text: the article's text.
        sentences: its sentences in order, at least those shortly before the one asked about.
        index: which one.

    """
    here = text[slice(*sentences[index])]
    if name := _person(here):
        return Speaker(name, "person")
    if _BACK.search(here):
        for before in range(index - 1, max(-1, index - 4), -1):
            earlier = text[slice(*sentences[before])]
            if name := _person(earlier):
                return Speaker(name, "person")
            if not _BACK.search(earlier):
                break
    if match := _DOCUMENT.search(here):
        return Speaker(f"the {match[0].split()[0].lower()}", "document")
    if _BACK_DOCUMENT.search(here):
        for before in range(index - 1, max(-1, index - 3), -1):
            if match := _DOCUMENT.search(text[slice(*sentences[before])]):
                return Speaker(f"the {match[0].split()[0].lower()}", "document")
    return REPORTER


def _person(sentence: str) -> str | None:
    """The person whom the sentence quotes or reports, without title."""
    for pattern in (_BEFORE, _AFTER, _ACCORDING):
        for match in pattern.finditer(sentence):
            words = match[1].split()
            plain = [w for w in words if w.casefold().strip(".’'") not in _ROLES]
            titled = len(plain) < len(words)
            if plain and not {w.casefold() for w in words} & _COLLECTIVE and (titled or 2 <= len(plain) <= 4):
                return " ".join(plain)
    return None
