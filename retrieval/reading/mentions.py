"""Who or what a noun phrase names: a person, a body that speaks as one, a document, or somebody by role."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from retrieval.reading.nouns import BODIES, COMPASS, DETERMINERS, DOCUMENTS, NO_NAME, ROLES, SURNAMES

_PEOPLE = re.compile(
    r"(?:[a-z]+(?:ers|ors|ists|ians|ants|ees|eers|mates)|people|men|women|police|officials|experts|critics|residents|parents|"
    r"students|scientists|suspects|members|victims|voters|witnesses|delegates|analysts|economists|diplomats|doctors|troops|families|fans|locals|others|many|some|most|several|few|"
    r"both|none|neither|children|authorities|sources|allies|rivals|opponents|supporters|soldiers|nationals|citizens|colleagues|"
    r"friends|activists|democrats|republicans|greens|ministers|leaders|one|everyone|somebody|nobody|agent|rebels)$"
)
_CAPITAL = (
    r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Gen|Sen|Rep|Gov|Lt|Col|Capt|Cmdr|Sgt|Maj|Rev|Fr|St|Hon|Jr|Sr|Mgr|Bros|Inc|Ltd|Co|Corp)\.|"
    r"(?:(?:al|el|an|as|ad|ar|ash|ibn)-)?[A-ZÀ-ÖØ-Þ][\w’'-]*)"
)
_INITIALS = r"(?:[A-Z]\.)+"
_PARTICLE = r"(?:de|da|di|du|von|van|der|den|bin|ibn|al|el|la|le|dos|del|ter|af|av)"
NAME = re.compile(rf"(?<![\w’'])(?:{_INITIALS}|{_CAPITAL})(?:[ ](?:{_PARTICLE}[ ]){{0,2}}(?:{_INITIALS}|{_CAPITAL}|<unk>))*")
"""Words with capitals that follow each other, with what may stand between the parts of a name."""

_ONE = re.compile(r"[a-z]{4,}ist|[a-z]{3,}ician|[a-z]{4,}orian|[a-z]{3,}(?:wo)?man|[a-z]{3,}person|[a-z]{4,}eer")
"""One person by trade: a physicist, the politician."""

_LINK = re.compile(r"\s(?:of|at|in|for|from|with|on|behind|to|near|within|under|by)\s")
_SPLIT = re.compile(r"(?<=\w)[’']s?\s|(?<=s)[’']\s")
_TRAILING = re.compile(r"released|published|issued|presented|submitted|made|based|dated|seen|obtained|entitled")
"""Participles that tell more of the noun before."""

PRONOUN = re.compile(r"(he|she|it|they|i|we|you)\b", re.IGNORECASE)


_ENTITLED = frozenset("entitled titled called album song film movie book novel series game single show play".split())
"""Before the name of a work."""


class Sort(StrEnum):
    """What is named."""

    PERSON = "person"
    """Somebody by name."""
    ROLE = "role"
    """One person by what he or she is: the official, a spokesman."""
    BODY = "body"
    """A body or a number of people."""
    DOCUMENT = "document"
    PRONOUN = "pronoun"
    THING = "thing"
    """Anything else."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun phrase and what it names."""

    sort: Sort
    name: str
    """Without title for a person, with its determiner otherwise; the pronoun in small letters."""
    head: str
    """Its main noun in small letters; the last word of a name."""
    titled: bool = False
    """A title or role stands before the name."""


def mention(phrase: str) -> Mention | None:
    """What a noun phrase names; None where it is empty."""
    phrase = phrase.strip(' ,;:“”"–-')
    words = phrase.split()
    if all(w.casefold() in DETERMINERS for w in words):
        return None
    if phrase.endswith(("’s", "'s", "s’", "s'")) or words[-1].casefold() == "there":
        return None
    last = words[-1] if words[-1] == "I" or words[-1].islower() or len(words) == 1 else ""
    if PRONOUN.fullmatch(last):
        return Mention(Sort.PRONOUN, last.casefold(), last.casefold())
    if len(words) > 1 and _TRAILING.fullmatch(last):
        return mention(" ".join(words[:-1]))
    if called := re.search(r"\b(?:named|called)\s(?=[A-Z])", phrase):
        phrase = phrase[called.end() :]
    link = _LINK.search(phrase)
    core = phrase[: link.start()] if link else phrase
    if link and (person := _after_role(core, phrase[link.end() :])):
        return person
    owner = list(_SPLIT.finditer(core))
    own = core[owner[-1].end() :] if owner and owner[-1].end() < len(core) else core
    head = own.split()[-1] if own.split() else ""
    if head[:1].isupper() or head == "<unk>":
        return _capital(own, core, phrase)
    by_whom = link is not None and link[0].strip() in {"by", "of", "from"}
    return _common(head.strip(".").casefold(), _lowered(phrase), core, by_whom=by_whom)


def people(words: str) -> list[Mention]:
    """Whoever a sentence names, in order; names that only describe a thing (“the Watt engine”) are left out."""
    found = []
    for run in NAME.finditer(words):
        before = [w.casefold() for w in words[: run.start()].split()[-2:]]
        role = bool(before) and _singular(before[-1]) in ROLES
        one = mention(run[0])
        if before and before[-1] in _ENTITLED:
            continue
        if one and one.sort in {Sort.PERSON, Sort.BODY} and (role or not DETERMINERS.intersection(before)):
            found.append(one)
    return found


def plural_people(word: str) -> bool:
    """Whether a word means several people: employers, analysts."""
    low = word.casefold()
    return bool(_PEOPLE.search(low)) or _singular(low) in ROLES or low in BODIES


def documentary(word: str) -> bool:
    """Whether a noun in small letters is one of what is written."""
    return word in DOCUMENTS or _singular(word) in DOCUMENTS


def name_of(run: str) -> tuple[str, bool] | None:
    """The name in a run of capitalised words without what stands before it, and whether that was a title."""
    words = run.split()
    while words and words[0].casefold().strip(".") in NO_NAME:
        words = words[1:]
    while len(words) > 2 and words[0].isupper() and len(words[0]) > 1 and words[0].isalpha():
        words = words[1:]
    titles = [n for n, w in enumerate(words) if w.casefold().strip(".") in ROLES]
    if titles and words[titles[-1]].casefold() in SURNAMES:
        last = titles[-1] == len(words) - 1 and len(titles) < len(words)
        if last or (len(titles) > 1 and titles[-1] == titles[-2] + 1):
            titles.pop()
    titled = bool(titles)
    kept = words[titles[-1] + 1 :] if titles else words
    if titles and not kept:
        return None
    return (" ".join(kept).rstrip(".") if len(kept[-1]) > 2 else " ".join(kept), titled) if kept else None


def personal(name: str, titled: bool) -> bool:
    """Whether a name is a person's, by its form: two to five words, none of them a body's."""
    words = name.split()
    low = [w.casefold().strip(".") for w in words]
    if any(w in BODIES or w in DOCUMENTS for w in low) or low[0] in COMPASS or "&" in words:
        return False
    return titled or (2 <= len(words) <= 5 and not (words[-1].isupper() and len(words[-1]) > 3))


def _capital(own: str, core: str, phrase: str) -> Mention | None:
    """A phrase whose last word has a capital."""
    runs = list(NAME.finditer(own))
    if not runs:
        return Mention(Sort.BODY, _lowered(phrase), own.split()[-1].casefold())
    run = runs[-1][0]
    before = own[: runs[-1].start()].split()
    described = before[-1].casefold() if before else ""
    found = name_of(run)
    if found is None and run.casefold() in NO_NAME:
        return None
    if found is None:
        # Nothing but a title: the Prime Minister.
        return Mention(Sort.ROLE, _lowered(core), run.split()[-1].casefold())
    name, titled = found
    titled = titled or _singular(described) in ROLES
    one = personal(name, titled) and _singular(described) not in BODIES and (described not in DETERMINERS or titled)
    if one:
        return Mention(Sort.PERSON, name, name.split()[-1], titled)
    if described in BODIES or _singular(described) in BODIES:
        return Mention(Sort.BODY, run, run.split()[-1])
    if described in DETERMINERS or len(run.split()) > 1:
        last = run.split()[-1].casefold()
        sort = Sort.DOCUMENT if last in DOCUMENTS and last not in BODIES else Sort.BODY
        return Mention(sort, _lowered(phrase), last)
    return Mention(Sort.BODY, _lowered(phrase) if phrase != core else name, name.split()[-1])


def _common(head: str, phrase: str, core: str, *, by_whom: bool) -> Mention:
    """A phrase whose last word is a common noun."""
    single = _singular(head)
    if documentary(head):
        return Mention(Sort.DOCUMENT, phrase if by_whom else _lowered(core), head)
    if (head in ROLES and head not in BODIES) or _ONE.fullmatch(head):
        return Mention(Sort.ROLE, phrase, head)
    if head in BODIES or single in BODIES or single in ROLES or _PEOPLE.search(head):
        return Mention(Sort.BODY, phrase, head)
    return Mention(Sort.THING, phrase, head)


def _after_role(core: str, rest: str) -> Mention | None:
    """Secretary of State Antony Blinken: a role, what of, and then the name."""
    head = core.split()[-1].casefold() if core.split() else ""
    runs = list(NAME.finditer(rest))
    if head not in ROLES or not runs or runs[-1].end() != len(rest):
        return None
    words = runs[-1][0].split()
    name = " ".join(words[-2:])
    return Mention(Sort.PERSON, name, words[-1], True) if len(words) > 2 and personal(name, True) else None


def _singular(word: str) -> str:
    for ending, instead in (("ies", "y"), ("ches", "ch"), ("s", "")):
        if word.endswith(ending) and not word.endswith("ss"):
            return word[: -len(ending)] + instead
    return word


def _lowered(phrase: str) -> str:
    """The phrase as it would stand within a sentence, and pointing words as “the”."""
    first, _, rest = phrase.partition(" ")
    if first.casefold() in {"these", "this", "those", "that"} and rest:
        return f"the {rest}"
    return phrase[:1].lower() + phrase[1:] if first.casefold() in DETERMINERS else phrase
