"""What kind of answer a question wants, where its form says so: a number, a time."""

from __future__ import annotations

import re
from enum import Enum

_NUMBER = re.compile(
    r"\bhow (?:many|much|old|tall|high|long|far|large|big|deep|wide|fast|heavy|often)\b"
    r"|\b(?:what|which) (?:\w+ )?(?:percentage|percent|share|proportion|number|amount|price|cost|sum|size|height|length|"
    r"weight|age|speed|range|population|distance|fraction|score)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^\W*(?:and |since |until |by |from )*when\b"
    r"|\b(?:what|which) (?:year|day|date|month|century|decade|time|hour|season)\b",
    re.IGNORECASE,
)
_HOLDS_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundreds?|thousands?|millions?|billions?|trillions?|dozens?|half|halves|third|quarters?|"
    r"double[ds]?|tripled?|twice|once|none|no|zero|single|several|few|many|most|all|both|couple|pair|"
    r"centur(?:y|ies)|daily|weekly|monthly|yearly|years?|months?|weeks?|days?|hours?|minutes?|decades?)\b",
    re.IGNORECASE,
)
_HOLDS_TIME = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|mondays?|tuesdays?|"
    r"wednesdays?|thursdays?|fridays?|saturdays?|sundays?|today|tomorrow|yesterday|tonight|now|immediately|soon|later|"
    r"morning|noon|afternoon|evening|night|midnight|dawn|spring|summer|autumn|fall|winter|easter|christmas|"
    r"seconds?|minutes?|hours?|days?|weeks?|weekends?|months?|years?|decades?|centur(?:y|ies)|ages?|era|period|"
    r"before|after|during|since|until|when|once|while|early|earliest|earlier|late|ago|recently|first|last|next)\b",
    re.IGNORECASE,
)


class Kind(Enum):
    """A kind of answer."""

    NUMBER = "number"
    TIME = "time"


def wanted(question: str) -> Kind | None:
    """The kind that a question asks for by its form; None where the form leaves it open."""
    if _TIME.search(question):
        return Kind.TIME
    return Kind.NUMBER if _NUMBER.search(question) else None


def holds(kind: Kind, text: str) -> bool:
    """Whether a text has anything of that kind in it: digits or words for numbers, dates or words for times."""
    return bool((_HOLDS_NUMBER if kind is Kind.NUMBER else _HOLDS_TIME).search(text))
