from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from support import Child, without_privileges

from bot.settings import DEFAULT_FILE, PREFIX, Settings, load
from retrieval.errors import SettingsError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def test_every_setting_stands_in_the_file_with_its_default_and_its_reason() -> None:
    written: dict[str, dict[str, Any]] = tomllib.loads(DEFAULT_FILE.read_text("utf-8"))
    assert written == Settings.model_construct().model_dump()
    for line in DEFAULT_FILE.read_text("utf-8").splitlines():
        assert re.match(r"\s*$|#|\[\w+\]$|\w+ = .*  *# \S{1,}.{5,}$", line), line


def test_a_flag_is_stronger_than_the_environment_and_that_than_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load().answer.threshold == Settings.model_construct().answer.threshold
    file.write_text("[answer]\nthreshold = 0.11\nmax_quotes = 2\n[reader]\nthreads = 1\n", "utf-8")
    assert load(file).answer.threshold == 0.11
    monkeypatch.setenv("VERBATIM_ANSWER__THRESHOLD", "0.22")
    monkeypatch.setenv("VERBATIM_ANSWER__NEAREST", "1")
    assert load(file).answer.threshold == 0.22
    settings = load(file, ["answer.threshold=0.33", "search.candidates = 5"])
    assert (settings.answer.threshold, settings.answer.nearest, settings.answer.max_quotes) == (0.33, 1, 2)
    assert (settings.reader.threads, settings.search.candidates) == (1, 5)
    assert settings.question == Settings.model_construct().question


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[answer]\ntreshold = 0.4\n", r"there is no setting answer\.treshold"),
        ("[answers]\nthreshold = 0.4\n", r"there is no setting answers"),
        ("threshold = 0.4\n", r"there is no setting threshold"),
        ("[answer]\nthreshold = 1.5\n", r"answer\.threshold = 1\.5: input should be less than or equal to 1"),
        ("[answer]\nnearest = 3\n", r"answer\.nearest = 3: input should be less than or equal to 2"),
        ("[answer]\nthreshold = nan\n", r"answer\.threshold = nan"),
        ("[ingest]\npassage_words = 'many'\n", r"ingest\.passage_words = 'many': input should be a valid integer"),
        ("[ingest]\nmax_bytes = 0\n[reader]\npassages = 0\n", r"ingest\.max_bytes = 0: .*; reader\.passages = 0: "),
        ("answer = 5\n", r"answer = 5"),
        ("[answer\n", r"mine\.toml is not TOML"),
        ("[answer]\nnearest = 1\nnearest = 2\n", r"mine\.toml is not TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_name(file: Path, content: str, said: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(SettingsError, match=said):
        load(file)


@pytest.mark.parametrize(
    ("flag", "said"),
    [
        ("answer.treshold=0.4", r"there is no setting answer\.treshold"),
        ("answers.threshold=0.4", r"there is no setting answers"),
        ("answer.threshold=-1", r"answer\.threshold = '-1'"),
        ("answer.threshold=high", r"answer\.threshold = 'high'"),
        ("answer.threshold", r"section\.key=value"),
        ("threshold=0.4", r"section\.key=value"),
        ("=", r"section\.key=value"),
    ],
)
def test_a_wrong_flag_is_refused_by_name(flag: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load(flags=[flag])


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ANSWER__TRESHOLD", "0.4", r"there is no setting answer\.treshold"),
        ("ANSWERS__THRESHOLD", "0.4", r"there is no setting VERBATIM_ANSWERS__THRESHOLD"),
        ("THRESHOLD", "0.4", r"there is no setting VERBATIM_THRESHOLD.*VERBATIM_SECTION__KEY"),
        ("ANSWER_THRESHOLD", "0.4", r"there is no setting VERBATIM_ANSWER_THRESHOLD"),
        ("ANSWER__THRESHOLD", "7", r"answer\.threshold = '7'"),
        ("ANSWER", "{", r"the environment: .*answer"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError, match=said):
        load()


def test_a_file_that_cannot_be_read(tmp_path: Path, file: Path) -> None:
    with pytest.raises(SettingsError, match=r"mine\.toml cannot be read \(No such file or directory\)"):
        load(file)
    with pytest.raises(SettingsError, match=r"cannot be read \(Is a directory\)"):
        load(tmp_path)
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="is not TOML"):
        load(file)
    file.chmod(0)
    assert "cannot be read (Permission denied)" in Child(_load, file).result()


def _load(file: Path) -> str:
    without_privileges()
    try:
        return str(load(file))
    except SettingsError as error:
        return str(error)


def test_settings_do_not_change_once_they_are_loaded() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().answer.threshold = 0.9  # type: ignore[misc]
