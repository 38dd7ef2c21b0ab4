"""The words of passages by their ids, as they were embedded."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.index.catalogue import Catalogue


def slices(catalogue: Catalogue, ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """For each passage its words and the digest of its text; all must be in the catalogue."""
    stored = catalogue.by_id(ids)
    texts = {sha256: catalogue.text(sha256) for sha256 in {s.sha256 for s in stored.values()}}
    places = [(stored[i].sha256, stored[i].passage) for i in ids]
    return [texts[sha256][p.start : p.end] for sha256, p in places], [sha256 for sha256, _ in places]
