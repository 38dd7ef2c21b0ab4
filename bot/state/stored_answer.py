"""Answers read back from their JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.answer import Answer, Disagreement, Later, Part, Quote, Sources, Status, Timings
from retrieval.reading.speakers import Speaker

if TYPE_CHECKING:
    from bot.compose.prose import Composition


def answer(body: Mapping[str, Any]) -> Answer:
    """The inverse of `Answer.to_json`; scores and timings are as rounded there. Answers of earlier versions lack fields."""
    return Answer(
        run_id=body["run_id"],
        question=body["question"],
        status=Status(body["status"]),
        quotes=tuple(quote(q) for q in body["quotes"]),
        parts=tuple(_part(p) for p in body["parts"]),
        missing=tuple(body["missing"]),
        nearest=tuple(quote(q) for q in body["nearest"]),
        confidence=body["confidence"],
        text=body["text"],
        timings=Timings(**body["timings_ms"]),
        sources=Sources(**body.get("sources", {})),
        disagreements=tuple(_disagreement(d) for d in body.get("disagreements", ())),
        later=tuple(Later(a["article"], date.fromisoformat(a["published"])) for a in body.get("later", ())),
        composed=_composed(body.get("composed")),
    )


def quote(body: Mapping[str, Any]) -> Quote:
    """The inverse of `Quote.to_json`."""
    return Quote(
        number=body["number"],
        text=body["text"],
        article=body["article"],
        title=body["title"],
        publisher=body["publisher"],
        url=body["url"],
        published=date.fromisoformat(body["published"]) if body["published"] else None,
        start=body["start"],
        end=body["end"],
        sha256=body["sha256"],
        highlight=(body["highlight"][0], body["highlight"][1]) if body["highlight"] else None,
        speaker=Speaker(body["speaker"]["name"], body["speaker"]["kind"]),
        paragraph=body["paragraph"],
        score=body["score"],
        receipt=body["receipt"],
        copies=tuple(body.get("copies", ())),
    )


def _composed(body: Mapping[str, Any] | None) -> Composition | None:
    if body is None:
        return None
    # Only where a model is used at all.
    from bot.compose.prose import Composition

    return Composition.from_json(body)


def _disagreement(body: Mapping[str, Any]) -> Disagreement:
    (one, other), (mine, theirs) = body["quotes"], body["values"]
    return Disagreement((one, other), body["kind"], (mine, theirs))


def _part(body: Mapping[str, Any]) -> Part:
    quotes, missing = tuple(body["quotes"]), tuple(body["missing"])
    return Part(
        body["question"], Status(body["status"]), quotes, missing, body.get("unquoted"), tuple(body.get("unnamed", ()))
    )
