"""`verbatim sources`."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.text import Text

from bot.commands.opening import refreshed
from bot.render.terminal import visible
from bot.wiring import Project
from retrieval.corpus.passages import paragraph_spans
from retrieval.errors import StoreError
from retrieval.index.catalogue import Catalogue, Entry
from retrieval.index.copies import named


class UnknownArticle(StoreError):
    """No article has that name."""


def run(project: Project, name: str | None, *, as_json: bool) -> int:
    """List the articles or show one with numbered paragraphs; its text is what offsets refer to."""
    catalogue = refreshed(project).index.catalogue
    entries = catalogue.entries()
    if name is None:
        if as_json:
            print(json.dumps([_to_json(e, catalogue) for e in entries], ensure_ascii=False))
        else:
            _list(Console(highlight=False), entries, catalogue)
        return 0
    entry = find(entries, name)
    text, spans = catalogue.text(entry.sha256), paragraph_spans(catalogue.text(entry.sha256), catalogue.body(entry.sha256))
    if as_json:
        paragraphs = [{"paragraph": n, "start": a, "end": b, "text": text[a:b]} for n, (a, b) in enumerate(spans, 1)]
        whole = {"text": text, "paragraphs": paragraphs, "copies": named(catalogue, [entry.name]).get(entry.name, [])}
        print(json.dumps(_to_json(entry, catalogue) | whole, ensure_ascii=False))
        return 0
    console = Console(highlight=False)
    console.print(Text(visible(entry.metadata.title), style="bold"))
    console.print(Text(_details(entry), style="cyan"))
    if copies := named(catalogue, [entry.name]).get(entry.name):
        console.print(Text(f"one source with {visible(', '.join(copies))}", style="cyan"))
    for number, (a, b) in enumerate(spans, 1):
        console.print()
        console.print(Text.assemble((f"{number:>3}  ", "dim"), visible(text[a:b])))
    return 0


def find(entries: list[Entry], name: str) -> Entry:
    """The article of that name; a part of the name is enough where it fits one only.

    Raises:
        UnknownArticle: none or several fit.

    """
    exact = [e for e in entries if e.name == name]
    fitting = exact or [e for e in entries if name and name.casefold() in e.name.casefold()]
    if len(fitting) != 1:
        what = f"{len(fitting)} articles fit {name!r}" if fitting else f"There is no article {name!r}"
        raise UnknownArticle(what, "`verbatim sources` lists the names.")
    return fitting[0]


def _list(console: Console, entries: list[Entry], catalogue: Catalogue) -> None:
    if not entries:
        console.print("No articles. Add some with: verbatim ingest FOLDER")
    for entry in entries:
        console.print(Text(visible(entry.metadata.title), style="bold"))
        count = len(catalogue.passages(entry.sha256))
        console.print(Text(f"  {visible(entry.name)} · {_details(entry)} · {count} passages", style="cyan"))


def _details(entry: Entry) -> str:
    published = entry.metadata.published.isoformat() if entry.metadata.published else "no date"
    fields = (entry.metadata.publisher, published, entry.metadata.url, f"sha256 {entry.sha256[:12]}")
    return visible(" · ".join(field for field in fields if field))


def _to_json(entry: Entry, catalogue: Catalogue) -> dict[str, Any]:
    m = entry.metadata
    return {
        "article": entry.name,
        "title": m.title,
        "publisher": m.publisher,
        "url": m.url,
        "published": m.published.isoformat() if m.published else None,
        "sha256": entry.sha256,
        "passages": len(catalogue.passages(entry.sha256)),
    }
