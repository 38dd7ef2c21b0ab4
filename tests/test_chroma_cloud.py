"""What is sent to Chroma Cloud: the key in its header, tenant and database by name; against a stand-in on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from retrieval.errors import StorageError
from retrieval.index.chroma import CLOUD, Server

KEY = "ck-test"
DATABASE = "/api/v2/tenants/our-tenant/databases/our-database"


class Cloud(ThreadingHTTPServer):
    """Knows one key, which is for one tenant and one database, and writes down what it is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answering(BaseHTTPRequestHandler):
    """The part of Chroma's interface that a client needs to open a collection."""

    server: Cloud

    def do_GET(self) -> None:
        """Every address but the heartbeat wants the key."""
        token = self.headers.get("X-Chroma-Token")
        self.server.asked.append((self.path, token))
        if self.path == "/api/v2/heartbeat":
            return self._say(200, {"nanosecond heartbeat": 1})
        if token != KEY:
            return self._say(401, {"error": "AuthError", "message": "Unauthorized"})
        known: dict[str, Any] = {
            "/api/v2/auth/identity": {"user_id": "u", "tenant": "our-tenant", "databases": ["our-database"]},
            "/api/v2/tenants/our-tenant": {"name": "our-tenant"},
            DATABASE: {"id": "0b5fc1f5-58ea-4ffc-9f3b-6d7e2a2b9a10", "name": "our-database", "tenant": "our-tenant"},
            f"{DATABASE}/collections_count": 0,
        }
        found = known.get(self.path.partition("?")[0])
        return self._say(404 if found is None else 200, {"error": "NotFoundError"} if found is None else found)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what was asked."""

    def _say(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def environment(monkeypatch: pytest.MonkeyPatch, **given: str) -> None:
    for name in ("CHROMA_API_KEY", "CHROMA_TENANT", "CHROMA_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("named", [{"CHROMA_TENANT": "our-tenant", "CHROMA_DATABASE": "our-database"}, {}])
def test_the_key_tenant_and_database_of_the_environment_are_sent(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, named: dict[str, str]
) -> None:
    # Without tenant and database the ones that the key is for are taken.
    environment(monkeypatch, CHROMA_API_KEY=KEY, **named)
    place = Server(CLOUD, cloud=cloud.url)
    client = place.client()
    assert client.count_collections() == 0
    assert (client.tenant, client.database) == ("our-tenant", "our-database")
    place.close(client)
    asked = {path: token for path, token in cloud.asked if not path.endswith("/heartbeat")}
    assert {DATABASE, f"{DATABASE}/collections_count"} <= asked.keys()
    assert set(asked.values()) == {KEY}


def test_a_key_that_is_refused_is_said(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(monkeypatch, CHROMA_API_KEY="another", CHROMA_TENANT="our-tenant", CHROMA_DATABASE="our-database")
    place = Server(CLOUD, cloud=cloud.url)
    with pytest.raises(Exception, match="Unauthorized") as refused:
        place.client()
    said = place.failed(refused.value)
    assert type(said) is StorageError
    assert "Chroma Cloud" in str(said)
    assert "another" not in str(said)
