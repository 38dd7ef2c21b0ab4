"""How a word is meant: denied, possible, conditional, a part only. Compared word by word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.compose.checking import causes
from bot.compose.checking.material import Case, Found, Line
from bot.compose.prose import Fault
from retrieval.reading.grammar import Token, over, under
from retrieval.reading.wording import ASSERTING

_NOT = frozenset("not n't never no neither nor hardly barely nobody nothing none without".split())
_NEGATED_SUBJECT = frozenset("nobody none nothing neither no-one".split())
_MODALS = {
    form: meaning
    for meaning, forms in {
        "may": "may might",
        "can": "can could ca cannot",
        "must": "must shall",
        "should": "should ought",
        "will": "will wo would 'll 'd",
    }.items()
    for form in forms.split()
}
CONDITIONS = frozenset("if unless until whether once provided providing till except".split())
LIMITING = frozenset(
    "only almost nearly about around approximately roughly some most many few several half partly mostly mainly largely "
    "usually often sometimes possibly perhaps maybe probably likely unlikely potentially reportedly allegedly apparently "
    "supposedly alleged purported possible potential probable proposed planned draft former future suspected presumed "
    "merely barely all every each both any entire whole always never entirely completely fully solely exclusively already "
    "yet still no least more less fewer further another other again once twice first last next up down before after since "
    "until even".split()
)
"""Words that make of a thing, a number or an event another one."""

FREE = frozenset("yet still already even again no never barely more other another further first last next once up".split())
"""Of these, those that a sentence may leave out; it may not add them."""

_ORDINALS = frozenset("second third fourth fifth sixth seventh eighth ninth tenth".split())


def between(case: Case, word: Token, line: Line, other: Token) -> Found:
    """How a word of the claim and its partner in a quote differ in how they are meant."""
    claim = case.claim
    if denied(claim, word) != denied(line, other):
        yield Fault.NEGATION, word.text
    if _verbal(claim, word) or _verbal(line, other):
        mine, theirs = modal(claim, word), modal(line, other)
        # "If he attacks, there will be sanctions": what comes of a condition is still to come.
        due = mine ^ theirs == {"will"} and "if" in claim.folded & line.folded
        if mine != theirs and not due:
            yield Fault.HEDGE, " ".join(sorted(mine ^ theirs)) + f" {word.text}"
    for left_out in _limits(line, other) - FREE:
        if left_out not in claim.folded and not _same_limit(left_out, claim):
            yield Fault.HEDGE, f"{left_out} {other.text}"
    for condition in _conditions(line, other):
        if condition not in claim.folded and not _same_limit(condition, claim):
            yield Fault.HEDGE, f"{condition} {other.text}"
    for narrowed in _restricted(line, other) - _restricted(claim, word):
        yield Fault.HEDGE, f"{narrowed} {other.text}"
    yield from _governed(case, line, other, word)


def _verbal(line: Line, word: Token) -> bool:
    return word.sort in {"VERB", "AUX"} or len(line.node(word.place)) > 1


def check(case: Case) -> Found:
    """Limiting words, conditions and causes that the sentence has and no quote has."""
    theirs = frozenset[str]().union(*(line.folded for line in case.lines))
    for word in case.claim.parsed:
        folded = word.text.casefold()
        if folded in LIMITING and folded not in theirs and not any(_same_limit(folded, line) for line in case.lines):
            yield Fault.HEDGE, folded
    for condition in (CONDITIONS & case.claim.folded) - {"once", "provided"}:
        if condition not in theirs:
            yield Fault.HEDGE, condition
    yield from causes.check(case)


def denials(case: Case, laid: Sequence[tuple[int, Line, Token]]) -> Found:
    """A "not" must stand before the same words in both, wherever it belongs to."""
    mine, theirs = _denied_words(case.claim), {id(line): _denied_words(line) for line in case.lines}
    for place, line, other in laid:
        word = case.claim.parsed[place]
        if (place in mine) != (other.place in theirs[id(line)]) and denied(case.claim, word) == denied(line, other):
            if place in mine and not denied(case.claim, word):
                yield Fault.NEGATION, word.text
            if other.place in theirs[id(line)] and not denied(line, other):
                yield Fault.NEGATION, f"not {other.text}"


def _denied_words(line: Line) -> set[int]:
    """The first word of content after each "not"."""
    found = set()
    for word in line.parsed:
        if word.text.casefold() in {"not", "n't", "never"}:
            following = [w.place for w in line.content if w.place > word.place and w.sort != "ADV"]
            found |= set(following[:1])
    return found


def _conditions(line: Line, word: Token) -> set[str]:
    """If, unless, once … with a word: without it more is said."""
    found = set()
    for child in [c for place in line.node(word.place) for c in under(line.parsed, place)]:
        if child.role in {"advcl", "ccomp"}:
            near = under(line.parsed, child.place)
            marks = {w.text.casefold() for w in near if w.role in {"mark", "advmod"}}
            found |= marks & (CONDITIONS if child.role == "advcl" else {"if", "unless", "once"})
            if "when" in marks and any(
                w.text.casefold() == "only" for w in (*near, *under(line.parsed, word.place), *_last(line, near))
            ):
                found.add("only")
        if child.role == "prep" and child.text.casefold() in CONDITIONS | {"without"}:
            found.add(child.text.casefold())
    return found


def _last(line: Line, near: Sequence[Token]) -> list[Token]:
    """The word before a "when"."""
    return [line.parsed[w.place - 1] for w in near if w.text.casefold() == "when" and w.place]


def _restricted(line: Line, word: Token) -> set[str]:
    """What narrows down "every household that was flooded", and "the second-largest"."""
    near = under(line.parsed, word.place)
    found = set()
    if any(w.text.casefold() in {"every", "all", "any", "each", "no"} for w in near if w.role == "det"):
        found |= {"that" for w in line.parsed if w.role == "relcl" and _directly(line, word, w)}
    if word.text.casefold().endswith("est") or word.form == "JJS":
        found |= {w.text.casefold() for w in near if w.text.casefold() in _ORDINALS}
    return found


def _directly(line: Line, noun: Token, verb: Token) -> bool:
    """Whether a relative clause follows a noun's phrase without a comma, whichever noun of it the parser gave it to."""
    begins = min(
        (w.place for w in under(line.parsed, verb.place) if w.text.casefold() in {"that", "who", "which"}), default=0
    )
    between = line.parsed[noun.place + 1 : begins]
    return begins > noun.place and not any(w.text == "," or w.sort in {"VERB", "AUX"} for w in between)


def _near(line: Line, word: Token) -> list[Token]:
    """What stands with a word, or with the "is" that it belongs to."""
    return [
        child
        for place in line.node(word.place)
        for child in under(line.parsed, place)
        if child.place not in line.node(word.place)
    ]


def denied(line: Line, word: Token) -> bool:
    """Whether a word is denied; a noun with "no" denies its verb."""
    near = _near(line, word)
    count = sum(
        w.role == "neg" or (w.text.casefold() in _NOT and w.role in {"det", "advmod", "preconj", "cc"}) for w in near
    )
    if _verbal(line, word):
        count += sum(
            w.role in {"nsubj", "nsubjpass", "dobj", "attr"}
            and (
                w.text.casefold() in _NEGATED_SUBJECT
                or any(d.text.casefold() in {"no", "neither"} for d in under(line.parsed, w.place))
            )
            for w in near
        )
    elif word.role in {"nsubj", "nsubjpass", "dobj", "attr"}:
        # Counted with the verb.
        count = sum(w.role == "neg" or w.text.casefold() == "not" for w in near)
    head = line.parsed[word.head]
    if head.text.casefold() == "without" or (
        word.role == "conj"
        and any(w.role == "preconj" and w.text.casefold() == "neither" for w in under(line.parsed, head.place))
    ):
        count += 1
    return bool(count % 2)


def modal(line: Line, word: Token) -> frozenset[str]:
    """Possibility, ability, duty or future with a verb."""
    found = {_MODALS[w.text.casefold()] for w in _near(line, word) if w.role == "aux" and w.text.casefold() in _MODALS}
    head = line.parsed[word.head]
    infinitive = any(w.text.casefold() == "to" and w.role == "aux" for w in under(line.parsed, word.place))
    if word.role == "xcomp" and infinitive and head.lemma in {"be", "have"} and head.sort in {"VERB", "AUX"}:
        found |= {"will" if head.lemma == "be" else "must"} | modal(line, head) - {"will"}
    if word.role == "xcomp" and infinitive and head.text.casefold() == "going":
        found.add("will")
    if word.role == "conj" and not any(
        w.role in {"aux", "auxpass"} and w.text.casefold() != "to" for w in under(line.parsed, word.place)
    ):
        same_form = head.sort in {"VERB", "AUX"} and (word.text == word.lemma or word.text.endswith("en"))
        found |= modal(line, head) if same_form else set()
    return frozenset(found)


def _limits(line: Line, word: Token) -> set[str]:
    """Limiting words on a word."""
    found = set()
    for child in under(line.parsed, word.place):
        if child.text.casefold() in LIMITING and child.role not in {"prep", "mark"}:
            found.add(child.text.casefold())
        if child.role == "nummod" or (
            child.role in {"advmod", "quantmod"} and child.text.casefold() in {"more", "less", "fewer"}
        ):
            found |= {w.text.casefold() for w in under(line.parsed, child.place) if w.text.casefold() in LIMITING}
    return found


_SAME = tuple(
    frozenset(group.split())
    for group in (
        "about around approximately roughly nearly almost",
        "may possibly perhaps maybe potential possible",
        "all every each entire whole both",
        "if provided providing unless until",
        "will future",
        "merely only solely exclusively just",
        "many several",
        "reportedly allegedly alleged",
        "after since once",
        "fewer less",
        "planned plan plans",
        "proposed proposal proposals propose",
        "draft drafts drafted",
        "other another",
        "further more another",
        "suspected suspect suspects",
        "likely probably",
        "before until",
    )
)
"""Limits that say the same."""


def _same_limit(limit: str, line: Line) -> bool:
    if limit in {"unless", "until", "if", "nearly", "almost"}:
        # "until" ends what "if" begins.
        return limit in line.folded or (limit in {"nearly", "almost"} and bool({"nearly", "almost"} & line.folded))
    return any(limit in group and group & line.folded for group in _SAME)


def _governed(case: Case, line: Line, other: Token, word: Token) -> Found:
    """Whether what the quote only plans, demands or denies is said plainly; who says it is looked at elsewhere."""
    above = over(case.claim.parsed, word.place)
    for governor in _governors(line, other):
        if governor.lemma in ASSERTING | {"be", "have", "begin", "start", "continue"}:
            continue
        if not any(case.wording.same(mine, governor) for mine in above):
            yield Fault.HEDGE, governor.text


def _governors(line: Line, word: Token) -> Iterator[Token]:
    """Words in whose scope a verb stands: plans to, denied that, the threat of, asked whether."""
    if word.sort not in {"VERB", "AUX"}:
        return
    at = word
    while at.role in {"xcomp", "ccomp", "pcomp", "acl", "conj", "prep", "pobj", "dobj", "relcl"} and at.head != at.place:
        head = line.parsed[at.head]
        if at.role == "relcl":
            return
        if at.role == "acl" and not any(w.text.casefold() == "to" for w in under(line.parsed, at.place)):
            return
        if at.role in {"dobj", "pobj"} and at.sort in {"NOUN", "PROPN"} and at is word:
            return
        apart = any(w.text in {";", ":"} for w in line.parsed[min(head.place, at.place) : max(head.place, at.place)])
        if (at.role == "conj" and head.place > at.place) or (at.role == "ccomp" and apart):
            return
        if at.role != "conj" and head.sort in {"VERB", "NOUN", "ADJ"}:
            yield head
        at = head
