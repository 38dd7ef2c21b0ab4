"""`eval --compare`: this run against an earlier one over the same questions, question by question."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.compare_statistics import Paired, paired
from bot.evaluation.questions import QuestionFile
from bot.evaluation.replay import Change, components
from retrieval.errors import VerbatimError

Key = tuple[str, ...]
"""Earlier questions, then the question."""

_REMEDY = "Give the output of `verbatim eval FILE.yaml --json` for the same question file."


class CompareError(VerbatimError):
    """Two runs that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that came out otherwise."""

    question: str
    how: str
    """"gained": was wrong and is right; "lost": the other way round; "moved": other quotes, no better and no worse."""
    before: str
    """Status, and how many quotes."""
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What lies between two runs."""

    shares: dict[str, Paired | None]
    """`right` over all questions, `quote_hit` over the answerable, `refusal_recall` over the others; None where empty."""
    changed: tuple[Changed, ...]
    components: tuple[Change, ...]
    """What the runs depended on and differs: articles, models, settings, …"""

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "shares": {name: asdict(share) if share else None for name, share in self.shares.items()},
            "changed": [asdict(changed) for changed in self.changed],
            "components": [{"component": c.component, "what": c.what} for c in self.components],
        }


def load(path: Path, file: QuestionFile) -> dict[str, Any]:
    """An earlier run, checked to be one over the questions of `file`.

    Raises:
        CompareError: it cannot be read, is no such output, or asked other questions; names the first.

    """
    try:
        old = json.loads(path.read_bytes())
    except OSError as error:
        raise CompareError(f"{path} cannot be read ({error.strerror})", _REMEDY) from None
    except (ValueError, RecursionError) as error:
        raise CompareError(f"{path} is not JSON ({error})", _REMEDY) from None
    if not isinstance(old, dict) or not isinstance(old.get("results"), list) or not old["results"]:
        raise CompareError(f"{path} has no results by question", _REMEDY)
    try:
        before = {_key(result): result["evidence"] for result in old["results"]}
        for result in old["results"]:
            _ = result["right"] + 0, result["status"], [(q["article"], q["start"], q["end"]) for q in result["quotes"]]
    except (KeyError, TypeError):
        raise CompareError(f"{path} has results that this version cannot read", _REMEDY) from None
    now = {(*gold.history, gold.question): list(gold.evidence) for gold in file.questions}
    for what, keys in (
        ("does not have", now.keys() - before.keys()),
        ("has, and this file has not,", before.keys() - now.keys()),
    ):
        if keys:
            raise CompareError(f"{path} is about other questions: it {what} “{min(keys)[-1]}”" + _more(len(keys)), _REMEDY)
    if other := [key for key, evidence in now.items() if before[key] != evidence]:
        raise CompareError(
            f"{path} scored by other evidence: “{other[0][-1]}”" + _more(len(other)),
            "Score the earlier version anew with this question file.",
        )
    return old


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Set two runs over the same questions side by side, both as `eval --json` gives them."""
    before = {_key(result): result for result in old["results"]}
    pairs = [(before[_key(result)], result) for result in new["results"]]
    groups = {
        "right": pairs,
        "quote_hit": [(b, a) for b, a in pairs if a["evidence"]],
        "refusal_recall": [(b, a) for b, a in pairs if not a["evidence"]],
    }
    shares = {name: paired([(b["right"], a["right"]) for b, a in group]) for name, group in groups.items()}
    known = old.get("depends") or {}
    parts = components(known, new["depends"]) if known and "depends" in new else ()
    return Comparison(shares, tuple(_changed(pairs)), tuple(parts))


def lines(comparison: Comparison) -> Iterator[str]:
    """The comparison in words."""
    for name, share in comparison.shares.items():
        if share is not None:
            difference = f"{share.difference:+.3f} ({share.low:+.3f} – {share.high:+.3f}) of {share.n}"
            odds = f"{share.gained} gained, {share.lost} lost, p = {share.p:.3f}"
            yield f"{name}: {share.before:.3f} → {share.after:.3f}, {difference}; {odds}"
    for change in comparison.components:
        yield f"changed: {change}"
    for changed in comparison.changed:
        yield f"{changed.how}: {changed.question} ({changed.before} → {changed.after})"


def _changed(pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> Iterator[Changed]:
    order = {"lost": 0, "gained": 1, "moved": 2}
    found = []
    for old, new in pairs:
        if old["right"] != new["right"]:
            how = "gained" if new["right"] else "lost"
        elif old["status"] != new["status"] or _places(old) != _places(new):
            how = "moved"
        else:
            continue
        found.append(Changed(new["question"], how, _said(old), _said(new)))
    yield from sorted(found, key=lambda changed: order[changed.how])


def _places(result: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    return [(q["article"], q["start"], q["end"]) for q in result["quotes"]]


def _said(result: Mapping[str, Any]) -> str:
    count = len(result["quotes"])
    return f"{result['status']}, {count} quote{'' if count == 1 else 's'}"


def _key(result: Mapping[str, Any]) -> Key:
    return (*result["history"], result["question"])


def _more(count: int) -> str:
    return f" and {count - 1} more" if count > 1 else ""
