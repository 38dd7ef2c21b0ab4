"""Alterations of what stands beside the words: who says it, which article, when, and the proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.evaluation.attack.target import Quote, Target, alteration, sealed
from retrieval.corpus.article import text_digest
from retrieval.reading.speakers import speaker

FIELDS = (
    "number text article title publisher url published start end sha256 highlight speaker paragraph score receipt".split()
)


@alteration("speaker")
def speakers(target: Target) -> Iterator[Quote]:
    """Somebody else of the same corpus, the reporter, a document, nobody."""
    known = {("the article", "reporter"), ("the draft", "document"), ("Nobody", "person"), ("", "person")}
    for article in (target.original, *target.others):
        for index in range(len(article.quotable)):
            voice = speaker(article.text, article.quotable, index)
            known.add((voice.name, voice.kind))
    right = target.quote["speaker"]
    known |= {(right["name"], kind) for kind in ("person", "document", "reporter")}
    known |= {(right["name"].upper(), right["kind"]), (right["name"].split()[0], right["kind"] + "s")}
    for name, kind in sorted(known):
        if {"name": name, "kind": kind} != right:
            yield target.quote | {"speaker": {"name": name, "kind": kind}}
    yield target.quote | {"speaker": None}


@alteration("other article")
def other_article(target: Target) -> Iterator[Quote]:
    """Credited to another article of the corpus: by name, with its labels, with its digest, with a receipt that fits."""
    for other in target.others:
        published = other.metadata.published.isoformat() if other.metadata.published else None
        named = target.quote | {"article": other.name}
        labelled = named | {
            "title": other.metadata.title, "publisher": other.metadata.publisher, "url": other.metadata.url,
            "published": published,
        }  # fmt: skip
        digested = labelled | {"sha256": other.sha256}
        yield from (named, sealed(named), labelled, sealed(labelled), digested, sealed(digested))
        yield target.quote | {key: labelled[key] for key in ("title", "publisher", "url", "published")}
        start = len(other.text) // 2
        yield sealed(digested | {"start": start, "end": start + len(target.text), "highlight": None})
    for name in ("unknown.txt", f"./{target.original.name}", f"../{target.original.name}", target.original.name.upper(), ""):
        yield sealed(target.quote | {"article": name})


@alteration("label")
def label(target: Target) -> Iterator[Quote]:
    """Another title, publisher, address, day or paragraph."""
    quote = target.quote
    day = quote["published"]
    other = (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day else "2021-12-17"
    yield quote | {"title": f"{quote['title']}!"}
    yield quote | {"title": ""}
    yield quote | {"publisher": "Reuters" if quote["publisher"] != "Reuters" else None}
    yield quote | {"url": "https://example.org/" if not quote["url"] else f"{quote['url']}#"}
    yield quote | {"published": other}
    yield quote | {"published": None if day else "yesterday"}
    # A quote without a highlight does not say which of its sentences answers; then each one's paragraph is right.
    right = {s.paragraph for s in target.original.sentences if s.span in target.inside}
    for paragraph in {quote["paragraph"] + 1, quote["paragraph"] - 1} - right:
        yield quote | {"paragraph": paragraph}


@alteration("digest")
def digest(target: Target) -> Iterator[Quote]:
    """That of another text."""
    sha256 = target.quote["sha256"]
    wrong = {sha256[::-1], sha256.upper(), sha256[:12], "", "0" * 64, text_digest(target.text)}
    wrong |= {text_digest(target.original.text + "\n"), *(other.sha256 for other in target.others)}
    for value in sorted(wrong - {sha256}):
        yield target.quote | {"sha256": value}
        yield sealed(target.quote | {"sha256": value})


@alteration("receipt")
def receipt(target: Target) -> Iterator[Quote]:
    """One character changed anywhere in it, that of another place, none, more than one."""
    code = target.quote["receipt"]
    for at, character in enumerate(code):
        yield target.quote | {"receipt": code[:at] + ("b" if character != "b" else "c") + code[at + 1 :]}
    for start, end in target.original.quotable[:4]:
        moved = target.quote | {"start": start, "end": end, "text": target.original.text[start:end]}
        if (start, end) != target.span:
            yield target.quote | {"receipt": sealed(moved)["receipt"]}
    for other in target.others:
        yield target.quote | {"receipt": sealed(target.quote | {"article": other.name})["receipt"]}
    for wrong in ("", code.upper(), f"{code} ", f"{code}:{code}", re.sub(r":[^:]+$", "", code), f"`{code}`"):
        yield target.quote | {"receipt": wrong}


@alteration("highlight")
def highlight(target: Target) -> Iterator[Quote]:
    """Outside the quote, across sentences, the wrong way round, without words, or no place at all."""
    start, end = target.span
    length = len(target.original.text)
    places: list[object] = [
        [start - 5, start], [start - 1, end], [start, end + 1], [end, end + 5], [end, start], [start, start], [0, length],
        [length, length + 5], [-5, -1], [start], [start, end, end], [float(start), end], "all", [str(start), end], {},
    ]  # fmt: skip
    if len(target.inside) > 1:
        places.append([start, end])
    for place in places:
        yield target.quote | {"highlight": place}


@alteration("malformed")
def malformed(target: Target) -> Iterator[Quote]:
    """A field missing, empty or of another kind."""
    for field in FIELDS:
        yield {key: value for key, value in target.quote.items() if key != field}
        yield target.quote | {field: [field]}
        yield target.quote | {field: True}
    for field, value in (
        ("number", 0),
        ("number", -1),
        ("text", ""),
        ("score", 1.5),
        ("score", float("nan")),
        ("score", "1"),
    ):
        yield target.quote | {field: value}
