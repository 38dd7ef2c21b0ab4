"""Other people's words in Discord: they format nothing, ping nobody, hide nothing, and are otherwise as they are."""

from __future__ import annotations

import re
import unicodedata

REPLACED = "�"
"""Stands where something steered the text: a direction or control character."""

_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
"""Letters and marks that look like nothing."""

_JOINERS = frozenset("\u200c\u200d")
_DIRECTIONS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = frozenset("\n\r\t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")

_ANYWHERE = re.compile(r"[\\`*_~|<>\[\]@]|:(?=\S)|&(?=#?\w+;)")
_AT_START = re.compile(r"\s*(?:[#=+-]|\d+[.)])")
_ENDS = re.compile(r"[.!?…:;][\"'”’)\]»]*$")


def markdown(text: str, bold: tuple[int, int] | None = None) -> list[str]:
    """The text as lines of Markdown that show it as it is, the characters from `bold[0]` to `bold[1]` in bold.

    Indentation, blank lines and line breaks inside a sentence are the layout of a file and are left out.
    """
    a, b = bold or (0, 0)
    return [_marked(line, a, b) for line in _lines(text)]


def visible(text: str) -> str:
    """The text without what cannot be seen; what would steer its direction becomes �. Breaks and tabs become spaces."""
    return "".join(_seen(text, at) for at in range(len(text)))


def inline(text: str, most: int | None = None) -> str:
    """A text in one line that Discord shows as it is, shortened with … to at most that many characters."""
    seen = " ".join(visible(text).split())
    if most is not None and len(seen) > most:
        seen = seen[: most - 1].rstrip() + "…"
    return escape(seen)


def escape(line: str) -> str:
    """One line with a backslash before everything that Discord would take for more than a character."""
    escaped = _special(line)
    return "".join(f"\\{c}" if at in escaped else c for at, c in enumerate(line))


def units(text: str) -> int:
    """Length as Discord may count it, in UTF-16 code units; never less than the number of characters."""
    return len(text) + sum(c > "\uffff" for c in text)


Line = list[tuple[str, int]]
"""Characters to show, each with its place in the text; -1 for a space that stands for a line break."""


def _lines(text: str) -> list[Line]:
    shown: list[Line] = []
    current: Line = []
    for at, c in enumerate([*text, "\n"]):
        if c not in _BREAKS or c == "\t":
            current += [(seen, at) for seen in _seen(text, at)]
            continue
        while current and current[-1][0].isspace():
            current.pop()
        line = current[next((n for n, (seen, _) in enumerate(current) if not seen.isspace()), 0) :]
        current = []
        if line and shown and not _ENDS.search("".join(seen for seen, _ in shown[-1][-8:])):
            shown[-1] += [(" ", -1), *line]
        elif line:
            shown.append(line)
    return shown


def _marked(line: Line, a: int, b: int) -> str:
    escaped = _special("".join(seen for seen, _ in line))
    strong = [n for n, (seen, at) in enumerate(line) if a <= at < b and not seen.isspace()]
    out = []
    for n, (seen, _) in enumerate(line):
        opening = "**" if strong and n == strong[0] else ""
        closing = "**" if strong and n == strong[-1] else ""
        out.append(f"{opening}{chr(92) if n in escaped else ''}{seen}{closing}")
    return "".join(out)


def _special(line: str) -> set[int]:
    """Places of the characters that need a backslash."""
    places = {match.start() for match in _ANYWHERE.finditer(line)}
    if match := _AT_START.match(line):
        places.add(match.end() - 1)
    return places


def _seen(text: str, at: int) -> str:
    c = text[at]
    if " " <= c <= "~":
        return c
    if c in _BREAKS:
        return " "
    if c in _DIRECTIONS:
        return REPLACED
    if c in _JOINERS:
        # Scripts and emoji that need joiners are not ASCII; between ASCII letters they only hide.
        return c if 0 < at < len(text) - 1 and not text[at - 1].isascii() and not text[at + 1].isascii() else ""
    if "\ufe00" <= c <= "\ufe0f":
        return c if at and not text[at - 1].isascii() else ""
    category = unicodedata.category(c)
    if c in _BLANK or category == "Cf" or "\U000e0100" <= c <= "\U000e01ef" or "\u180b" <= c <= "\u180f":
        return ""
    return REPLACED if category in {"Cc", "Cs", "Cn"} else c
