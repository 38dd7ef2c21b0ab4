"""Claim files: what is claimed, and what the articles say of it; and how well the checker tells the three apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.claims import Check, Verdict
from bot.evaluation import intervals, strict_yaml
from bot.evaluation.questions import QuestionFileError

_REMEDY = "See tests/questions/claims.yaml for the format."
SPLITS = ("tuning", "held-out")


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """A claim and what is known of it."""

    claim: str
    verdict: Verdict
    evidence: str | None
    """Verbatim words of a sentence that supports or contradicts; None for an absent one."""
    split: str
    """One of `SPLITS`."""
    kind: str
    """What makes it so: verbatim, number, roles, …"""


@dataclass(frozen=True, slots=True)
class Score:
    """How well one verdict is told."""

    verdict: Verdict
    claims: int
    """Claims of this verdict."""
    given: int
    """How often it was given."""
    right: int
    """How often rightly; a quote without the evidence is not right."""
    other_quote: int
    """Given rightly, but with another quote."""

    @property
    def precision(self) -> float | None:
        """Right among given; None where it was never given."""
        return self.right / self.given if self.given else None

    @property
    def recall(self) -> float | None:
        """Right among the claims of this verdict."""
        return self.right / self.claims if self.claims else None

    @property
    def precision_interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the precision."""
        return intervals.wilson(self.right, self.given) if self.given else None


def load(path: Path) -> tuple[list[Path], list[GoldClaim]]:
    """The folders of articles and the claims of a file.

    Raises:
        QuestionFileError: it cannot be read or is malformed; says which claim.

    """
    try:
        content = strict_yaml.parse(path.read_bytes())
    except (OSError, ValueError) as error:
        raise QuestionFileError(f"{path} cannot be read ({error})", _REMEDY) from error
    if not isinstance(content, dict) or set(content) != {"corpus", "claims"}:
        raise QuestionFileError(f"{path} needs “corpus” and “claims”, and nothing else", _REMEDY)
    corpus = [(path.parent / str(folder)).resolve() for folder in content["corpus"]]
    return corpus, [_gold(f"{path}: claim {n}", item) for n, item in enumerate(content["claims"], 1)]


def _gold(where: str, item: object) -> GoldClaim:
    if not isinstance(item, dict) or not {"claim", "verdict", "split", "kind"} <= set(item):
        raise QuestionFileError(f"{where} needs claim, verdict, split and kind", _REMEDY)
    if item["verdict"] not in set(Verdict) or item["split"] not in SPLITS:
        raise QuestionFileError(f"{where} has the verdict {item['verdict']} and the split {item['split']}", _REMEDY)
    verdict = Verdict(item["verdict"])
    if (verdict is Verdict.ABSENT) == ("evidence" in item):
        raise QuestionFileError(f"{where} has evidence where none can be, or none", _REMEDY)
    return GoldClaim(str(item["claim"]), verdict, item.get("evidence"), str(item["split"]), str(item["kind"]))


def run(claims: Sequence[GoldClaim], check: Callable[[str], list[Check]]) -> list[tuple[GoldClaim, Check]]:
    """Check every claim."""
    return [(gold, check(gold.claim)[0]) for gold in claims]


def right(gold: GoldClaim, check: Check) -> bool:
    """Whether the verdict is right and its quote holds the evidence."""
    held = gold.evidence is None or (check.quote is not None and gold.evidence in check.quote.text)
    return check.verdict is gold.verdict and held


def scores(results: Sequence[tuple[GoldClaim, Check]]) -> list[Score]:
    """Precision and recall of each verdict."""
    made = []
    for verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.ABSENT):
        given = [(g, c) for g, c in results if c.verdict is verdict]
        good = sum(right(g, c) for g, c in given)
        made.append(
            Score(
                verdict,
                sum(g.verdict is verdict for g, _ in results),
                len(given),
                good,
                sum(g.verdict is verdict for g, _ in given) - good,
            )
        )
    return made
