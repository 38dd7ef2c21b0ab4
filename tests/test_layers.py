"""Each layer in an interpreter of its own: what importing or using it must not load."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import PROJECT

HEAVY = (
    "torch", "transformers", "sentence_transformers", "onnxruntime", "chromadb", "langchain_core", "langchain_chroma",
    "discord", "matplotlib", "sqlalchemy", "lxml", "trafilatura", "pypdf", "docx", "feedparser", "tinycss2",
)  # fmt: skip
TRAINING = ("torch", "transformers", "sentence_transformers")


def modules(package: str) -> list[str]:
    found = []
    for path in sorted((PROJECT / package).rglob("*.py")):
        name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        if not name.endswith("__main__"):
            found.append(name.removesuffix(".__init__"))
    return found


def loaded(code: str, *arguments: str) -> set[str]:
    """Top-level names and our own modules that are loaded after `code` ran in a fresh interpreter."""
    code += "\nimport json, sys\nprint('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=PROJECT, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def imports(path: Path) -> set[str]:
    """All modules that a file names in an import, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_importing_all_of_retrieval_loads_nothing_of_the_bot() -> None:
    found = loaded("\n".join(f"import {name}" for name in modules("retrieval")))
    assert "retrieval.index.ingest" in found
    assert not {name for name in found if name.partition(".")[0] in {"bot", "discord", "sqlalchemy", "typer"}}


@pytest.mark.parametrize("package", ["corpus", "index", "reading"])
def test_what_answers_never_names_the_bot_or_what_trains(package: str) -> None:
    below = {"corpus": ("index", "reading"), "index": ("reading",), "reading": ()}[package]
    for path in (PROJECT / "retrieval" / package).rglob("*.py"):
        for name in imports(path):
            forbidden = ("bot", "retrieval.training", *(f"retrieval.{other}" for other in below))
            assert not f"{name}.".startswith(tuple(f"{f}." for f in forbidden)), f"{path} {name}"


@pytest.mark.parametrize(
    ("library", "where"),
    [
        ("discord", ("bot/cogs", "bot/commands", "bot/render")),
        ("chromadb", ("retrieval/index/chroma.py", "retrieval/index/vectors.py")),
        ("langchain_chroma", ("retrieval/index/vectors.py",)),
        ("langchain_core", ("retrieval/index/langchain.py", "retrieval/reading/langchain.py", "bot/compose/asking.py")),
        ("langchain", ("bot/compose/connecting.py",)),
        ("typer", ("bot/cli.py",)),
        ("matplotlib", ("bot/evaluation",)),
        ("lxml", ("retrieval/corpus/formats/",)),
        ("trafilatura", ("retrieval/corpus/formats/html.py",)),
        ("pypdf", ("retrieval/corpus/formats/pdf.py",)),
        ("docx", ("retrieval/corpus/formats/docx.py",)),
        ("feedparser", ("retrieval/corpus/formats/feed.py",)),
        ("spacy", ("retrieval/reading/grammar.py",)),
        ("sqlalchemy", ("bot/state", "bot/commands", "bot/cogs", "bot/remembered.py")),
    ],
)
def test_a_library_s_types_stay_in_the_files_that_call_for_them(library: str, where: tuple[str, ...]) -> None:
    for package in ("bot", "retrieval"):
        for path in (PROJECT / package).rglob("*.py"):
            if any(name.partition(".")[0] == library for name in imports(path)):
                assert path.relative_to(PROJECT).as_posix().startswith(where), path


def test_the_command_line_starts_without_any_heavy_library() -> None:
    found = loaded("import bot.cli")
    assert "typer" in found
    assert not found & set(HEAVY)
    assert not {name for name in found if name.startswith(("bot.commands.", "retrieval.index", "retrieval.reading"))}


@pytest.mark.parametrize(
    "package", ["retrieval.corpus", "retrieval.index", "retrieval.reading", "bot.answering", "bot.wiring"]
)
def test_importing_a_layer_loads_no_training_library(package: str) -> None:
    names = [m for m in modules(package.partition(".")[0]) if m == package or m.startswith(f"{package}.")]
    found = loaded("\n".join(f"import {name}" for name in names))
    assert not found & set(TRAINING)
    assert not {name for name in found if name.startswith(("retrieval.training", "discord"))}


def test_an_answer_comes_without_torch(models: Path, tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(models)
    code = """
import sys
from bot.cli import main
sys.argv = ["verbatim", "ask", "Where did Moscow propose to hold the negotiations?", "--json", "--data", sys.argv[1]]
try:
    main()
except SystemExit as left:
    assert left.code == 0, left.code
"""
    loaded(code, str(tmp_path))  # the first brings the index in line
    found = loaded(code, str(tmp_path))
    assert {"onnxruntime", "bot.answering"} <= found
    forbidden = {"discord", "matplotlib", "onnx", "chromadb", "langchain_core", "langchain_chroma", "sqlalchemy", "yaml"}
    assert not found & {*TRAINING, *forbidden}
    assert len(found) < 1000, "before, Chroma and SQLAlchemy made it 1,700"
    never = ("retrieval.training", "bot.cogs", "bot.evaluation", "bot.compose")
    assert not {name for name in found if name.startswith(never)}


def test_init_files_hold_a_docstring_only() -> None:
    for package in ("bot", "retrieval"):
        for path in (PROJECT / package).rglob("__init__.py"):
            [only] = ast.parse(path.read_text("utf-8")).body
            assert isinstance(only, ast.Expr), path


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    lengths = {
        path: len(path.read_text("utf-8").splitlines())
        for package in ("bot", "retrieval")
        for path in (PROJECT / package).rglob("*.py")
    }
    assert {path: n for path, n in lengths.items() if n > 300} == {}
