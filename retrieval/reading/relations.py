"""Who does what to whom in a sentence, whichever way it is put: passive, relative clause, apposition, shared subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.reading.grammar import Sentence, Token, over, under

CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM", "ADV"})
ROUNDS = 4
"""How often what follows from relations is added to them; longer chains are not met in print."""

_DIRECT = {
    "nsubj": "subject", "csubj": "subject", "nsubjpass": "object", "csubjpass": "object", "dobj": "object",
    "attr": "object", "oprd": "object", "acomp": "object", "amod": "part", "compound": "part", "poss": "part",
    "nummod": "part", "nmod": "part", "quantmod": "part", "advmod": "manner", "npadvmod": "at", "appos": "is",
    "xcomp": "clause", "ccomp": "clause", "advcl": "clause", "acl": "clause", "relcl": "clause", "pcomp": "clause",
    "parataxis": "clause", "conj": "and", "dep": "part", "nounmod": "part", "neg": "manner",
}  # fmt: skip
_WHOLE = frozenset({"neither", "none", "each", "both", "all", "any"})
"""All of the riders are the riders; some of them, or one, are not."""

_RELATIVE = frozenset({"who", "which", "that", "whom", "whose"})


@dataclass(frozen=True, slots=True)
class Relations:
    """What holds between the words of one sentence."""

    sentence: Sentence
    between: dict[tuple[int, int], frozenset[str]]
    """(head, dependent) -> how they are related: subject, object, part, is, clause, manner, "at" or "at in", "at by" …"""
    verbs: frozenset[int]
    """Places of verbs that have a subject, their own or another's."""

    def of(self, head: int, dependent: int) -> frozenset[str]:
        """How two words are related; empty where they are not."""
        return self.between.get((head, dependent), frozenset())

    def subjects(self, verb: int) -> list[int]:
        """Places of what does it."""
        return [d for (h, d), labels in self.between.items() if h == verb and "subject" in labels]


def relations(sentence: Sentence) -> Relations:
    """All relations of a sentence, those included that follow from others."""
    found: dict[tuple[int, int], set[str]] = {}
    for head, label, dependent in _plain(sentence):
        found.setdefault((head, dependent), set()).add(label)
    for _ in range(ROUNDS):
        for head, label, dependent in list(_following(sentence, found)):
            found.setdefault((head, dependent), set()).add(label)
    between = {pair: frozenset(labels) for pair, labels in found.items() if pair[0] != pair[1]}
    verbs = frozenset(h for (h, _), labels in between.items() if "subject" in labels)
    return Relations(sentence, between, verbs)


def _plain(sentence: Sentence) -> Iterator[tuple[int, str, int]]:
    for word in sentence:
        head = sentence[word.head]
        if word.role == "pobj":
            yield from _oblique(sentence, word)
        elif word.role == "pcomp" and head.role in {"prep", "agent"}:
            yield head.head, "clause", word.place
        elif word.role == "relcl":
            yield head.place, "clause", word.place
            yield from _relative(sentence, head, word)
        elif word.role == "acl":
            yield head.place, "clause", word.place
            if not any(child.role.startswith("nsubj") for child in under(sentence, word.place)):
                passive = word.text.endswith(("ed", "en", "wn", "nt", "ld", "ught")) and word.text != word.lemma
                yield word.place, "object" if passive else "subject", head.place
        elif word.role == "dative" and word.sort in {"NOUN", "PROPN", "PRON"}:
            yield head.place, "at to", word.place
        elif label := _DIRECT.get(word.role):
            yield head.place, label, word.place


def _oblique(sentence: Sentence, word: Token) -> Iterator[tuple[int, str, int]]:
    preposition = sentence[word.head]
    first = preposition
    while first.role == "prep" and sentence[first.head].role == "prep":
        # "from across the border"
        first = sentence[first.head]
    owner = sentence[first.head]
    name = "according" if first.text.casefold() == "according" else preposition.lemma.casefold()
    if preposition.role == "agent" or (name == "by" and _passive(sentence, owner)):
        yield owner.place, "subject", word.place
    elif name == "by" and (verb := next((w for w in over(sentence, first.place) if _passive(sentence, w)), None)):
        # The parser often takes it to the noun before.
        yield verb.place, "subject", word.place
    elif name == "of":
        yield owner.place, "part", word.place
        if owner.text.casefold() in _WHOLE:
            yield owner.place, "is", word.place
    yield owner.place, f"at {name}", word.place


def _passive(sentence: Sentence, verb: Token) -> bool:
    return verb.sort == "VERB" and any(w.role in {"auxpass", "nsubjpass"} for w in under(sentence, verb.place))


def _relative(sentence: Sentence, noun: Token, verb: Token) -> Iterator[tuple[int, str, int]]:
    """The noun in the place of its pronoun."""
    for word in under(sentence, verb.place):
        if word.text.casefold() in _RELATIVE and (label := _DIRECT.get(word.role)):
            yield verb.place, label, noun.place


def _following(sentence: Sentence, found: dict[tuple[int, int], set[str]]) -> Iterator[tuple[int, str, int]]:
    subjects: dict[int, list[int]] = {}
    objects: dict[int, list[int]] = {}
    for (head, dependent), labels in found.items():
        if "subject" in labels:
            subjects.setdefault(head, []).append(dependent)
        if "object" in labels:
            objects.setdefault(head, []).append(dependent)
    for (head, dependent), labels in found.items():
        one, other = sentence[head], sentence[dependent]
        if "is" in labels or ("and" in labels and one.sort in {"NOUN", "PROPN", "PRON"}):
            # What holds of one holds of the other.
            for (h, d), theirs in found.items():
                for label in theirs - {"is", "and"}:
                    if d == head and h != dependent:
                        yield h, label, dependent
                    if "is" in labels and d == dependent and h != head:
                        yield h, label, head
        if "and" in labels and one.sort in {"VERB", "AUX"} and other.sort in {"VERB", "AUX"} and dependent not in subjects:
            own = any(w.role.startswith("nsubj") for w in under(sentence, dependent))
            for subject in [] if own else subjects.get(head, ()):
                yield dependent, "subject", subject
        if "clause" in labels and other.sort in {"VERB", "AUX"} and not _has_subject(sentence, other):
            control = [o for o in objects.get(head, ()) if sentence[o].sort != "NUM"]
            control += [d for (h, d), t in found.items() if h == head and "at to" in t]
            for subject in (control if other.role == "xcomp" else ()) or subjects.get(head, ()):
                yield dependent, "subject", subject
    for verb, attributes in objects.items():
        if sentence[verb].lemma == "be":
            for subject in subjects.get(verb, ()):
                for attribute in attributes:
                    yield subject, "is", attribute


def _has_subject(sentence: Sentence, verb: Token) -> bool:
    return any(word.role in {"nsubj", "nsubjpass", "csubj", "expl"} for word in under(sentence, verb.place))


def content_head(sentence: Sentence, place: int) -> int | None:
    """The nearest word above that carries content."""
    return next((w.place for w in over(sentence, place) if w.sort in CONTENT), None)
