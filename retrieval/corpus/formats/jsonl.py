"""JSON lines: one article a line. The text is taken to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from retrieval.corpus.formats.part import Limits, Part, Unreadable, is_address, known, short_name

# Without a point at which an ending could begin: the name would be that of a file.
_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TEXTS = ("id", "text", "title", "publisher", "url", "published", "date")
REMEDY = 'Write one object a line: {"id": "…", "text": "…", "title": "…", "published": "YYYY-MM-DD"}.'


def extract(raw: bytes, limits: Limits) -> Iterator[Part | Unreadable]:
    """One article for each line that is not blank; a line that is none is named, and the others are taken."""
    del limits
    seen: dict[str, int] = {}
    # Only a line feed ends a line: other separators may stand inside a JSON string.
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            part = _part(line)
        except Unreadable as error:
            yield Unreadable(error.what, error.remedy, f"line {number}")
            continue
        first = seen.setdefault(part.part or "", number)
        if first == number:
            yield part
        else:
            yield Unreadable(f"has the id of line {first}", "Give every line an id of its own.", f"line {number}")


def _part(line: bytes) -> Part:
    try:
        read: Any = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8", "Save it as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"is not JSON ({getattr(error, 'msg', 'nested too deeply')})", REMEDY) from None
    if not isinstance(read, dict):
        raise Unreadable("is no object", REMEDY)
    fields = {key: _text(read, key) for key in _TEXTS}
    text = fields["text"]
    if text is None or not text.strip():
        raise Unreadable("has no text", REMEDY)
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise Unreadable("has half of a character in its text", "Write characters beyond \\uffff as pairs.")
    if fields["url"] is not None and not is_address(fields["url"]):
        raise Unreadable(f"has a url that is none: {fields['url'][:80]!r}", "Give one that starts with http:// or https://.")
    said = known(
        title=fields["title"],
        publisher=fields["publisher"],
        url=fields["url"],
        published=fields["published"] or fields["date"],
    )
    # Without an id the address says which article it is, and without one the words do.
    identity = fields["id"] or fields["url"] or text
    return Part(text, said, identity if _PLAIN.fullmatch(identity) and fields["id"] else short_name(identity))


def _text(read: Mapping[str, Any], key: str) -> str | None:
    """A value that is a text; a number will do for an id."""
    value = read.get(key)
    if key == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"has a {key} that is no text", REMEDY)
    return value or None
