"""Where Chroma keeps the vectors: in the data folder, on a server, or in Chroma Cloud. The collection is the same."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

from retrieval.errors import SettingsError, StorageError, Unreachable, VerbatimError
from retrieval.index.schema import REBUILD

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

COLLECTION = "passages"
DENSE: Any = {"space": "cosine", "max_neighbors": 64, "ef_construction": 400, "ef_search": 400}
"""The graph over the vectors. With Chroma's own figures (16, 100, 100) some passages get out of reach of every query
after articles have changed a few times: ten rounds over 324 passages lost three of them, with these none."""

CLOUD = "cloud"
CLOUD_ADDRESS = "https://api.trychroma.com"
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 20.0
"""Chroma's own client waits without end; with both a person in Discord is told before `discord.timeout_seconds`."""

SYSTEMS = threading.RLock()
"""Chroma keeps what it opened in a table of the process and does not lock it."""


class Place(Protocol):
    """Where a collection lies."""

    @property
    def collection(self) -> str:
        """Its name there."""

    @property
    def configuration(self) -> CreateCollectionConfiguration:
        """What it is made with."""

    @property
    def remote(self) -> bool:
        """Whether a server keeps it, which others can reach too."""

    def client(self) -> Client:
        """A connection of its own, to be given back with `close`. Raises what Chroma raises."""

    def close(self, client: Client) -> None:
        """Release what the client holds."""

    def failed(self, error: Exception) -> StorageError:
        """What Chroma raised, as an error that says what to do."""

    def forget(self) -> None:
        """Remove the collection, whoever made it.

        Raises:
            StorageError: it cannot be removed.
            OSError: the same of files.

        """


@dataclass(frozen=True, slots=True)
class Folder:
    """Embedded: files that Chroma opens within this process."""

    path: Path
    collection: str = COLLECTION
    remote = False

    def __str__(self) -> str:
        return str(self.path)

    @property
    def configuration(self) -> CreateCollectionConfiguration:
        return {"hnsw": DENSE}

    def client(self) -> Client:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        try:
            # Declared as the interface, which has no close().
            return cast("Client", chromadb.PersistentClient(str(self.path), Settings(anonymized_telemetry=False)))
        except BaseException:
            # Chroma keeps what it could not start and would hand it out at the next try (a full disk is one case).
            if str(self.path) not in SharedSystemClient._identifier_to_refcount:
                SharedSystemClient._identifier_to_system.pop(str(self.path), None)
            raise

    def close(self, client: Client) -> None:
        client.close()

    def failed(self, error: Exception) -> StorageError:
        remedy = f"See that the folder is writable and has space. If it stays so: {REBUILD}"
        return StorageError(f"Chroma at {self.path} failed: {error}", remedy)

    def forget(self) -> None:
        """Also where Chroma cannot open its own files any more: those are removed then."""
        import chromadb.errors

        if not self.path.exists():
            return
        try:
            # Files must not go while another part of this process has them open: Chroma shares them within a process.
            with SYSTEMS, closing(self.client()) as client, suppress(chromadb.errors.NotFoundError):
                client.delete_collection(self.collection)
        except (chromadb.errors.ChromaError, OSError, RuntimeError, ValueError):
            # Moved away first: another process may open the folder at any time, and writes to it when it does.
            away = Path(tempfile.mkdtemp(prefix="forgotten-", dir=self.path.parent))
            self.path.rename(away / self.path.name)
            shutil.rmtree(away)


@dataclass(frozen=True, slots=True)
class Server:
    """A Chroma server, or Chroma Cloud. Tenant, database and key come from the environment, as Chroma names them."""

    address: str
    """`http://host:port` of a server (user and password may stand in it), or `cloud`."""
    collection: str = COLLECTION
    cloud: str = CLOUD_ADDRESS
    """Where Chroma Cloud is."""
    remote = True

    def __str__(self) -> str:
        """Without user and password."""
        if self.address == CLOUD:
            return "Chroma Cloud"
        parts = urlsplit(self.address)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    @property
    def configuration(self) -> CreateCollectionConfiguration:
        # The cloud has an index of its own kind, and its own figures for it.
        return {"spann": {"space": "cosine"}} if self.address == CLOUD else {"hnsw": DENSE}

    def client(self) -> Client:
        import chromadb
        import httpx
        from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT, Settings

        if self.address == CLOUD and not os.environ.get("CHROMA_API_KEY"):
            raise SettingsError(
                "search.chroma is cloud, and CHROMA_API_KEY is not set",
                "Put the key, CHROMA_TENANT and CHROMA_DATABASE into the environment.",
            )
        settings = Settings(anonymized_telemetry=False)
        # Chroma's client would wait without end for a machine that takes the connection and says nothing.
        base = self.cloud if self.address == CLOUD else self.address.rstrip("/")
        timeout = httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS)
        httpx.get(f"{base}/api/v2/heartbeat", timeout=_CONNECT_SECONDS).raise_for_status()
        if self.address == CLOUD:
            # Chroma's client looks for the key in the environment, and then sends "None" unless it is handed in.
            parts = urlsplit(base)
            made = chromadb.CloudClient(
                os.environ.get("CHROMA_TENANT") or None,
                os.environ.get("CHROMA_DATABASE") or None,
                os.environ["CHROMA_API_KEY"],
                settings,
                cloud_host=parts.hostname or "",
                cloud_port=parts.port or 443,
                enable_ssl=parts.scheme == "https",
            )
        else:
            made = chromadb.HttpClient(
                base,
                ssl=base.startswith("https:"),
                settings=settings,
                tenant=os.environ.get("CHROMA_TENANT") or DEFAULT_TENANT,
                database=os.environ.get("CHROMA_DATABASE") or DEFAULT_DATABASE,
            )
        for session in _sessions(made):
            session.timeout = timeout
        return cast("Client", made)

    def close(self, client: Client) -> None:
        from chromadb.api.shared_system_client import SharedSystemClient

        # Chroma's client leaves its connections open, and itself in the table of what the process has opened.
        for session in _sessions(client):
            session.close()
        system, opened = client._system, SharedSystemClient._identifier_to_system
        with SYSTEMS:
            client.close()
            for key in [key for key, known in opened.items() if known is system]:
                del opened[key]

    def failed(self, error: Exception) -> StorageError:
        import httpx

        # What Chroma's client makes of a refused connection is a ValueError that says so.
        if isinstance(error, httpx.TransportError) or "Could not connect" in str(error):
            return Unreachable(
                f"The Chroma server at {self} does not answer ({_reason(error)})",
                "Start it, or set search.chroma to where it is. Nothing is lost; ask again when it is back.",
                "articles",
            )
        return StorageError(f"Chroma at {self} failed: {_reason(error)}", "See its log, and search.chroma in the settings.")

    def forget(self) -> None:
        import chromadb.errors

        try:
            client = self.client()
            with suppress(chromadb.errors.NotFoundError):
                client.delete_collection(self.collection)
            self.close(client)
        except VerbatimError:
            raise
        except Exception as error:  # the client also raises plain ones, with what the server said
            raise self.failed(error) from error


def place(address: str, folder: Path, owner: str) -> Place:
    """What the setting `search.chroma` means.

    Args:
        address: empty for the folder, else that of a server, or `cloud`.
        folder: where files lie if it is empty.
        owner: id of the catalogue that the vectors belong to. A server keeps a collection for each: two catalogues
            that wrote to one would remove each other's passages.

    """
    return replace(Server(address), collection=f"{COLLECTION}-{owner}") if address else Folder(folder)


def _sessions(client: Any) -> list[Any]:
    """It has one for the collections and one for looking after tenants."""
    return [client._server._session, client._admin_client._server._session]


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
