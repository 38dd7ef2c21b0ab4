"""The grammar of attribution: who, by the words of a sentence, says what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from retrieval.reading.mentions import Mention, Sort, documentary, mention, people
from retrieval.reading.phrases import after, before, ends_with_name, subject, without_adverbs
from retrieval.reading.sayings import PROVIDING, cues, says


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody who says something."""

    who: Mention
    at: int
    """Where in the outline he or she is named; 0 for the subject with which it begins."""
    main: bool
    """It is the sentence's own statement, not that of a clause within it."""
    conceded: bool = False
    """It stands in a clause with "while" or "although", and gives way to what does not."""


_CLAUSES = re.compile(r"(?:, (?:and|but)|;)\s(?:instead |then |later |so )?")
_UNSAID = re.compile(
    r"(?:\b(?:was|were|been|be|being|is|are|am|get|gets|got|not|never|no|to|would|could|might|may|can|cannot|will|should|must|[Hh]aving)|"
    r"[’'](?:m|re|d|ll)|n[’']t)\s*$"
)
"""Before a verb that passes nothing on: passive, denied, or only thought of."""

_GOING_ON = re.compile(r"\b(?:continued|continues|went on|goes on|proceeded)\s+to\s*$")
_NO_PARTICIPLE = re.compile(
    r"\b(?:by|for|of|in|from|before|after|without|about|on|and|as|is|are|was|were|been|keeps?|kept|start(?:ed)?)\s*$"
)
_RELATIVE = re.compile(r",? who$")
_COMMITTING = re.compile(r"promise|pledge|threaten|vow")
_LISTENED = frozenset("told tells informed assured reassured warned reminded advised urged accused blamed".split())
_AFTER_QUOTE = re.compile(r"”,?\s$")
_INSERTED_NAME = re.compile(r",\s(?:(?:also|now|then|once|later|formerly|sometimes|often|originally)\s)?$(?<!”,\s)")
_JOINED = re.compile(r"(?:^|[\s,])(?:and|but|or|then|yet)\s*$")
_SPEAKING = frozenset("said says told tells replied wrote shouted whispered insisted added warned explained".split())
_TOLD = re.compile(r"(?:\s\w+){0,3}[,:]?\s(?:that\b|“)")
_PARTICIPLE = re.compile(r"\s(?:for|by)\b")
_NAMING = frozenset("called dubbed labelled labeled branded".split())
_MEASURES = frozenset("law laws rule rules plan plans strategy policy".split())
_DIRECT = re.compile(r"[,:]?\s?(?:quote, )?“")
_AT_END = re.compile(r"\s*(?:[.,;]|$|(?:on|in|last|this|late|early|at|to|when|after)\b)")
_ACCORDING = re.compile(
    r"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|opinion|eyes) of|[Aa]s told by|quoted(?=\s[^.]{3,80} as saying)|"
    r"(?:described|called|dubbed|label+ed|characteri[sz]ed|branded|hailed|condemned|denounced|praised|criticised|criticized|denied|confirmed|"
    r"announced|disputed|acknowledged|reported|alleged)(?: as)? by)\s"
)
_THOUGHT = re.compile(
    r"\b(?:was|were|is|are|been)\s(?:\w+ly )?(?:considered|regarded|seen|viewed|described|praised|hailed|criticised|"
    r"criticized|called|named|condemned|believed|thought|accused|rated|characterised|characterized)\b[^,;.“]{1,90}?\sby\s"
)
_WAS_QUOTED = re.compile(r"\b(?:was|were|is|are)\s(?:also )?quoted\s(?:[^.]{0,40} )?as (?:saying|telling)\b")
_VIEW = re.compile(r"\b[Ii]n (?P<who>his|her|their|its|[^,;:“”]{2,50}?[’']s?)\s(?:own )?(?:view|opinion|words|eyes)\b")
_VERDICT = re.compile(
    r"^(?P<who>His|Her|Its|Their|[^,;:“”]{2,60}?[’']s?)\s(?:\w+ ){0,2}(?:criticisms?|complaints?|view|opinion|verdict|"
    r"message|argument|answer|reply|response|prediction|warning|claim|conclusion|advice|explanation)\s"
    r"(?:is|are|was|were|came|has been)\b"
)
_POSSESSIVE = {"his": "he", "her": "she", "its": "it", "their": "they"}


@lru_cache(maxsize=4000)
def attributions(words: str) -> tuple[Attribution, ...]:
    """Everybody to whom the sentence attributes something, those of its own statement first, in order.

    Args:
        words: of its outline.

    """
    found = [*_opinions(words), *_according(words), *_verbs(words), *_provisions(words)]
    people = (a for a in found if a.who.sort is not Sort.THING)
    return tuple(sorted(people, key=lambda a: (not a.main, a.conceded, a.at)))


def _opinions(words: str) -> Iterator[Attribution]:
    """His main criticism was …; in Lombardi's view, …"""
    for match in (_VERDICT.match(words), _VIEW.search(words)):
        if match:
            whose = match["who"]
            who = mention(_POSSESSIVE.get(whose.casefold(), re.sub(r"\s?[’']s?$", "", whose)))
            if who:
                yield Attribution(who, match.start(), True)


def _according(words: str) -> Iterator[Attribution]:
    """According to the ministry; was described by Scales as …; was quoted as saying …"""
    for match in chain(_ACCORDING.finditer(words), _THOUGHT.finditer(words)):
        # What goes according to rules is not what the rules say.
        found = after(words[match.end() :])
        if found and found.head not in _MEASURES and (match.re is _ACCORDING or found.sort is not Sort.DOCUMENT):
            yield Attribution(found, match.end(), True)
    if (quoted := _WAS_QUOTED.search(words)) and (subject_ := before(words[: quoted.start()])):
        yield Attribution(*subject_[:3])


def _verbs(words: str) -> Iterator[Attribution]:
    """The ministry said …; “…,” said the minister."""
    for kind, start, end in cues(words):
        left, verb, following = words[:start], words[start:end], words[end:]
        if _INSERTED_NAME.search(left) and (_PARTICIPLE.match(following) or verb in _NAMING):
            # "Thucydides, noted for his style, …", "clubs, also called penyes, …"
            continue
        listener = verb in _LISTENED and not _AFTER_QUOTE.search(left)
        if kind in {"strong", "weak"} and not listener and (inverted := _inverted(left, following)):
            yield Attribution(inverted, end, True)
            continue
        going = _GOING_ON.search(left)
        plain = without_adverbs(left[: going.start()] if going else left)
        if (relative := _RELATIVE.search(plain)) and says(kind, verb, following, quote_before=False):
            # "The story featured an interview with Ni, who stated that …": more than half of it is his.
            named = plain[: relative.start()]
            who = next((p for p in reversed(people(named)) if named.endswith(p.name)), None)
            if who and 2 * len(following) > len(words):
                yield Attribution(who, start, True)
            continue
        if _JOINED.search(plain) and _COMMITTING.match(verb) and following.startswith(" to "):
            # "… helped train the army and promised to provide more": told among what was done.
            continue
        if not going and _UNSAID.search(plain) and not verb.startswith(("den", "doubt")):
            continue
        if kind == "ing" and _NO_PARTICIPLE.search(plain):
            continue
        quoted = bool(re.search(r"”[^”]{0,80}$", plain))
        complete = says(kind, verb, following, quote_before=quoted)
        # "…, researchers reported on Thursday.": what they report stands before.
        closing = kind == "weak" and bool(_AT_END.match(following) and re.search(r",\s[^,]+$", plain))
        if not complete and not closing:
            continue
        if kind == "ing" or _JOINED.search(plain):
            who = (_last_clause(left) if kind == "ing" else None) or subject(left)
            if who and not left.lstrip().startswith("“"):
                yield Attribution(who, 0, True)
        elif found := before(plain):
            who, at, main, conceded = found
            if who.sort is Sort.THING and verb in _SPEAKING and (quoted or _TOLD.match(following)):
                # Whoever tells that something is so, or in so many words, is somebody: my boss.
                who = replace(who, sort=Sort.ROLE)
            if complete or re.search(r"(?:^|,\s)$", plain[:at]):
                yield Attribution(who, at, main or bool(_DIRECT.match(following)), conceded)


def _last_clause(left: str) -> Mention | None:
    """Who does what the last of several clauses says: “…, and instead another release was issued stating that …”."""
    joint = [m.end() for m in _CLAUSES.finditer(left)]
    found = subject(left[joint[-1] :]) if joint else None
    return found if found and found.sort not in {Sort.THING, Sort.PRONOUN} else None


def _inverted(left: str, following: str) -> Mention | None:
    """Who is named after the verb: “…,” said the minister."""
    if not re.search(r"[”,?!]\s$", left):
        return None
    if re.search(r"”,?\s$", left) or ends_with_name(following):
        found = after(following.lstrip())
        return found if found and found.sort is not Sort.THING else None
    return None


def _provisions(words: str) -> Iterator[Attribution]:
    """The treaty prohibits …"""
    if not words.startswith("It ") and not any(documentary(word) for word in re.findall(r"[a-z]+", words.casefold())):
        return
    for cue in PROVIDING.finditer(words):
        plain = without_adverbs(words[: cue.start()])
        found = None if _UNSAID.search(plain) else before(plain)
        if found and found[2] and (found[0].sort is Sort.DOCUMENT or found[0].name == "it"):
            yield Attribution(*found[:3])
