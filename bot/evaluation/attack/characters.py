"""Alterations that a reader does not see: letters of another script, another normal form, characters without width."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bot.evaluation.attack.target import Target, rewriting

_TWINS = {
    "a": "аɑa", "c": "сⅽ", "e": "еe", "h": "һ", "i": "іⅰ", "j": "ј", "l": "ⅼI1", "o": "оο0", "p": "рр", "s": "ѕ", "x": "х",
    "y": "у", "A": "АΑ", "B": "ВΒ", "C": "С", "E": "ЕΕ", "H": "НΗ", "I": "ІΙl", "K": "КK", "M": "МΜ", "N": "Ν", "O": "ОΟ",
    "P": "РΡ", "S": "Ѕ", "T": "ТΤ", "X": "ХΧ", "0": "O0", "1": "l1", "2": "2", "3": "З3", "-": "‐‑–−", ",": "‚,", ".": "․.",
    "%": "％", "$": "＄",
}  # fmt: skip
_TYPED = {
    "“": '"',
    "”": '"',
    "’": "'",
    "‘": "'",
    "–": "-",
    "—": "-",
    "…": "...",
    "\n\n": " ",
    "\n": " ",
    " ": "\u00a0",
    "fi": "ﬁ",
}
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u202e\u202d\u2066\u200e\u034f\u3164\U000e0041\ufe0f\x00\x08\x1b"


@rewriting("homoglyph")
def homoglyph(target: Target) -> Iterator[str]:
    """One letter, digit or sign exchanged for its twin: the first and the last of its kind, and all of them."""
    text = target.text
    for letter, twins in _TWINS.items():
        if letter in text:
            for twin in twins:
                yield text.replace(letter, twin, 1)
                yield twin.join(text.rsplit(letter, 1))
                yield text.replace(letter, twin)


@rewriting("normalisation")
def normalisation(target: Target) -> Iterator[str]:
    """The same text to the eye: normal forms, typewriter quotes, other spaces, other case."""
    text = target.text
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        yield unicodedata.normalize(form, text)
    for typographic, plain in _TYPED.items():
        yield text.replace(typographic, plain, 1)
        yield text.replace(typographic, plain)
    yield text.upper()
    yield text.lower()
    yield text.swapcase()
    yield f"{text} "
    yield f" {text}"
    yield text.replace(" ", "  ", 1)


@rewriting("invisible")
def invisible(target: Target) -> Iterator[str]:
    """A character that is not seen: before, within and behind the words."""
    text = target.text
    middle = len(text) // 2
    for unseen in _UNSEEN:
        yield unseen + text
        yield text[:middle] + unseen + text[middle:]
        yield text + unseen
