"""Real servers on loopback for the tests: Chroma from the environment, Postgres from the system's packages."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

PATIENCE = 120
"""Seconds to wait for a server; the machine may be busy."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class ChromaServer:
    """`chroma run`, which can be killed and comes back with what it had, at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(self._folder)]
        with (self._folder.parent / "chroma.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self._port)], stdout=log, stderr=log, cwd=self._folder.parent
            )
        for _ in _until_deadline():
            assert self._process.poll() is None, (self._folder.parent / "chroma.log").read_text()
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", timeout=5).raise_for_status()
                return
            except httpx.HTTPError:
                continue
        raise AssertionError("the Chroma server does not start")

    def kill(self) -> None:
        """As a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None

    def forget(self) -> None:
        """Lose everything it had; not while it runs."""
        shutil.rmtree(self._folder)


def _until_deadline() -> Iterator[None]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        yield
        time.sleep(0.1)


class PostgresServer:
    """A Postgres of its own, run by a user who is not root, as it demands."""

    def __init__(self) -> None:
        programs = postgres_programs()
        if programs is None:
            pytest.fail("This test starts a Postgres of its own. Install it: apt-get install postgresql", pytrace=False)
        self._bin = programs
        # Not below pytest's own folder, which only its owner may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._port = free_port()
        self._databases = 0
        password = self._folder / "password"
        password.write_text("secret")
        password.chmod(0o644)
        self._run("initdb", "--no-sync", "-U", "verbatim", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        self._run("pg_ctl", "-w", "-t", str(PATIENCE), "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop without waiting for anybody, as in a crash."""
        self._run("pg_ctl", "-w", "-t", str(PATIENCE), "-m", "immediate", "stop")

    def database(self) -> str:
        """The address of a new, empty database."""
        self._databases += 1
        name = f"test{self._databases}"
        with psycopg.connect(self.url("postgres", driver=""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def url(self, name: str, password: str = "secret", driver: str = "+psycopg") -> str:
        """The address of a database."""
        return f"postgresql{driver}://verbatim:{password}@127.0.0.1:{self._port}/{name}"

    def remove(self) -> None:
        """Stop and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), "-D", str(self._folder / "data"), *arguments]
        # A pipe for its output would stay open as long as the server runs.
        with (self._folder / "errors").open("w+") as errors:
            done = subprocess.run(
                command, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=errors, check=False
            )
            errors.seek(0)
            said = errors.read()
        assert done.returncode == 0, said


def postgres_programs() -> Path | None:
    """Where the programs of Postgres are, if they are installed."""
    found = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parent.parent.name))
    return Path(found).parent if found else installed[-1].parent if installed else None
