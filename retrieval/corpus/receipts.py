"""Receipts: a short code from which anyone can check a quote against the article as it is now.

A receipt is `name of the article : start - end : check`, base32 of the first 80 bits of SHA-256 over the article's
digest, the offsets and the quote. It names the place and proves the words; it does not need the index.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote as percent
from urllib.parse import unquote

from retrieval.errors import ReceiptError

_FORM = re.compile(r"([^\s:]+):([0-9a-z]{1,12})-([0-9a-z]{1,12}):([a-z2-7]{16}):([a-z2-7]{16})")
_REMEDY = "Copy the whole code that stands behind the quote, for example notes.txt:e8-kb:…"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt says: these words stood at this place of this article."""

    article: str
    start: int
    end: int
    article_check: str
    quote_check: str


def make(article: str, start: int, end: int, quote: str, sha256: str) -> str:
    """The code for a quote."""
    return code(Receipt(article, start, end, _check(sha256), _check(quote)))


def code(receipt: Receipt) -> str:
    """The inverse of `parse`."""
    name = percent(receipt.article, safe="/._-")
    return f"{name}:{_base36(receipt.start)}-{_base36(receipt.end)}:{receipt.article_check}:{receipt.quote_check}"


def parse(code: str) -> Receipt:
    """Read a code back.

    Raises:
        ReceiptError: it is not one.

    """
    match = _FORM.fullmatch(code.strip().strip("`"))
    if not match:
        raise ReceiptError(f"{code[:80]!r} is not a receipt", _REMEDY)
    start, end = int(match[2], 36), int(match[3], 36)
    if not 0 <= start < end:
        raise ReceiptError(f"{code[:80]!r} names no words", _REMEDY)
    return Receipt(unquote(match[1]), start, end, match[4], match[5])


def holds(receipt: Receipt, text: str) -> bool:
    """Whether the words of the receipt stand at its offsets in `text`."""
    return _check(text[receipt.start : receipt.end]) == receipt.quote_check


def same_article(receipt: Receipt, sha256: str) -> bool:
    """Whether the article is, to the letter, the one that was quoted."""
    return _check(sha256) == receipt.article_check


def _check(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    out = ""
    while True:
        number, digit = divmod(number, 36)
        out = digits[digit] + out
        if not number:
            return out
