"""The catalogue: which articles there are, their exact texts and passages, and the words in them. One SQLite file."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from sqlite3 import Connection, Row
from typing import Any, TypeVar

from retrieval.corpus.article import Metadata
from retrieval.corpus.passages import Passage
from retrieval.errors import ChangedMeanwhile
from retrieval.index import schema
from retrieval.index.unchanged import Unchanged

OWNER = "owner"
T = TypeVar("T")
_PLAIN = re.compile(r"[a-z0-9.]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in the catalogue."""

    name: str
    path: Path
    sha256: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage in the catalogue."""

    row: int
    id: str
    sha256: str
    ordinal: int
    """Position among its article's passages, from 0."""
    passage: Passage


@dataclass(frozen=True, slots=True)
class FileState:
    """How a file was found at the last ingest."""

    name: str
    """Of the article."""
    file: str
    """Name of the file, which may hold several articles, relative to the ingested folder."""
    path: str
    """Empty where there is nothing that could be opened, only a reason."""
    bytes: int
    stamp: str
    """What the system said of it; empty where it said nothing."""
    certain: bool
    """Whether an equal stamp proves that the file is the same; see `retrieval.corpus.stamps`."""
    digest: str | None
    """SHA-256 of its bytes; None where they could not be taken."""
    sha256: str | None
    """Digest of the article's text; None where it was rejected."""
    outcome: str
    """taken, duplicate or rejected."""
    message: str | None
    """Why it was rejected, and what to do."""


class Catalogue:
    """Reads and single writes; `transaction` groups writes. Usable from several threads."""

    def __init__(self, path: Path) -> None:
        """Open or make the file.

        Raises:
            IndexMismatch: made by another version.
            StorageError: cannot be opened.

        """
        self._path = path
        self._db = schema.connect(path)
        self._lock = threading.RLock()
        self._kept = Unchanged(self.state, lambda: self._db.in_transaction, self._lock)

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing; other processes see the state before until the end."""
        with self._lock, schema.storage_errors(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """The result of one query."""
        with self._lock, schema.storage_errors(self._path):
            return self._db.execute(sql, values).fetchall()

    def fact(self, key: str) -> str | None:
        """A single remembered value: the embedding fingerprint, the ingested paths, …"""
        found = self.rows("SELECT value FROM facts WHERE key = ?", [key])
        return found[0][0] if found else None

    def set_fact(self, key: str, value: str) -> None:
        """Remember a value."""
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [key, value])

    def owner(self) -> str:
        """The catalogue's own id, which its vectors go by where others are kept beside them."""
        if (known := self.fact(OWNER)) is None:
            with self.transaction() as db:
                db.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", [OWNER, secrets.token_hex(8)])
            known = self.fact(OWNER)
        return str(known)

    @property
    def follows(self) -> bool:
        """Whether another machine looks after the articles; this one then takes the texts here for them."""
        return False

    def claim(self) -> dict[str, str]:
        """Facts by which this machine becomes the one that looks after the articles."""
        return {}

    def follow(self) -> None:
        """Take over what other machines have written. What other processes of this one write is seen anyway."""

    @contextmanager
    def unfollowing(self) -> Iterator[None]:
        """Nothing is taken over meanwhile: should another machine write, what this one writes then is refused."""
        yield

    @contextmanager
    def emptied(self) -> Iterator[Connection]:
        """A transaction that begins by removing everything."""
        with self.transaction() as db:
            for table in schema.CONTENT:
                db.execute(f"DELETE FROM {table}")
            yield db

    def version(self) -> int:
        """Changes whenever another process or another `Catalogue` has written to the file."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def state(self) -> tuple[int, int]:
        """Another pair after any write, by this `Catalogue` or by others; the same as long as there was none."""
        with self._lock:
            return self.version(), self._db.total_changes

    def kept(self, name: str, read: Callable[[], T]) -> T:
        """What `read` makes of this catalogue, worked out again when it has changed. It is shared: leave it as it is."""
        return self._kept.get(name, read)

    def entries(self) -> list[Entry]:
        """All articles by name."""
        return list(self._kept.get("all", lambda: [_entry(r) for r in self.rows("SELECT * FROM articles ORDER BY name")]))

    def files(self) -> dict[str, FileState]:
        """Every file seen at the last ingest, by name."""
        return {row["name"]: _file(row) for row in self.rows("SELECT * FROM files")}

    def text(self, sha256: str) -> str:
        """The exact text that passages of this digest refer to.

        Raises:
            ChangedMeanwhile: it is not there any more.

        """
        return str(self._of_text("text", sha256))

    def body(self, sha256: str) -> int:
        """Where that text's metadata ends.

        Raises:
            ChangedMeanwhile: the text is not there any more.

        """
        return int(self._of_text("body", sha256))

    def _of_text(self, column: str, sha256: str) -> Any:
        found = self.rows(f"SELECT {column} FROM texts WHERE sha256 = ?", [sha256])
        if not found:
            raise ChangedMeanwhile("An article was changed or removed while it was read", "Ask again.")
        return found[0][0]

    def passages(self, sha256: str) -> list[Stored]:
        """All passages of one text, in order."""
        sql = "SELECT * FROM passages WHERE sha256 = ? ORDER BY ordinal"
        return list(self._kept.get(f"passages {sha256}", lambda: [_stored(row) for row in self.rows(sql, [sha256])]))

    def by_id(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Those of the passages that the catalogue has."""
        found = self.rows("SELECT * FROM passages WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))])
        return {row["id"]: _stored(row) for row in found}

    def count(self) -> int:
        """Number of passages."""
        return self._kept.get("count", lambda: int(self.rows("SELECT count(*) FROM passages")[0][0]))

    def best_by_words(self, asked: Sequence[str], limit: int, only: Sequence[str] | None) -> list[tuple[str, float]]:
        """Passages by BM25 of the stems asked for, as (id, score), higher is better.

        Args:
            asked: stems, any of which may occur.
            limit: how many at the most.
            only: digests of the texts to look in, or None for all.

        """
        if not asked:
            return []
        if only is not None:
            from retrieval.index.scoped import ScopedWords

            return ScopedWords(self, only).best(asked, limit)
        query = " OR ".join(f'"{term(s)}"' for s in asked)
        found = self.rows(
            "SELECT p.id, -bm25(words) AS score FROM words JOIN passages p ON p.row = words.rowid "
            "WHERE words MATCH ? ORDER BY score DESC, p.id LIMIT ?",
            [query, limit],
        )
        return [(row["id"], row["score"]) for row in found]

    def document_frequencies(self, asked: Sequence[str]) -> dict[str, int]:
        """In how many passages each stem occurs; those that occur in none are left out."""
        known: dict[str, int] = self._kept.get("frequencies", dict)
        by_term = {term(s): s for s in asked}
        if unknown := [t for t in by_term if t not in known]:
            sql = "SELECT term, doc FROM vocabulary WHERE term IN (SELECT value FROM json_each(?))"
            found = {row["term"]: row["doc"] for row in self.rows(sql, [json.dumps(unknown)])}
            known |= {t: found.get(t, 0) for t in unknown}
        return {s: known[t] for t, s in by_term.items() if known[t]}

    def vocabulary(self, initials: str | None = None) -> list[str]:
        """Every stem in Latin letters or digits that occurs in some passage; only those with these initials, if given."""
        if initials is None:
            return [t for (t,) in self.rows("SELECT term FROM vocabulary") if t[:2] != "0x"]
        # 100,000 passages have 150,000 stems, and a question asks for those that may be a word of it spelt otherwise.
        return [stem for letter in sorted(set(initials)) for stem in self._beginning(letter)]

    def _beginning(self, letter: str) -> list[str]:
        sql = "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND substr(term, 1, 2) != '0x'"
        ends = [letter, chr(ord(letter) + 1)]
        return self._kept.get(f"stems {letter}", lambda: [t for (t,) in self.rows(sql, ends)])


def term(stem: str) -> str:
    """A stem as FTS5 stores it: what its tokenizer might take apart goes in as hexadecimal."""
    return stem if _PLAIN.fullmatch(stem) else "0x" + stem.encode("utf-8", "surrogatepass").hex()


def _file(row: Row) -> FileState:
    name, file, path, size, stamp, certain, *rest = row
    return FileState(name, file, path, size, stamp, bool(certain), *rest)


def _entry(row: Row) -> Entry:
    published = date.fromisoformat(row["published"]) if row["published"] else None
    metadata = Metadata(row["title"], row["publisher"], row["url"], published)
    return Entry(row["name"], Path(row["path"]), row["sha256"], metadata)


def _stored(row: Row) -> Stored:
    sentences = tuple((a, b) for a, b in json.loads(row["sentences"]))
    passage = Passage(row["start"], row["end"], row["paragraph"], sentences, bool(row["heading"]))
    return Stored(row["row"], row["id"], row["sha256"], row["ordinal"], passage)
