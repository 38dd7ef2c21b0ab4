"""What is known about an article: from a leading date, from front matter, or from the sidecar table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from retrieval.corpus.article import Article, Metadata, is_blank
from retrieval.errors import ArticleError, SettingsError

FIELDS = frozenset({"title", "publisher", "url", "published"})
"""Keys of the sidecar table; front matter may hold others, which are left alone."""

Table = Mapping[str, Mapping[str, Any]]
"""Article name -> fields."""

TITLE_WORDS = 12
_LEADING_DATE = re.compile(r"[\ufeff\s]*date (\d{4}-\d{2}-\d{2})\s+")
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_OPEN_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n")
_TIME_OF_DAY = re.compile(r"(?<=^\d{4}-\d{2}-\d{2})[Tt ]\s*\d{1,2}:.*")
_HEADING = re.compile(r"\s*#{1,2}[ \t]+(\S[^\r\n]*)")


def load_table(path: Path) -> Table:
    """The sidecar table. A missing file is an empty table.

    Raises:
        SettingsError: the table cannot be read, is not TOML, or names a field that does not exist.

    """
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}", "Mend the line it names.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})", "Make it a readable file, or remove it.") from None
    for name, fields in table.items():
        unknown = set(fields) - FIELDS if isinstance(fields, dict) else {"(not a table)"}
        if unknown:
            raise SettingsError(f'{path}: "{name}" has {sorted(unknown)}', f"Use {', '.join(sorted(FIELDS))}.")
    return table


def article(name: str, text: str, table: Table, extracted: Mapping[str, str] | None = None) -> Article:
    """The article with its metadata; the table wins over the file, since a team wrote it for this purpose.

    Args:
        name: of the article.
        text: all of it.
        table: what is known besides.
        extracted: what was found beside a text that was taken out of a file; such a text holds no metadata itself.

    Raises:
        ArticleError: broken front matter, or a date or url that is none.

    """
    fields: dict[str, Any] = dict(extracted or {})
    body = len(text) - len(text.removeprefix("\ufeff"))
    if extracted is not None:
        pass
    elif match := _FRONT_MATTER.match(text):
        fields, body = _front_matter(name, match[1]), match.end()
    elif _OPEN_FRONT_MATTER.match(text) and name.lower().endswith((".md", ".markdown")):
        raise ArticleError(name, "has front matter that is never closed", "Close it with a line of three dashes.")
    if extracted is None and (match := _LEADING_DATE.match(text, body)):
        fields.setdefault("published", match[1])
        body = match.end()
    fields |= table.get(name, {})
    if is_blank(text[body:]):
        raise ArticleError(name, "holds metadata but no text", "Add the article's words.")
    title = _text(name, fields, "title") or _first_words(text, body)
    known = Metadata(title, _text(name, fields, "publisher"), _url(name, fields), _date(name, fields))
    return Article(name, text, body, known)


def _front_matter(name: str, block: str) -> dict[str, Any]:
    import yaml

    try:
        # Every value as the text it is: YAML's own types make 750 of 12:30, and False of a publisher called No.
        fields = yaml.load(block, yaml.BaseLoader) or {}
    except Exception as error:  # PyYAML raises whatever it meets: TypeError, RecursionError, …
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 2
        raise ArticleError(name, f"has broken front matter (line {line})", "Write it as YAML, key: value.") from None
    if not isinstance(fields, dict):
        raise ArticleError(name, "has front matter without keys", "Write it as YAML, key: value.")
    if "published" not in fields and "date" in fields:
        fields["published"] = fields["date"]
    return fields


def _first_words(text: str, body: int) -> str:
    if match := _HEADING.match(text, body):
        return match[1].rstrip(" \t#") or match[1]
    words = text[body : body + 2000].strip("\ufeff \t\r\n").split("\n", 1)[0].split()
    return " ".join(words[:TITLE_WORDS]) + ("…" if len(words) > TITLE_WORDS else "")


def _text(name: str, fields: Mapping[str, Any], key: str) -> str | None:
    """A value on one line; None where it is missing, empty, or YAML's word for nothing."""
    value = fields.get(key)
    if isinstance(value, (Mapping, list)):
        raise ArticleError(name, f"has a {key} that is a list", "Write it as one text.")
    text = "" if value is None else " ".join(str(value).split())
    return None if text in {"", "~", "null"} else text


def _url(name: str, fields: Mapping[str, Any]) -> str | None:
    url = _text(name, fields, "url")
    if url is not None and not re.fullmatch(r"https?://\S+", url):
        raise ArticleError(name, f"has a url that is none: {url!r}", "Give one that starts with http:// or https://.")
    return url


def _date(name: str, fields: Mapping[str, Any]) -> date | None:
    text = _text(name, fields, "published")
    if text is None:
        return None
    try:
        return date.fromisoformat(_TIME_OF_DAY.sub("", text))
    except ValueError:
        raise ArticleError(name, f"has a date that is none: {text!r}", "Write it as YYYY-MM-DD.") from None
