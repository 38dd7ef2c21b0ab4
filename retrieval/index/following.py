"""How far Chroma is behind the catalogue, and bringing it in line.

Opening Chroma takes a second, and its graph is read and written whole: more than everything else that a changed article
costs. Where the catalogue's own copies of the vectors are searched, nobody waits for Chroma. So a small change is written
to the catalogue alone, and what Chroma lacks or has too much is noted in the same transaction: `ahead` and `unsettled`.
When that has become a certain share of the index Chroma is brought in line, so that its cost is spread over the changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from sqlite3 import Connection

from retrieval.index.index import Index
from retrieval.index.slices import slices

SHARE = 16
"""Chroma may be behind by one passage in so many."""

CHUNK = 256
"""Passages stored at a time."""


def may_wait(index: Index, more: int = 0) -> bool:
    """Whether Chroma may stay as it is, also with so many passages more that it does not have.

    Never where Chroma itself is searched, and never where it would be far behind.
    """
    behind = more + sum(int(index.catalogue.rows(f"SELECT count(*) FROM {t}")[0][0]) for t in ("ahead", "unsettled"))
    if not behind:
        return True
    return behind * SHARE <= index.catalogue.count() and index.exact is not None and index.exact.whole


def put_off(db: Connection, ids: Iterable[str]) -> None:
    """Note passages that Chroma does not have."""
    db.executemany("INSERT OR IGNORE INTO ahead VALUES (?)", [[i] for i in ids])


def removed(db: Connection, ids: Sequence[str]) -> None:
    """Note passages that the catalogue has no more; Chroma may have them."""
    values = [[i] for i in ids]
    db.executemany("DELETE FROM ahead WHERE id = ?", values)
    db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", values)


def unsettle(index: Index, ids: Iterable[str]) -> None:
    """Note passages before Chroma is given them, so that they are removed again should the catalogue not get them."""
    with index.catalogue.transaction() as db:
        db.executemany("INSERT OR IGNORE INTO unsettled VALUES (?)", [[i] for i in ids])


def follow(index: Index) -> None:
    """Bring Chroma in line with the catalogue; where this is interrupted the next one finishes it.

    Raises:
        StorageError: Chroma cannot be reached or written.

    """
    waiting = [row["id"] for row in index.catalogue.rows("SELECT id FROM ahead ORDER BY id")]
    for at in range(0, len(waiting), CHUNK):
        ids = waiting[at : at + CHUNK]
        unsettle(index, ids)
        texts, digests = slices(index.catalogue, ids)
        index.vectors.add(ids, texts, digests, index.exact.copies(ids) if index.exact else None)
        with index.catalogue.transaction() as db:
            for table in ("ahead", "unsettled"):
                db.executemany(f"DELETE FROM {table} WHERE id = ?", [[i] for i in ids])
    settle(index)


def settle(index: Index) -> None:
    """Remove from Chroma whatever the catalogue does not have of the unsettled ids."""
    pending = [row["id"] for row in index.catalogue.rows("SELECT id FROM unsettled")]
    if pending:
        there = index.catalogue.by_id(pending)
        index.vectors.delete([i for i in pending if i not in there])
        with index.catalogue.transaction() as db:
            db.executemany("DELETE FROM unsettled WHERE id = ?", [[i] for i in pending])


def lost(index: Index) -> int:
    """Passages that Chroma should have and has not, and those that it should not have and has."""
    catalogue = index.catalogue
    known, ahead, unsettled = (
        {row["id"] for row in catalogue.rows(f"SELECT id FROM {table}")} for table in ("passages", "ahead", "unsettled")
    )
    there = index.vectors.ids()
    return len(known - ahead - there) + len(there - known - unsettled)
