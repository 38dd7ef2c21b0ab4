"""Settings: `config/default.toml`, then the file given, then the environment, then flags. Unknown keys are refused."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings import SettingsError as MalformedSettings

from retrieval.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_FILE = PROJECT / "config" / "default.toml"
DEFAULT_DATA = PROJECT / ".verbatim"
PREFIX = "VERBATIM_"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IngestSettings(_Section):
    """How articles become passages."""

    articles: str = "config/articles.toml"
    max_bytes: int = Field(default=5_000_000, ge=1)
    document_bytes: int = Field(default=25_000_000, ge=1)
    pages: int = Field(default=2000, ge=1)
    expanded_bytes: int = Field(default=200_000_000, ge=1)
    passage_words: int = Field(default=64, ge=8, le=400)
    wait_seconds: float = Field(default=60, ge=0, le=3600)
    watch: bool = True
    watch_every_seconds: float = Field(default=0, ge=0, le=86_400)


class SearchSettings(_Section):
    """What is brought up for reading."""

    embedding_model: str = Field(default="all-MiniLM-L6-v2", min_length=1)
    candidates: int = Field(default=24, ge=1, le=1000)
    exact_passages: int = Field(default=200_000, ge=0, le=10_000_000)
    chroma: str = ""
    aliases: str = "config/aliases.toml"

    @field_validator("chroma")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not re.fullmatch(r"|cloud|https?://[^\s/]+/?", value):
            raise ValueError("write it as http://HOST:PORT or cloud, or leave it empty")
        return value


class ReaderSettings(_Section):
    """What is read, and by whom."""

    model: str = Field(default="minilm-reader", min_length=1)
    passages: int = Field(default=7, ge=1, le=100)
    context_words: int = Field(default=24, ge=0, le=200)
    threads: int = Field(default=0, ge=0, le=256)


class AnswerSettings(_Section):
    """When to answer, and with how much."""

    threshold: float = Field(default=0.24, ge=0, le=1)
    premise_threshold: float = Field(default=0.6, ge=0, le=1)
    absent_threshold: float = Field(default=0.8, ge=0, le=1)
    also_threshold: float = Field(default=0.2, ge=0, le=1)
    also_share: float = Field(default=0.5, ge=0, le=1)
    max_quotes: int = Field(default=3, ge=1, le=10)
    nearest: int = Field(default=2, ge=0, le=2)
    remembered: int = Field(default=200, ge=0, le=100_000)


class QuestionSettings(_Section):
    """What may be asked."""

    max_characters: int = Field(default=1000, ge=1, le=100_000)
    history: int = Field(default=6, ge=0, le=100)


class CheckSettings(_Section):
    """How texts are checked against the articles."""

    least_cosine: float = Field(default=0.35, ge=0, le=1)
    max_characters: int = Field(default=6000, ge=1, le=1_000_000)


class ComposeSettings(_Section):
    """Whether a language model writes above the quotes. Its key is a secret and comes from the environment."""

    model: str = ""
    base_url: str = ""
    temperature: float = Field(default=0, ge=0, le=2)
    timeout_seconds: float = Field(default=20, gt=0, le=300)
    rewrite_seconds: float = Field(default=5, gt=0, le=60)
    retries: int = Field(default=1, ge=0, le=10)
    max_sentences: int = Field(default=3, ge=1, le=10)
    max_tokens: int = Field(default=400, ge=32, le=100_000)
    input_price: float = Field(default=0, ge=0)
    output_price: float = Field(default=0, ge=0)
    monthly_budget: float = Field(default=0, ge=0)
    rewrite_follow_ups: bool = True

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if not re.fullmatch(r"|https?://\S+", value):
            raise ValueError("write it as http://HOST:PORT/PATH, or leave it empty")
        return value

    @field_validator("monthly_budget")
    @classmethod
    def _priced(cls, value: float, info: ValidationInfo) -> float:
        if value and not (info.data.get("input_price") or info.data.get("output_price")):
            raise ValueError("what is spent is not known without compose.input_price and compose.output_price")
        return value


class DiscordSettings(_Section):
    """How the bot behaves in Discord. Its token is a secret and comes from the environment (DISCORD_TOKEN)."""

    message_content: bool = False
    shards: int = Field(default=0, ge=0, le=10_000)
    workers: int = Field(default=2, ge=1, le=64)
    timeout_seconds: float = Field(default=30, gt=0, le=600)
    upload_bytes: int = Field(default=10_000_000, ge=1, le=100_000_000)
    shutdown_seconds: float = Field(default=20, ge=0, le=600)
    log_questions: bool = False


class LimitSettings(_Section):
    """How often one may ask in Discord, and how many may wait."""

    person_questions: int = Field(default=8, ge=1, le=10_000)
    person_seconds: float = Field(default=60, gt=0, le=86_400)
    server_questions: int = Field(default=120, ge=1, le=100_000)
    server_seconds: float = Field(default=60, gt=0, le=86_400)
    queue: int = Field(default=100, ge=0, le=10_000)


class LivingSettings(_Section):
    """How messages are kept true to articles that change."""

    edits_per_second: float = Field(default=1, gt=0, le=50)
    retry_minutes: float = Field(default=10, gt=0, le=1440)


class WatchSettings(_Section):
    """Questions that are asked again when articles come."""

    days: int = Field(default=90, ge=1, le=36_500)
    per_person: int = Field(default=20, ge=0, le=1000)


class StateSettings(_Section):
    """Where answers given, votes and channel settings are remembered, and for how long."""

    url: str = ""
    keep_days: int = Field(default=180, ge=1, le=36_500)
    keep_runs: int = Field(default=1000, ge=0, le=1_000_000)


class Settings(BaseSettings):
    """All settings, immutable."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__", toml_file=None
    )

    ingest: IngestSettings = IngestSettings()
    search: SearchSettings = SearchSettings()
    reader: ReaderSettings = ReaderSettings()
    answer: AnswerSettings = AnswerSettings()
    question: QuestionSettings = QuestionSettings()
    check: CheckSettings = CheckSettings()
    compose: ComposeSettings = ComposeSettings()
    discord: DiscordSettings = DiscordSettings()
    limits: LimitSettings = LimitSettings()
    living: LivingSettings = LivingSettings()
    watches: WatchSettings = WatchSettings()
    state: StateSettings = StateSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then environment, then the file."""
        del dotenv_settings, file_secret_settings
        file = settings_cls.model_config.get("toml_file")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)


def load(file: Path | None = None, flags: Sequence[str] = ()) -> Settings:
    """The settings in force.

    Args:
        file: a TOML file with those settings that differ from the default; None for `config/default.toml`.
        flags: `section.key=value`, stronger than everything else.

    Raises:
        SettingsError: a file that is not there or not TOML, a key that does not exist, a value out of range.

    """
    path = DEFAULT_FILE if file is None else file
    try:
        # pydantic-settings would take a file that is not there for an empty one.
        path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be read ({error.strerror})", "Give a settings file with --config, or leave the flag out."
        ) from None
    if unknown := _unknown_variables():
        raise SettingsError(f"there is no setting {', '.join(unknown)}", f"Write it as {PREFIX}SECTION__KEY, or unset it.")

    class Loaded(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    try:
        return Loaded(**_nested(flags))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not TOML: {error}", "Mend the line it names.") from None
    except MalformedSettings as error:
        raise SettingsError(f"the environment: {error}", f"Write {PREFIX}SECTION__KEY=value.") from None
    except ValidationError as error:
        raise SettingsError(_explained(error), "See config/default.toml for all settings and their ranges.") from None


def _unknown_variables() -> list[str]:
    """Variables of the environment that look like settings and are none; pydantic-settings passes over them."""
    sections = {name.upper() for name in Settings.model_fields}
    ours = [name for name in os.environ if name.upper().startswith(PREFIX)]
    return sorted(name for name in ours if name.upper().removeprefix(PREFIX).partition("__")[0] not in sections)


def _nested(flags: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for flag in flags:
        key, equals, value = flag.partition("=")
        section, dot, name = key.partition(".")
        if not (equals and dot and section and name):
            raise SettingsError(
                f"--set {flag} is not a setting", "Write it as section.key=value, as in answer.threshold=0.4."
            )
        values.setdefault(section.strip(), {})[name.strip()] = value.strip()
    return values


def _explained(error: ValidationError) -> str:
    parts = []
    for item in error.errors():
        key = ".".join(str(step) for step in item["loc"])
        if item["type"] == "extra_forbidden":
            parts.append(f"there is no setting {key}")
        else:
            parts.append(f"{key} = {item.get('input')!r}: {item['msg'][:1].lower()}{item['msg'][1:]}")
    return "; ".join(parts)
