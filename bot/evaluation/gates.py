"""What has to hold before a change is taken: `make gates`, which `.ci/run` runs. A gate that cannot compare fails.

Each gate is a plain function over what the commands print as JSON, so that a test can show that it fails when it should.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation import thresholds
from bot.evaluation.attack.forging import Outcome
from bot.evaluation.attack.prose import LEAST_RIGHT

PROMISES = {"quote_exact": 1.0, "citations_on_refusal": 0.0}
"""Hold for every file, whatever limits it sets."""

QUALITY = frozenset({"quote_hit", "refusal_recall", "balanced_accuracy"})
"""At least one file has to set a limit on one of these."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that has to hold."""

    name: str
    holds: bool
    detail: str


def of_eval(name: str, scored: Mapping[str, Any] | None, limits: Mapping[str, float]) -> Iterator[Gate]:
    """Gates of one question file.

    Args:
        name: of the file.
        scored: what `eval --json` gave; None where it failed.
        limits: the file's own thresholds.

    """
    metrics = (scored or {}).get("metrics") or {}
    for metric, limit in {**limits, **PROMISES}.items():
        value = metrics.get(metric)
        sign = "≤" if metric in thresholds.AT_MOST else "≥"
        shown = "not measured" if value is None else f"{value:.3f}"
        yield Gate(f"{name}: {metric}", not thresholds.fails(metric, value, limit), f"{shown}, wanted {sign} {limit:g}")


def of_speakers(name: str, scored: Mapping[str, Any] | None) -> Iterator[Gate]:
    """Gates of one file of speakers: every split that it sets a limit for.

    Args:
        name: of the file.
        scored: what `eval --json` gave; None where it failed.

    """
    scored = scored or {}
    limits = scored.get("thresholds") or {}
    if not limits:
        yield Gate(f"{name}: speaker_accuracy", False, "not measured, or without a threshold")
    for split, limit in limits.items():
        value = scored["splits"][split]["speaker_accuracy"]["value"]
        shown = "not measured" if value is None else f"{value:.3f}"
        yield Gate(
            f"{name}: speaker_accuracy, {split}", value is not None and value >= limit, f"{shown}, wanted ≥ {limit:g}"
        )


def of_limits(limits: Sequence[Mapping[str, float]]) -> Gate:
    """Quality has to be limited somewhere, else a worse version passes."""
    found = sorted({metric for file in limits for metric in file} & QUALITY)
    return Gate("quality is limited", bool(found), ", ".join(found) or f"no file limits {', '.join(sorted(QUALITY))}")


def of_attack(name: str, attacked: Mapping[str, Any] | None) -> Iterator[Gate]:
    """Gates of the self-attack.

    Args:
        name: of the question file whose answers were attacked.
        attacked: what `attack --json` gave; None where it failed.

    """
    attacked = attacked or {}
    originals = attacked.get("originals") or {}
    tried, passed = originals.get("tried") or 0, originals.get("passed") or 0
    yield Gate(f"{name}: right answers pass", tried == passed > 0, f"{passed} of {tried}")
    classes = attacked.get("classes") or {}
    if not classes:
        yield Gate(f"{name}: attack", False, "nothing was tried")
    for kind, found in classes.items():
        tried, stopped = found.get("tried") or 0, found.get("stopped") or 0
        yield Gate(f"{name}: attack, {kind}", tried == stopped > 0, f"{stopped} of {tried} stopped")


def of_sentences(right: Outcome, wrong: Mapping[str, Outcome]) -> Iterator[Gate]:
    """Gates of sentences of the kind that a language model writes.

    Args:
        right: those that must pass, at least a share of them.
        wrong: those that must be stopped, by class.

    """
    passed = f"{right.stopped} of {right.tried}, wanted ≥ {LEAST_RIGHT:g} of them"
    yield Gate("right sentences pass", right.stopped >= LEAST_RIGHT * right.tried > 0, passed)
    for kind, found in wrong.items():
        yield Gate(f"sentences, {kind}", found.held, f"{found.stopped} of {found.tried} stopped")


def of_replay(name: str, asked: Sequence[str], replays: Sequence[Mapping[str, Any]]) -> Gate:
    """The same bytes from another process.

    Args:
        name: what was done in between.
        asked: run ids of the answers given.
        replays: what `replay --json` gave.

    """
    same = {replay["run_id"] for replay in replays if replay.get("same") is True}
    wanted = set(asked)
    different = [replay for replay in replays if replay.get("same") is not True]
    detail = f"{len(same & wanted)} of {len(wanted)} answers the same to the byte"
    if different:
        changed = different[0].get("changed") or [{"component": "?", "what": "?"}]
        detail += f"; {different[0].get('question')!r}: {changed[0]['component']}: {changed[0]['what']}"
    return Gate(f"replay {name}", bool(wanted) and same >= wanted and not different, detail)
