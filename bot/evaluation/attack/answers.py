"""Alterations of an answer as a whole: citations where there are none, or that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Answer = dict[str, Any]
"""The contract's Answer as JSON."""

AnswerAlteration = Callable[[Answer], Iterator[Answer]]

ANSWER_ALTERATIONS: dict[str, list[AnswerAlteration]] = {}
"""By class."""


def answer_alteration(name: str) -> Callable[[AnswerAlteration], AnswerAlteration]:
    """Register a function that forges an answer, under the class `name`."""

    def register(forge: AnswerAlteration) -> AnswerAlteration:
        ANSWER_ALTERATIONS.setdefault(name, []).append(forge)
        return forge

    return register


@answer_alteration("citation on a refusal")
def citation_on_a_refusal(answer: Answer) -> Iterator[Answer]:
    """A refusal with quotes, or with what was only close."""
    refused = [part | {"status": "refused", "quotes": []} for part in answer["parts"]]
    yield answer | {"status": "refused"}
    yield answer | {"status": "refused", "parts": refused}
    yield answer | {"status": "refused", "parts": refused, "nearest": answer["quotes"][:2]}
    yield answer | {"parts": refused}


@answer_alteration("citation of nothing")
def citation_of_nothing(answer: Answer) -> Iterator[Answer]:
    """Numbers that no quote has, quotes that nothing cites, the same number twice, an answer without any."""
    quotes, parts = answer["quotes"], answer["parts"]
    first = parts[0]
    yield answer | {"quotes": []}
    yield answer | {"quotes": quotes[:-1]} if len(quotes) > 1 else answer | {"quotes": [], "nearest": quotes}
    yield answer | {"parts": [first | {"quotes": [*first["quotes"], len(quotes) + 1]}, *parts[1:]]}
    yield answer | {"parts": [part | {"quotes": []} for part in parts]}
    yield answer | {"quotes": [*quotes, quotes[0] | {"number": len(quotes) + 1}]}
    yield answer | {"quotes": [*quotes, quotes[0]]}
    yield answer | {"quotes": [quote | {"number": quote["number"] + 1} for quote in quotes]}
    yield answer | {"nearest": quotes[:1]}
    yield answer | {"status": "partial" if answer["status"] == "answered" else "answered"}
    yield answer | {"status": "certain"}


@answer_alteration("false quote among true ones")
def false_quote_among_true_ones(answer: Answer) -> Iterator[Answer]:
    """One altered quote in an answer that is right otherwise, shown or only near."""
    *others, last = answer["quotes"]
    false = last | {"text": f"{last['text']} It was confirmed."}
    yield answer | {"quotes": [*others, false]}
    yield answer | {"status": "refused", "quotes": [], "nearest": [false], "parts": [
        part | {"status": "refused", "quotes": []} for part in answer["parts"]
    ]}  # fmt: skip


@answer_alteration("false corroboration")
def false_corroboration(answer: Answer) -> Iterator[Answer]:
    """Copies, independent sources and disagreements that there are not."""
    first, *others = answer["quotes"]
    counted = answer["sources"]
    yield answer | {"quotes": [first | {"copies": [*first["copies"], "nowhere.txt"]}, *others]}
    yield answer | {"quotes": [first | {"copies": [*first["copies"], first["article"]]}, *others]}
    for name in {quote["article"] for quote in others} - {first["article"], *first["copies"]}:
        yield answer | {"quotes": [first | {"copies": [*first["copies"], name]}, *others]}
    yield answer | {"sources": {name: number + 1 for name, number in counted.items()}}
    yield answer | {"sources": counted | {"independent": counted["independent"] + 1}}
    yield answer | {"sources": counted | {"independent": 0}}
    for numbers, values in (
        ([1, 1], [first["text"]] * 2),
        ([1, 99], ["one", "two"]),
        ([1, len(answer["quotes"])], ["☃", "☃"]),
    ):
        yield answer | {"disagreements": [{"quotes": numbers, "kind": "number", "values": values}]}
    yield answer | {"later": [{"article": first["article"], "published": first["published"] or "2000-01-01"}]}
    yield answer | {"later": [{"article": "nowhere.txt", "published": "2100-01-01"}]}
