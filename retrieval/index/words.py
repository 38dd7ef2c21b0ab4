"""Words as the index knows them: folded, stemmed, numbers in one form. The same for passages and questions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*"  # 13,000 and 2.5
    r"|(?:[A-Z]\.){2,}"  # U.S.
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"  # words, with what an apostrophe joins to them
    r"|\w+"
)
_POSSESSIVE = re.compile(r"['’]s?$|['’]s(?=\W|$)", re.IGNORECASE)
_STEMMER = snowballstemmer.stemmer("english")

STOP = frozenset(
    "a about after all also am an and any are as at be because been before being but by can could did do does doing for "
    "from had has have having he her here hers him his how i if in into is it its itself let may me might more most must "
    "my no nor not of off on once only or other our out over own per shall she should so some such than that the their "
    "theirs them themselves then there these they this those through to too under until up upon us very was we were what "
    "when where which while who whom whose why will with would you your many much "
    "against along already although among another anybody anyone anything around away behind beside besides between "
    "beyond cannot despite during each either else ever every everybody everyone everything except however instead just "
    "mine myself near neither nobody onto ought ourselves rather several since somebody someone something still though "
    "thus toward towards unless upon via whatever whenever wherever whether whichever whoever within without yet yours "
    "yourself according concerning regarding particular particularly specific specifically "
    "s t d ll m re ve".split()
)
"""English words that carry grammar and not content."""


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Words of a text as (surface, start, end); possessive endings are cut off."""
    found = []
    for match in _TOKEN.finditer(text):
        if surface := _bare(match[0]):
            found.append((surface, match.start(), match.start() + len(surface)))
    return found


def distinct(text: str) -> set[str]:
    """The words of `tokens`, each once and without their places, which is twice as fast."""
    return {surface for found in set(_TOKEN.findall(text)) if (surface := _bare(found))}


def _bare(surface: str) -> str:
    return _POSSESSIVE.sub("", surface) if "'" in surface or "’" in surface else surface


def stem(surface: str) -> str:
    """The form under which a word is looked up. "US" in capitals is the country and not the pronoun."""
    if surface in {"US", "U.S.", "U.S", "USA", "U.S.A."}:
        return "usa"
    return _stem(surface.casefold())


@lru_cache(maxsize=100_000)
def _stem(folded: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    if plain[:1].isdigit():
        return plain.replace(",", "")
    plain = plain.replace("’", "'").replace(".", "")
    return str(_STEMMER.stemWord(plain)) or plain


def stems(text: str) -> list[str]:
    """All words of a text in looked-up form, stop words included."""
    return [stem(surface) for surface, _, _ in tokens(text)]


def content_stems(text: str) -> list[str]:
    """The distinct words of a text that carry content, in order."""
    kept = [stem(surface) for surface, _, _ in tokens(text) if is_content(surface)]
    return list(dict.fromkeys(kept))


@lru_cache(maxsize=100_000)
def is_content(surface: str) -> bool:
    """Whether a word carries content rather than grammar."""
    return stem(surface) == "usa" or surface.casefold().replace("’", "'") not in STOP
