"""Throwing an index away so that it can be built anew; whenever this is interrupted, the next ingest finishes it."""

from __future__ import annotations

from retrieval.errors import StoreError
from retrieval.index import schema
from retrieval.index.catalogue import OWNER, Catalogue
from retrieval.index.index import Index

BEGUN = "forgetting"
"""Fact that stands in the catalogue from the first step to the last."""

_KEPT = ("paths", OWNER, "by")
"""Facts that outlive the index: what it is made of, whose the vectors are, and who looks after the articles."""


def was_begun(index: Index) -> bool:
    """Whether an earlier `forget` was interrupted."""
    return index.catalogue.fact(BEGUN) is not None


def forget(index: Index) -> None:
    """Empty both stores. What was to be indexed stays known.

    Raises:
        StorageError: the data folder cannot be written.

    """
    try:
        opened = index.catalogue
        opened.follow()
    except StoreError:
        _replace(index)
        opened = index.catalogue
    with opened.transaction() as db:
        # Without these two facts no other command takes the index for current, or for one of other settings.
        db.execute("DELETE FROM facts WHERE key IN ('state', 'fingerprint')")
        db.execute("INSERT OR REPLACE INTO facts VALUES (?, '')", [BEGUN])
    with schema.storage_errors(index.settings.data):
        index.place.forget()
    index.release_vectors()
    kept = [(key, known) for key in _KEPT if (known := index.catalogue.fact(key)) is not None]
    with index.catalogue.emptied() as db:
        db.executemany("INSERT INTO facts VALUES (?, ?)", kept)


def _replace(index: Index) -> None:
    """Put a new catalogue in the place of one that cannot be opened."""
    path = index.settings.data / "catalogue.sqlite3"
    if index.log is not None:
        from retrieval.index.shared import discard

        index.log.restart()
        discard(path)
        return
    new = path.with_suffix(".new")
    kept = [(key, known) for key in _KEPT if (known := schema.salvaged(path, key)) is not None]
    with schema.storage_errors(path):
        for left in path.parent.glob(f"{new.name}*"):
            left.unlink()
        catalogue = Catalogue(new)
        with catalogue.transaction() as db:
            db.execute("INSERT INTO facts VALUES (?, '')", [BEGUN])
            db.executemany("INSERT INTO facts VALUES (?, ?)", kept)
        catalogue.close()
        # A log that is left would be applied to the new file.
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        new.replace(path)
