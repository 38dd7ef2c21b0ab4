"""Verbs by which somebody says something, and what has to follow them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_STRONG = (
    "said says say stated told tells tell warned warns warn denied denies deny claimed insisted insists insist argued "
    "argues argue complained complains complain remarked remarks replied replies declared declares declare stressed "
    "stresses emphasised emphasized emphasises emphasizes explained explains alleged alleges allege asserted asserts "
    "contended contends accused accuses accuse blamed blames blame urged urges vowed vows pledged pledges promised "
    "promises threatened threatens announced announces announce admitted admits acknowledged acknowledges suggested "
    "suggests demanded demands demand criticised criticized criticises criticizes condemned condemns denounced "
    "denounces praised praises welcomed doubted doubts doubt expects expect reiterated reiterates quipped joked "
    "thundered shouted cried whispered testified testifies cautioned cautions predicted predicts predict lamented "
    "hailed noted notes boasted mused recounted estimated estimates estimate disputed disputes refuted reassured "
    "assured informed called calls call labelled labeled dubbed branded likened "
    "hails commended commends lauded lauds lambasted retorted countered opined speculated posited theorised "
    "theorized enthused denounce condemn condemns criticise criticize praise"
)
"""Say something whatever follows."""

_WEAK = (
    "added adds add wrote writes write found finds find ruled rules rule thought thinks think felt feels feel agreed "
    "agrees agree observed observes reported reports report indicated indicates indicate concluded concludes conclude "
    "recalled recalls recall confirmed confirms revealed reveals believed believes believe hoped hopes hope feared "
    "fears fear maintained maintains maintain recorded asked asks ask responded responds answered answers continued "
    "continues proposed proposes considered considers consider discussed conceded concedes claims claim states state "
    "urge promise pledge threaten hinted hints specified specifies stipulated learned disagreed tweeted posted read "
    "reads understood recommended recommends advised advises reminded reminds commented comments protested protests "
    "objected objects apologised apologized remembered remembers remarked voiced voices note suggest remark assert"
)
"""Say something with a clause or a quotation."""

_PUT = (
    "put puts gave referred refers described describes describe regarded regards regard viewed views characterised "
    "characterized depicts depicted dismissed dismisses portrayed"
)
"""Say something with “as” or “at”."""

_ING = (
    "saying adding telling warning writing claiming insisting arguing stating noting stressing accusing blaming "
    "calling vowing promising demanding denying reiterating remarking declaring explaining alleging complaining "
    "predicting citing"
)
"""Say something as participles of another verb’s subject."""

_PROVIDING = (
    r"provides?|provided|prohibits?|requires?|stipulates?|obliges?|bans?|forbids?|pledges?|guarantees?|commits?|binds?|allows?|"
    r"permits?|sets? out|lays? down|says?|said|states?|stated|calls? (?:for|on)|called (?:for|on)|demands?|promises?|"
    r"warns?|shows?|showed|describes?|notes?|concludes?|concluded|recommends?|recommended|defines?|contains?|prescribes?|envisages?"
)
_OPINION = re.compile(
    r"\b(?:was|were|is|are) (?:\w+ly |very |quite |rather )?(?:positive|negative|critical|enthusiastic|pleased|optimistic|"
    r"pessimistic|sceptical|skeptical|confident|convinced|adamant|dismissive)\b"
)
"""Values something: was positive about."""

_FEELING = re.compile(
    r"\b(?:pointed out|points out|(?:express(?:ed|es)?|voiced?|convey(?:ed|s)?)(?= (?:his|her|its|their|great|deep|strong|"
    r"concerns?|doubts?|hopes?|fears?|regrets?|sadness|sympathy|support|confidence|disappointment|anger|outrage|surprise|"
    r"satisfaction|optimism|scepticism|skepticism|dissatisfaction|frustration|relief|shock)\b))"
)
"""Pointed out; expressed concern."""

_CUES = {
    verb: kind
    for kind, verbs in (("ing", _ING), ("put", _PUT), ("weak", _WEAK), ("strong", _STRONG))
    for verb in verbs.split()
}
_WORD = re.compile(r"(?<![\w’'-])[a-z]+(?![\w’'-])")

PROVIDING = re.compile(rf"(?<![\w’'-])(?:would |will |must |shall |should |also )*(?:{_PROVIDING})(?![\w’'-])")
"""What a document does, and nobody else unless he says so."""

_CLAUSE = re.compile(
    r"[,:]?\s*(?:“|that\b|:|whether\b)|\s+(?:how|why|what|if|he|she|it|they|we|i(?![ ](?-i:[A-Z]))|there)\b|"
    r"\s(?:\w+\s){0,5}?(?:that\b|“|:)|,\s*“",
    re.IGNORECASE,
)
_THAT = re.compile(r"(?:\s[\w’'.-]+,?){0,7}?,?\s?(?:that\b|“|:|whether\b)", re.IGNORECASE)
_QUOTE_LATER = re.compile(r"[^.;:“”]{0,160}[:,]\s?“")
"""Wrote in April 1925 about her book: “…”"""

_TO_SOMEBODY = re.compile(r"(?:\s[\w’'.-]+,?){0,8}?[,:]?\s(?:that\b|“)")
_NAMED = re.compile(r"[^.;]*?(?:\sas\b|\sat\b)")
_BARE = re.compile(r"\s+(?:(?:the|a|an|no|more|less|its|his|her|their)\b|[A-Z\d])")
_CALLED = re.compile(r"\s+(?!on\b|off\b|in\b|up\b|back\b|it off\b|him\b|her\b|them\b)")


_NOUNS = frozenset(
    "estimates estimate claims claim demands demand reports report notes calls call promises fears hopes".split()
)
"""Nouns as often as verbs."""

_OBJECT = re.compile(
    r"\b(?:after|of|the|an?|by|with|on|from|amid|despite|its|his|her|their|these|those|to|for|against|in|about|over)\s$"
)
"""Before a noun."""

_TO_DO = ("claim", "promise", "pledge", "threaten")
"""Weak ones that say something with “to” as well."""


MOST = 24
"""Verbs of a sentence that are looked at."""


def cues(words: str) -> Iterator[tuple[str, int, int]]:
    """Verbs of saying, thinking or valuing in a sentence: their kind, which says what has to follow, start and end."""
    verbs = (word for word in _WORD.finditer(words) if word[0] in _CUES)
    for word in islice(verbs, MOST):
        # "Various estimates of …" is a noun.
        noun = word[0] in _NOUNS and (words.startswith(" of ", word.end()) or _OBJECT.search(words, 0, word.start()))
        if not noun:
            yield _CUES[word[0]], word.start(), word.end()
    for found in _FEELING.finditer(words):
        yield "strong", found.start(), found.end()
    for found in _OPINION.finditer(words):
        yield "opinion", found.start(), found.end()


def says(kind: str, verb: str, following: str, *, quote_before: bool) -> bool:
    """Whether a verb passes on what somebody says.

    Args:
        kind: as `cues` gives it.
        verb: as it stands.
        following: the sentence after it.
        quote_before: a quotation ends right before its subject.

    """
    if kind == "strong":
        return verb not in {"called", "calls", "call"} or bool(_CALLED.match(following))
    if kind == "opinion":
        return bool(re.match(r"\s(?:about|of|that|with|to|towards?|on|in)\b", following))
    if kind == "put":
        return bool(_NAMED.match(following)) or "“" in following[:60]
    if kind == "ing":
        return bool(_CLAUSE.match(following) or _BARE.match(following))
    if quote_before or (verb.startswith(_TO_DO) and following.startswith(" to ")):
        return True
    if _QUOTE_LATER.match(following):
        return True
    if following.startswith(" to "):
        # "agreed to three conditions: …" says nothing, "wrote to the king that …" does.
        return bool(_TO_SOMEBODY.match(following))
    return bool(_THAT.match(following) or _CLAUSE.match(following))
