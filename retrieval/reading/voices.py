"""Questions about a speaker: whom a question asks about, and whether a voice is the one asked about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from retrieval.index.words import stems
from retrieval.reading.aliases import Aliases, close_spelling, same_name
from retrieval.reading.mentions import Sort, mention, personal
from retrieval.reading.nouns import BODIES, DETERMINERS, DOCUMENTS, NO_NAME, ROLES
from retrieval.reading.speakers import Speaker

_VERB = (
    r"(?:say|said|tell|told|state|stated|claim|claimed|think|thought|believe|believed|warn|warned|argue|argued|add|added|describe|"
    r"described|announce|announced|admit|admitted|deny|denied|demand|demanded|promise|promised|suggest|suggested|accuse|accused|"
    r"blame|blamed|urge|urged|insist|insisted|stress|stressed|write|wrote|explain|explained|predict|predicted|respond|responded|"
    r"reply|replied|comment|commented|mention|mentioned)"
)
_ADVERB = r"(?:(?:also|ever|really|actually|once|exactly|not|just|himself|herself)\s+)?"
_ASKED = re.compile(rf"\b(?:did|does|do|has|have|had)\s+(?P<who>[^?,;]{{2,60}}?)\s+{_ADVERB}{_VERB}\b", re.IGNORECASE)
_ACCORDING = re.compile(r"\b(?:according to|in the (?:words|view|opinion|eyes) of)\s+(?P<who>[^?,;]{2,60})", re.IGNORECASE)
_VIEW = re.compile(r"\bin (?P<who>[^?,;]{2,40}?)[’']s?\s(?:own )?(?:view|opinion|words|eyes)\b", re.IGNORECASE)
_WHOSE = re.compile(
    r"\b(?:is|was|are|were)\s+(?P<who>[^?,;]{2,60}?)[’']s?\s+(?:view|opinion|position|statement|answer|reply|response|verdict|"
    r"reaction|comment)s?\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"\s(?:about|on|in|at|to|that|when|if|during|after|before|regarding|concerning|over|who|what|where|how|why|is|are|was|were|did|"
    r"does|do|has|have|had|will|would|can|could|should|must)\b.*$",
    re.IGNORECASE,
)
_ANYBODY = frozenset(
    "he she it they we you i them him her anyone anybody someone somebody everyone people one there article text".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """Whom a question asks about as a speaker."""

    words: tuple[str, ...]
    """Without determiner and title, in small letters."""
    person: bool
    """It may be a person's: it is not a body's by its form."""
    shown: str
    """As the question has it."""


def asked_of(question: str) -> Name | None:
    """Who says what is asked for: "What did Ryabkov say about …?"; None where the question asks about no speaker by name.

    Whoever is asked about only by role ("the governor") may be anybody, and a document may have many names (the draft, the
    treaty, the proposals): both are left to the reader.
    """
    for pattern in (_ASKED, _ACCORDING, _VIEW, _WHOSE):
        match = pattern.search(question)
        # "How does Kyiv feel about being told …?" is no question about what Kyiv told.
        if match and not (pattern is _ASKED and _END.search(match["who"])) and (name := _name(match["who"])):
            return name
    return None


def speaks(voice: Speaker, name: Name, aliases: Aliases | None = None) -> bool:
    """Whether a voice is the one asked about: by surname, in another spelling, or by another name for the same.

    Args:
        voice: of a sentence.
        name: whom the question asks about.
        aliases: names that mean the same; none if left out.

    """
    if voice.kind == "reporter":
        return False
    own = [w.strip(".,").casefold() for w in voice.name.split() if w.casefold() not in DETERMINERS]
    if name.person:
        first = len(name.words) == 1 or len(own) == 1 or _same(name.words[0], own[0])
        return bool(own) and _same(name.words[-1], own[-1]) and first
    if any(_same(word, other) for word in name.words[-1:] for other in own):
        return True
    asked = stems(" ".join(name.words))
    others = {other for names in (aliases.found(asked) if aliases else {}).values() for other in names}
    return any(set(other) <= set(stems(voice.name)) for other in others if other)


def individual(voice: Speaker) -> bool:
    """Whether a voice is one person's, by the form of the name: "he" can mean Sergei Ryabkov, but not the Kremlin."""
    words = voice.name.split()
    capitals = bool(words) and words[0][:1].isupper() and words[-1][:1].isupper() and words[0].casefold() not in DETERMINERS
    return voice.kind == "person" and capitals and personal(voice.name, False)


def _name(phrase: str) -> Name | None:
    words = [w.strip(".,’'\"“”").removesuffix("’s").removesuffix("'s") for w in _END.sub("", phrase).split()]
    words = [w for w in words if w]
    while words and words[0].casefold() in DETERMINERS | NO_NAME:
        words.pop(0)
    low = [w.casefold() for w in words]
    if not 1 <= len(words) <= 5 or low[-1] in _ANYBODY | NO_NAME:
        return None
    found = mention(" ".join(w if w[:1].isupper() and not w.isupper() else w.capitalize() for w in words))
    if {low[-1], low[-1].rstrip("s")} & DOCUMENTS or (found and found.sort is Sort.DOCUMENT):
        return None
    if {low[-1], low[-1].rstrip("s")} & BODIES:
        return Name(tuple(low), person=False, shown=" ".join(words))
    plain = [w for w in low if w not in ROLES]
    if not plain or low[-1] in ROLES or low[-1].rstrip("s") in ROLES:
        return None
    return Name(tuple(plain), person=True, shown=" ".join(words))


def _same(word: str, other: str) -> bool:
    return same_name(word, other) or bool(close_spelling(word, [other]))
