"""A server may come back with less than it had, or more: from a backup, or on an empty disk. The catalogue has it all."""

from __future__ import annotations

from collections import defaultdict

from retrieval.index.index import Index

CHUNK = 256
"""Passages embedded and stored at a time."""


def agrees(index: Index) -> bool:
    """Whether as many passages are there as in the catalogue; where Chroma is embedded nobody else can touch them."""
    return not index.place.remote or index.vectors.count() == index.catalogue.count()


def reconcile(index: Index) -> None:
    """Make a Chroma server hold the catalogue's passages, all of them and no others.

    Raises:
        StorageError: it cannot be reached.

    """
    if not index.place.remote:
        return
    there = index.vectors.ids()
    wanted = {row["id"]: row["sha256"] for row in index.catalogue.rows("SELECT id, sha256 FROM passages")}
    index.vectors.delete(sorted(there - wanted.keys()))
    missing = defaultdict(list)
    for id_ in wanted.keys() - there:
        missing[wanted[id_]].append(id_)
    for sha256, ids in sorted(missing.items()):
        text, stored = index.catalogue.text(sha256), index.catalogue.by_id(ids)
        for at in range(0, len(ids), CHUNK):
            part = ids[at : at + CHUNK]
            places = [stored[i].passage for i in part]
            index.vectors.add(part, [text[p.start : p.end] for p in places], [sha256] * len(part))
