"""The command line in this process, as the tests of commands use it."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.wiring import SEEDS


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Verbatim = Callable[..., Done]


@pytest.fixture(scope="module")
def data(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "models").symlink_to(models)
    return folder


@pytest.fixture
def verbatim(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Verbatim:
    """The command line in this process, on the module's data folder unless another is given."""

    def run(*arguments: str, stdin: str = "", data: Path = data) -> Done:
        monkeypatch.setattr(sys, "argv", ["verbatim", *arguments, "--data", str(data)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("utf-8", "surrogatepass")), "utf-8"))
        with pytest.raises(SystemExit) as left:
            main()
        captured = capsys.readouterr()
        return Done(int(left.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def own(models: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Articles of one's own and a data folder for them."""
    articles, folder = tmp_path / "articles", tmp_path / "data"
    shutil.copytree(SEEDS, articles)
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return articles, folder


def exact(quote: dict[str, Any], folder: Path = SEEDS) -> bool:
    with (folder / quote["article"]).open(encoding="utf-8", newline="") as stream:
        return bool(stream.read()[quote["start"] : quote["end"]] == quote["text"])


def console(arguments: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False, **options)
