"""Whether it is a sentence for readers at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.compose.checking.material import Case, Found
from bot.compose.prose import Fault
from retrieval.corpus.passages import paragraph_spans
from retrieval.corpus.sentences import sentence_spans
from retrieval.index.words import STOP, tokens
from retrieval.reading.grammar import Sentence as Grammatical
from retrieval.reading.grammar import Token, over

LONGEST = 60
"""Words. A longer sentence is none that helps a reader."""

LEAST_WORDS = 3
LONG = 8
"""Words from which on an English sentence has at least one that carries grammar."""

_ADDRESS = re.compile(
    r"https?:|www\.|\b[\w.+-]+@[\w-]+\.\w+|\b[\w-]+\.(?:com|org|net|io|ru|gov|txt|md|html)\b", re.IGNORECASE
)
_MENTION = re.compile(r"(?<!\w)[@#]\w|<[@#:/a-z!]|:\w+:", re.IGNORECASE)
_MARKUP = re.compile(r"[*_`~|<>{}\[\]\\]|^\s*(?:#{1,6}|>|[-+•]|\d+[.)])\s|&#?\w+;|\n")
_ORDER = re.compile(
    r"^\W*(?:please\b|do not\b|don['’]t\b|ignore|disregard|forget|click|visit|follow|subscribe|note that|remember|see also|"
    r"system\b\W|assistant\b\W|user\b\W|answer:|question:|output:|instructions?:)",
    re.IGNORECASE,
)
_LOOSE = re.compile(r"\s[.,;:!?](?:\s|$)|,\W*,|\bthat, [“\"]|\w[“]|[”]\w")
"""Marks where none can be: something is missing."""

_LEAK = re.compile(
    r"\b(?:system prompt|my (?:instructions|prompt|rules)|previous instructions|as an ai|language model|i cannot|i can['’]t|"
    r"i am (?:an|unable|not able)|i['’]m (?:an|sorry|unable)|the (?:provided|given|numbered) (?:quotes?|text|context)|"
    r"based on the (?:quotes?|context|text)|json)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!…][”\"’')]*\s*$")
_SAID_TO = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)


def check(case: Case, earlier: Sequence[str]) -> Found:
    """Faults of form.

    Args:
        case: the sentence.
        earlier: the sentences before it.

    """
    text = case.claim.text
    for pattern in (_ADDRESS, _MENTION, _MARKUP, _ORDER, _LEAK, _LOOSE):
        if match := pattern.search(text):
            yield Fault.FORM, match[0].strip()
    if odd := [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs", "So", "Cn"}]:
        yield Fault.FORM, f"U+{ord(odd[0]):04X}"
    words = [surface.casefold() for surface, _, _ in tokens(text)]
    if not LEAST_WORDS <= len(words) <= LONGEST:
        yield Fault.FORM, f"{len(words)} words"
        return
    if not _ENDS.search(text):
        yield Fault.FORM, "it does not end"
    spans = [s for start, end in paragraph_spans(text) for s in sentence_spans(text, start, end)]
    if len(spans) != 1:
        yield Fault.FORM, f"{len(spans)} sentences"
    if len(words) >= LONG and not any(word in STOP for word in words):
        yield Fault.FORM, "not English"
    if any(
        unicodedata.name(c, "").split()[0] not in {"LATIN", "MODIFIER", "RIGHT", "FEMININE", "MASCULINE"}
        for c in text
        if c.isalpha()
    ):
        yield Fault.FORM, "another script"
    if problem := _fragment(case):
        yield Fault.FORM, problem
    if (you := _SAID_TO.search(text)) and not any(you[0].casefold() in line.folded for line in case.lines):
        yield Fault.FORM, you[0]
    if looped := _repeated(words):
        yield Fault.FORM, f"“{looped}” again"
    if words in [[s.casefold() for s, _, _ in tokens(other)] for other in earlier]:
        yield Fault.FORM, "the same sentence again"


def _fragment(case: Case) -> str:
    """What a sentence lacks to be one."""
    root = next((w for w in case.claim.parsed if w.head == w.place and w.sort in {"VERB", "AUX"}), None)
    subjects = {"nsubj", "nsubjpass", "expl", "csubj", "csubjpass"}
    if (
        root
        and case.claim.parsed[0].sort in {"VERB", "AUX"}
        and not any(w.head == root.place and w.role in subjects for w in case.claim.parsed)
    ):
        return f"“{root.text}” has no subject"
    verbs = [w for w in case.claim.parsed if w.sort in {"VERB", "AUX"}]
    if root is None and verbs and all(_inside(case.claim.parsed, verb) for verb in verbs):
        return "no verb of its own"
    return ""


def _inside(sentence: Grammatical, verb: Token) -> bool:
    """Whether a verb stands in a clause about a noun: "a baker who spent the night …"."""
    return any(w.role in {"relcl", "acl"} for w in (verb, *over(sentence, verb.place)))


def _repeated(words: Sequence[str]) -> str:
    """Three words in a row that come again, or one word three times in a row."""
    triples = [" ".join(words[at : at + 3]) for at in range(len(words) - 2)]
    counted = [t for t in triples if triples.count(t) > 1 and not all(w in STOP for w in t.split())]
    return counted[0] if counted else ""
