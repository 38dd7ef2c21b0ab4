"""What the documents say can be done is done here, so that they cannot drift."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot import demo
from bot.cli import app
from bot.settings import PROJECT, Settings
from bot.wiring import SEEDS

DOCUMENTS = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md"))]
TEXTS = {path.relative_to(PROJECT).as_posix(): path.read_text("utf-8") for path in DOCUMENTS}

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WAITING = frozenset({"discord", "preview", "chat", "--watch"})
"""Commands and options that go on until they are stopped; tests of their own run them."""


def blocks(language: str) -> list[tuple[str, str]]:
    return [(name, block) for name, text in TEXTS.items() for kind, block in _BLOCK.findall(text) if kind == language]


def typed() -> list[tuple[str, str]]:
    """Every line of a console block that a person is told to type, once, in order."""
    lines = [(name, line) for name, block in blocks("console") for line in block.splitlines()]
    lines = [(name, line.removeprefix("$ ")) for name, line in lines if line.startswith("$ ")]
    return list({line: (name, line) for name, line in reversed(lines)}.values())[::-1]


TYPED = typed()
COMMANDS = [(name, line) for name, line in TYPED if shlex.split(line, comments=True)[0] == "verbatim"]


@pytest.fixture(scope="module")
def terminal(models: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder that looks like a clone, and an environment in which `verbatim` keeps its data elsewhere."""
    base = tmp_path_factory.mktemp("terminal")
    clone, data, path = base / "clone", base / "data", base / "bin"
    for folder in (clone, data, path):
        folder.mkdir()
    for entry in PROJECT.iterdir():
        if not entry.name.startswith(".verbatim"):
            (clone / entry.name).symlink_to(entry)
    (data / "models").symlink_to(models)
    shim = path / "verbatim"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m bot "$@" --data {shlex.quote(str(data))}\n', "utf-8")
    shim.chmod(0o755)
    return clone, os.environ | {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}


def test_there_is_something_to_run() -> None:
    assert {name for name, _ in COMMANDS} >= {"README.md"}
    assert len(COMMANDS) >= 8


@pytest.mark.parametrize("line", [line for _, line in COMMANDS])
def test_a_command_of_the_documents_works_as_it_stands(line: str, terminal: tuple[Path, dict[str, str]]) -> None:
    clone, environment = terminal
    words = shlex.split(line, comments=True)
    if WAITING & set(words):
        words = [*words[:2], "--help"]
        line = shlex.join(words)
    done = subprocess.run(
        ["bash", "-c", line], cwd=clone, env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout or ">" in words
    if "--json" in words and ">" not in words:
        json.loads(done.stdout)


def test_every_target_of_make_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {found for text in TEXTS.values() for found in re.findall(r"(?:^\$ |`)make ([\w-]+)", text, re.MULTILINE)}
    assert {"demo", "test"} <= named <= targets
    assert set(re.findall(r"\bmake (\w+)$", (PROJECT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)) <= targets


def test_every_command_that_is_named_exists_and_every_command_is_named() -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = {found for text in TEXTS.values() for found in re.findall(r"`verbatim ([a-z]+)", text)}
    assert named <= commands
    readme = set(re.findall(r"`([a-z]+)(?: \[PATH …\])?`", TEXTS["README.md"])) | named
    assert commands - {"feedback"} <= readme


def test_every_option_that_is_named_exists() -> None:
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    options = {o for command in commands.values() for p in command.params for o in p.opts}
    options |= {
        o for c in commands.values() for sub in getattr(c, "commands", {}).values() for p in sub.params for o in p.opts
    }
    for name, line in COMMANDS:
        assert {word for word in shlex.split(line, comments=True) if word.startswith("--")} <= options, name
    named = set(re.findall(r"`(--[a-z-]+)", "".join(TEXTS.values())))
    assert {"--config"} <= named <= options | {"--strict"}


def test_links_and_pictures_lead_somewhere() -> None:
    for name, text in TEXTS.items():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (PROJECT / name).parent.joinpath(target).exists(), f"{name}: {target}"


def test_settings_that_are_named_exist() -> None:
    known = {f"{section}.{key}" for section, keys in Settings.model_construct().model_dump().items() for key in keys}
    sections = {key.partition(".")[0] for key in known}
    for name, text in TEXTS.items():
        # A name with an ending such as articles.toml is a file.
        for setting in re.findall(r"`(?:--set )?([a-z]+\.[a-z_]+)(?:=[^`]*)?`", text):
            if setting.partition(".")[0] in sections and not setting.endswith((".md", ".toml", ".py")):
                assert setting in known, f"{name}: {setting}"
        for variable in re.findall(r"VERBATIM_([A-Z_]+)", text):
            assert variable.lower().replace("__", ".") in known, f"{name}: {variable}"


def test_blocks_of_data_are_what_they_say() -> None:
    for name, block in blocks("toml"):
        assert tomllib.loads(block), name
    for name, block in blocks("yaml"):
        assert yaml.safe_load(block), name


def test_the_demonstration(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "models").symlink_to(models)
    assert demo.main(tmp_path) == 0
    out = capsys.readouterr().out
    assert "\x1b[" in out, "in colour"
    plain = " ".join(re.sub(r"\x1b\[[\d;]*m", "", out).split())
    assert all(question in plain for question in demo.QUESTIONS)
    assert re.search(r"\[1\] .* · paragraph \d", plain)
    assert "The articles do not answer this." in plain, "one of them is refused"
    tried = [line.split("   ")[0] for line in demo.NEXT.splitlines() if line.strip().startswith(".venv/bin/verbatim")]
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert len(tried) > 3
    assert {shlex.split(line)[1] for line in tried} <= commands


def test_the_articles_that_are_shipped_are_the_ones_the_table_names() -> None:
    table = tomllib.loads((PROJECT / "config" / "articles.toml").read_text("utf-8"))
    assert set(table) == {path.name for path in SEEDS.iterdir()}
