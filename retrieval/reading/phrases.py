"""Noun phrases around a verb: the subject before it, whoever is named after it, and what a sentence is about."""

from __future__ import annotations

import re

from retrieval.reading.mentions import NAME, Mention, Sort, mention, name_of, personal
from retrieval.reading.nouns import CONCEDING, DETERMINERS, LINKS, SUBORDINATING

_ADVERB = (
    r"(?:also|once|then|later|repeatedly|further|again|already|just|now|still|first|often|always|even|all|both|has|have|had|"
    r"did|does|do|too|\w+ly|yesterday|today|recently|this week|last week|this month|earlier|in turn|on \w+day|nevertheless)"
)
_TRAILING = re.compile(rf"(?:^|(?<=[\s,])){_ADVERB}\s*$")
_BOUNDARY = re.compile(
    r",(?:(?<!\d,)|(?!\s?\d))”?\s|”(?<=[,.!?…]”)\s?|[;:]\s?|\.(?<!\b[A-Z]\.)(?<!\b[DMS][rst]\.)\s(?=[A-Z“])"
)
"""Where a clause or an insertion may begin: commas but those in numbers, a quotation's end, the end of a sentence."""

_TIME = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|"
    r"december|\d{1,4}(?:st|nd|rd|th)?|week|month|year|years|yesterday|today|tonight|night|morning|evening|afternoon|time",
    re.IGNORECASE,
)
_INSERTED = re.compile(
    r"(?:who|whose|which|where|wife|husband|son|daughter|brother|sister|a|an|the|his|her|its|their|"
    r"(?:now|then)\s(?!my|the|his|her|our)|formerly|aged|himself|herself|itself|in|on|at|for|from|with|by|despite|after|before|"
    r"when|speaking|citing|\d+)\b|\w+(?:ed|ing)\b"
)
_ADVERBIAL = re.compile(
    r"(?:in|on|at|after|before|during|since|until|by|from|for|with|under|over|despite|without|among|within|throughout|following|"
    r"when|while|if|because|although|though|as|to|meanwhile|however|still|earlier|later|instead|also|and|but|so|then|yet|asked|"
    r"speaking|writing|according)\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"^(?:On|In|By|Since|Early|Late|Last)\s(?:(?:early|late|last|the)\s)*"
    rf"(?:(?:{_TIME.pattern}),?\s)+(?=[A-Z](?!\w*day\b)|the\s)",
    re.IGNORECASE,
)
"""When it was, where no comma divides it from the subject: On Friday Russia …"""

_OWN_WORK = re.compile(r"(?:[Ii]n|[Oo]n|[Aa]t)\s(?:his|her|their|its)\s.*[a-zA-Z]\s(?P<name>[A-Z][\w’'-]+)$")
_OPENING = re.compile(r"(?:While|Although|Though|But|And|So|Then|Yet|However|When|As|If|Because)\s")
_SUBJECT_PRONOUN = re.compile(r"(he|she|it|they|i|we|you)(?:[’']\w+)?\b", re.IGNORECASE)
_OBJECT = {"him": "he", "her": "she", "them": "they"}
_FORWARD_END = re.compile(
    r"[,;:“”(?!]|(?<!\b[A-Z])(?<!\b[DMS][rst])(?<!\bMrs)\.|\s(?:who|which|that|in|on|at|after|before|when|as|while|during|to|"
    r"about|late|early|yesterday|following|of the|from the|last|this|but|because|if)\b"
)
_VERB = re.compile(
    r"(?<=\s)(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|did|does|do|[a-z]{2,}ed)\b"
)
"""Words that can hardly be anything but verbs; many verbs are missing, so that finding none means nothing."""

MOST_WORDS = 10
"""Of a subject at the beginning of a sentence."""


def without_adverbs(left: str) -> str:
    """What stands before a verb without the adverbs and auxiliaries right before it."""
    left = left.rstrip()
    while match := _TRAILING.search(left):
        left = left[: match.start()].rstrip()
    return left


def before(left: str) -> tuple[Mention, int, bool, bool] | None:
    """The subject of a verb, where it begins, whether it is that of a main clause, and of one with "while" or "although".

    Args:
        left: the sentence up to the verb, see `without_adverbs`.

    """
    pieces = _pieces(left)
    if not pieces:
        return None
    last = len(pieces) - 1
    inserted: list[str] = []
    while left.endswith(",") and last > 0 and _inserted([p for _, p in pieces[: last + 1]]):
        inserted.insert(0, pieces[last][1])
        last -= 1
    start, piece = pieces[last]
    prefix, phrase = noun_phrase(piece)
    if own := _OWN_WORK.match(piece):
        # "In his Biographia Literaria Coleridge hails …": the comma is missing.
        prefix, phrase = piece[: own.start("name")], own["name"]
    if several := _several([p for _, p in pieces[: last + 1]]):
        return Mention(Sort.BODY, several, several.split()[-1]), start, True, False
    found = mention(phrase)
    if found is None or phrase.casefold() in SUBORDINATING or phrase.casefold().startswith("there "):
        return None
    opened = prefix.split()[-1].casefold() if prefix.split() else ""
    if found.sort in {Sort.ROLE, Sort.BODY, Sort.THING} and (named := apposed(inserted)):
        found = Mention(Sort.BODY, named.name, named.head) if found.sort is Sort.BODY else named
    elif found.sort is Sort.ROLE and last > 0 and is_name(pieces[last - 1][1]):
        # "Jim Oberstar, chairman of the committee said": the second comma is missing.
        found = apposed([pieces[last - 1][1]]) or found
    return found, start + len(prefix), opened not in SUBORDINATING, opened in CONCEDING


def after(following: str) -> Mention | None:
    """Whoever is named right after a verb or a preposition."""
    end = _FORWARD_END.search(following)
    phrase = (following[: end.start()] if end else following).strip()
    if phrase in _OBJECT:
        return mention(_OBJECT[phrase])
    found = mention(phrase)
    if found and found.sort in {Sort.ROLE, Sort.BODY, Sort.THING} and end and end[0] == ",":
        piece = _FORWARD_END.split(following[end.end() :].lstrip(), maxsplit=1)[0].strip()
        return apposed([piece]) or found
    return found


def ends_with_name(following: str) -> bool:
    """Whether a person and then an end follow a verb: “…, said John Smith.”"""
    end = _FORWARD_END.search(following)
    phrase = (following[: end.start()] if end else following).strip()
    found = mention(phrase) if len(phrase.split()) <= 12 else None
    body = found is not None and found.sort is Sort.BODY and phrase.split()[0].casefold() in DETERMINERS
    return found is not None and (body or found.sort in {Sort.PERSON, Sort.ROLE})


def subject(words: str) -> Mention | None:
    """What a sentence is about, as far as its first words tell."""
    said = _DATED.sub("", re.sub(r"^“[^”]*”?\s*", "", words), count=1)
    pieces = [p.strip() for p in _BOUNDARY.split(said) if p.strip()]
    while len(pieces) > 1 and _ADVERBIAL.match(pieces[0]) and not pieces[0].startswith(("While ", "Although ", "Though ")):
        pieces = pieces[1:]
    if not pieces:
        return None
    head = _OPENING.sub("", pieces[0], count=1) if _OPENING.match(pieces[0]) else pieces[0]
    if match := _SUBJECT_PRONOUN.match(head):
        return mention(match[1])
    if head.startswith("There "):
        return None
    grown = _up_to_verb(head)
    if grown and grown.sort is not Sort.THING and not (grown.sort in {Sort.ROLE, Sort.BODY} and len(pieces) > 1):
        return grown
    whole = mention(head) if len(head.split()) <= 8 and len(pieces) > 1 else None
    if whole and whole.sort is not Sort.THING and _INSERTED.match(pieces[1]):
        return apposed(pieces[1:2]) or whole
    if whole and whole.sort in {Sort.ROLE, Sort.BODY} and (named := apposed(pieces[1:2])):
        return named
    return _first_name(head) or _first_noun(head)


def apposed(inserted: list[str]) -> Mention | None:
    """The name that explains a role: the minister, Odd Brekke, …"""
    for piece in inserted:
        if is_name(piece) and (found := name_of(piece)):
            sort = Sort.PERSON if personal(*found) else Sort.BODY
            return Mention(sort, found[0], found[0].split()[-1], True)
    return None


def is_name(piece: str) -> bool:
    """Whether a piece of a sentence is a name and nothing else."""
    return NAME.fullmatch(piece) is not None and name_of(piece) is not None


def noun_phrase(piece: str) -> tuple[str, str]:
    """What stands before the last noun phrase of a piece of a sentence, and that phrase."""
    words = piece.split()
    while len(words) > 1 and _TIME.fullmatch(words[-1].strip(",")):
        words.pop()
        if len(words) > 1 and words[-1].casefold() in {"on", "in", "this", "last", "late", "early", "of"}:
            words.pop()
    start = len(words)
    while start > 0 and not _cuts(words, start):
        start -= 1
        if words[start].casefold().strip(",") in DETERMINERS and not _goes_on(words, start):
            break
    return " ".join(words[:start]) + (" " if start else ""), " ".join(words[start:])


def _goes_on(words: list[str], start: int) -> bool:
    """Whether the phrase goes on before a determiner: the head of the project."""
    return start > 0 and words[start - 1].casefold() in LINKS | DETERMINERS


def _cuts(words: list[str], start: int) -> bool:
    """Whether the word before `start` cannot belong to the phrase that begins there."""
    word = words[start - 1]
    low = word.casefold().strip(",")
    if "”" in word or low in SUBORDINATING | CONCEDING:
        return True
    if low in {"and", "but", "or"}:
        # "and" joins names, or the nouns with which a clause begins; else it joins what has a verb of its own.
        return not (start > 1 and (words[start - 2][:1].isupper() or start - 1 <= 3))
    if low in LINKS:
        return start == 1 or words[start - 2].casefold() in DETERMINERS
    if not _TIME.fullmatch(low) or start == len(words):
        return False
    dated = start > 1 and words[start - 2].casefold() in {"in", "on", "since", "by", "until", "last", "early", "late"}
    return dated or low.endswith("day") or (words[start].casefold() not in LINKS and not word[:1].isupper())


def _inserted(pieces: list[str]) -> bool:
    """Whether the last of some pieces only tells more of the one before."""
    last, one_before = pieces[-1], pieces[-2]
    if _ADVERBIAL.match(one_before):
        # "In 2009, Anna Berg, the owner, …": what says when is not told more of.
        told = mention(noun_phrase(one_before)[1])
        if told is None or told.sort is Sort.THING:
            return False
    # "Anna Berg, senior economist at Danske Bank, …"
    described = is_name(one_before) and not is_name(last) and len(one_before.split()) > 1
    return bool(_INSERTED.match(last)) or is_name(last) or described


def _pieces(left: str) -> list[tuple[int, str]]:
    """The pieces between boundaries with their places, without empty ones at the end."""
    cuts = [(m.start(), m.end()) for m in _BOUNDARY.finditer(left + " ")]
    starts, ends = [0, *(b for _, b in cuts)], [*(a for a, _ in cuts), len(left)]
    pieces = [(a, left[a:b].strip(" ,")) for a, b in zip(starts, ends, strict=True)]
    while pieces and not pieces[-1][1]:
        pieces.pop()
    return pieces


def _several(pieces: list[str]) -> str:
    """A, B and C: those who say it together; empty where it is not so."""
    one, joint, other = pieces[-1].rpartition(" and ")
    prefix, _ = noun_phrase(one)
    heads = [mention(one), mention(other)]
    if not joint or prefix or any(h is None or h.sort in {Sort.THING, Sort.PRONOUN, Sort.DOCUMENT} for h in heads):
        return ""
    names = [one]
    for piece in reversed(pieces[:-1]):
        if not is_name(piece) or len(piece.split()) > 4:
            break
        names.insert(0, piece)
    if is_name(names[0]):
        other = re.sub(r"\sof\s[A-Z].*$", "", other)
    first = names[0]
    names[0] = first[:1].lower() + first[1:] if first.split()[0].casefold() in DETERMINERS else first
    return f"{', '.join(names)} and {other}"


def _up_to_verb(head: str) -> Mention | None:
    verb = _VERB.search(head)
    if not verb or not 0 < len(head[: verb.start()].split()) <= MOST_WORDS:
        return None
    prefix, phrase = noun_phrase(without_adverbs(head[: verb.start()]))
    return None if prefix else mention(phrase)


def _first_name(head: str) -> Mention | None:
    for run in NAME.finditer(head):
        ahead = [w.casefold() for w in head[: run.start()].split()]
        if len(ahead) > 6 or LINKS.intersection(ahead):
            return None
        if name_of(run[0]) is not None and not run[0].endswith(("’", "'", "’s", "'s")):
            return mention(head[: run.end()])
    return None


def _first_noun(head: str) -> Mention | None:
    words = head.split()
    for count in range(2, min(6, len(words)) + 1):
        if count > 2 and words[count - 2].endswith("ed"):
            return None
        found = mention(" ".join(words[:count]))
        if found and found.sort in {Sort.BODY, Sort.DOCUMENT, Sort.ROLE}:
            return found
    return None
