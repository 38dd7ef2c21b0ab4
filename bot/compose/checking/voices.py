"""Who says it: what a quote gives as somebody's words stays his, and nobody else is made to say it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from bot.answer import Quote
from bot.compose.checking.fitting import Place
from bot.compose.checking.material import Case, Found, Line, personal, pronoun
from bot.compose.checking.relating import Laid
from bot.compose.prose import Fault
from retrieval.index.words import stem
from retrieval.reading.aliases import same_name
from retrieval.reading.grammar import Token, over, under
from retrieval.reading.wording import ASSERTING

OPINING = frozenset(
    "deny doubt think believe expect hope fear suspect feel consider find propose suggest demand urge ask call promise "
    "pledge threaten vow agree refuse reject recommend request blame criticise criticize condemn "
    "praise welcome rule decide order vote".split()
)
"""Say or think something without asserting that it is so; each must be said again in its own word."""

_STATING = frozenset({"VERB", "AUX", "NOUN"})
_ARTICLE = frozenset("article report story newspaper paper quote source".split())


@dataclass(frozen=True)
class Voice:
    """Somebody to whom a clause is attributed."""

    verb: Token | None
    """None for "according to"."""
    names: tuple[Token, ...]
    """Words that name him."""


def check(case: Case, laid: Laid) -> Found:
    """Compare, for every verb of the sentence, who says it with who says it in the quote."""
    seen: set[tuple[str, str]] = set()
    places = dict(laid.places)
    for word in case.claim.parsed:
        place = places.get(word.place)
        if place is None or not _states(case.claim, word) or (word.sort == "VERB" and place.word.sort not in _STATING):
            continue
        if word.lemma in ASSERTING and place.word.lemma in ASSERTING and any(v.verb is word for v in _all(case.claim)):
            continue
        for fault in _compared(case, word, place):
            if fault not in seen:
                seen.add(fault)
                yield Fault.SPEAKER, fault[1]
    for voice in _all(case.claim):
        if not any(_is_article(case, name) for name in voice.names) and not _known(case, voice):
            yield Fault.SPEAKER, " ".join(name.text for name in voice.names) or "?"


def _states(line: Line, word: Token) -> bool:
    """Whether a word says that something is so: a verb, or what an "is" says."""
    return word.sort in {"VERB", "AUX"} or len(line.node(word.place)) > 1


def _compared(case: Case, word: Token, place: Place) -> Iterator[tuple[str, str]]:
    mine = [v for v in _over(case.claim, word) if not any(_is_article(case, n) for n in v.names)]
    theirs = list(_over(place.line, place.word))
    quote = place.line.quote
    speaks = quote is not None and quote.speaker.kind != "reporter"
    if not theirs and not (speaks and _all_of_it(case, place.line, quote)):
        for voice in mine:
            if (
                voice.names
                and not any(_by_label(case, place, name) for name in voice.names)
                and not _makes(place, voice, case)
            ):
                yield "added", voice.names[0].text
        return
    if not mine:
        name = theirs[0].names[0].text if theirs and theirs[0].names else quote.speaker.name if quote else "?"
        yield "left out", f"left out: {name}"
        return
    for voice in mine[:1]:
        named = voice.names and any(
            _same_person(case, name, other, place) for name in voice.names for t in theirs for other in t.names
        )
        labelled = voice.names and any(_by_label(case, place, name) for name in voice.names)
        # "They are pledged to": by whom, the sentence leaves open.
        same = not voice.names and voice.verb and any(t.verb and t.verb.lemma == voice.verb.lemma for t in theirs)
        unnamed = voice.names and all(pronoun(name) for name in voice.names)
        if not (named or labelled or unnamed or same):
            yield "other", voice.names[0].text if voice.names else word.text


def _all_of_it(case: Case, line: Line, quote: Quote | None) -> bool:
    """Whether the whole line is its speaker's: it is the last, to which the label belongs, and does not name him."""
    if quote is None or not quote.text.endswith(line.text):
        return False
    named = any(case.wording.named([w.text], quote.speaker.name) for w in line.parsed if w.sort == "PROPN")
    roles = quote.speaker.name.casefold().split()
    named = named or any(
        w.lemma.casefold() == roles[-1] or w.text.casefold() == roles[-1] for w in line.parsed if w.sort in {"NOUN", "PROPN"}
    )
    says = any(
        w.lemma in ASSERTING | OPINING
        and any(pronoun(line.parsed[s]) or line.parsed[s].sort == "NOUN" for s in line.relations.subjects(w.place))
        for w in line.parsed
        if w.sort == "VERB"
    )
    return not named and not says


def _makes(place: Place, voice: Voice, case: Case) -> bool:
    """Whether the quote's own verb is one of saying, whose subject he is: "promised to"."""
    return any(
        _same_word(case, name, place.line.parsed[s])
        for name in voice.names
        for s in place.line.relations.subjects(place.word.place)
    )


def _over(line: Line, word: Token) -> Iterator[Voice]:
    """Those to whom a word's clause is attributed, nearest first."""
    chain = [word, *over(line.parsed, word.place)]
    for below, above in itertools.pairwise(chain):
        if (
            above.sort == "VERB"
            and above.lemma in ASSERTING | OPINING
            and below.role in {"ccomp", "xcomp", "parataxis", "pcomp"}
        ):
            subjects = [line.parsed[s] for s in line.relations.subjects(above.place)]
            yield Voice(above, tuple(_whole(line, subjects)))
    for at in chain:
        yield from _according(line, at)
    for child in line.parsed:
        # "…, he said." and "Goods, she warned, would …" are sometimes taken for asides.
        aside = child.role in {"parataxis", "ccomp"} and child.lemma in ASSERTING and child not in chain
        top = (
            child.head == child.place or any(w in chain for w in over(line.parsed, child.place)) or child.role == "parataxis"
        )
        if aside and top and not any(w.role in {"mark", "dobj", "ccomp"} for w in under(line.parsed, child.place)):
            subjects = [line.parsed[s] for s in line.relations.subjects(child.place)]
            if subjects and not (child.role == "ccomp" and word.place in {w.place for w in under(line.parsed, child.place)}):
                yield Voice(child, tuple(_whole(line, subjects)))


def _according(line: Line, at: Token) -> Iterator[Voice]:
    for (head, dependent), labels in line.relations.between.items():
        if head == at.place and "at according" in labels:
            yield Voice(None, tuple(_whole(line, [line.parsed[dependent]])))


def _whole(line: Line, words: list[Token]) -> list[Token]:
    """With the words that make up the name."""
    found = []
    for word in words:
        found += [
            word,
            *(w for w in under(line.parsed, word.place) if w.role in {"compound", "appos"} and w.sort == "PROPN"),
        ]
    return found


def _all(line: Line) -> list[Voice]:
    """Every attribution in a sentence."""
    found: dict[int, Voice] = {}
    for word in line.parsed:
        if word.sort in {"VERB", "AUX"}:
            for voice in _over(line, word):
                found.setdefault(voice.verb.place if voice.verb else -1, voice)
    return list(found.values())


def _is_article(case: Case, name: Token) -> bool:
    publishers = {stem(part) for q in case.quotes for part in (q.publisher or "").split()}
    return name.lemma.casefold() in _ARTICLE or stem(name.text) in publishers - {"the", "of"}


def _known(case: Case, voice: Voice) -> bool:
    """Whether somebody of that name says something in the quotes."""
    if not voice.names or all(pronoun(name) for name in voice.names):
        return True
    theirs = [(line, other) for line in case.lines for v in _all(line) for other in v.names]
    subjects = [
        (line, line.parsed[s])
        for line in case.lines
        for w in line.parsed
        if w.lemma in ASSERTING | OPINING
        for s in line.relations.subjects(w.place)
    ]
    labels = [q.speaker.name for q in case.quotes if q.speaker.kind != "reporter"]
    for name in voice.names:
        if any(
            case.wording.named([name.text], label) or name.lemma.casefold() in label.casefold().split() for label in labels
        ):
            return True
        if any(_same_word(case, name, other) or _may_mean(line, other, name, case) for line, other in (*theirs, *subjects)):
            return True
    return False


def _may_mean(line: Line, other: Token, name: Token, case: Case) -> bool:
    if not pronoun(other):
        return False
    return any(_same_word(case, name, w) for before in line.before for w in before.parsed)


def _same_person(case: Case, name: Token, other: Token, place: Place) -> bool:
    if _same_word(case, name, other):
        return True
    title = place.line.parsed[other.place : other.place + 1]
    compounds = [w for t in title for w in under(place.line.parsed, t.place) if w.role in {"compound", "appos", "amod"}]
    if any(_same_word(case, name, w) for w in compounds) and name.sort == "NOUN":
        return True
    if personal(other) or pronoun(other):
        return _by_label(case, place, name) or _may_mean(place.line, other, name, case)
    # "the official": whom the label names.
    return other.sort == "NOUN" and _by_label(case, place, name)


def _same_word(case: Case, name: Token, other: Token) -> bool:
    mine = case.claim.groups.get(name.place)
    for line in case.lines:
        if other in line.parsed and mine is not None and line.groups.get(other.place) == mine:
            return True
    return case.wording.same(name, other) or same_name(stem(name.text), stem(other.text))


def _by_label(case: Case, place: Place, name: Token) -> bool:
    quote = place.line.quote
    if quote is None or quote.speaker.kind == "reporter":
        return False
    return (
        case.wording.named([name.text], quote.speaker.name) or name.lemma.casefold() in quote.speaker.name.casefold().split()
    )
