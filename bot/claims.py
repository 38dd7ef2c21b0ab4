"""Any text against the articles, sentence by sentence: supported by a quote, contradicted by one, or not in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot import gate
from bot.answer import Quote
from bot.gate import UnverifiedAnswer
from bot.question import clean, refer
from bot.quoting import Quoter
from bot.steady import steady
from bot.verifier import verify
from retrieval.corpus.passages import paragraph_spans
from retrieval.corpus.sentences import Span, sentence_spans
from retrieval.index.index import Index
from retrieval.reading.aliases import Aliases
from retrieval.reading.alignment import Same
from retrieval.reading.comparison import Comparison, Relation, compare
from retrieval.reading.features import NAMES, Features
from retrieval.reading.judge import Finding
from retrieval.reading.leaning import first_needed, leans
from retrieval.reading.meanings import Meanings
from retrieval.reading.names import terms
from retrieval.reading.search import EVERYTHING, Evidence, Retriever, Scope, words_in
from retrieval.reading.statements import Statement, statement
from retrieval.reading.voices import individual
from retrieval.stopping import checkpoint

PASSAGES = 10
"""Passages that are compared with a claim; comparing costs little, so more than are read for a question."""

EMBEDDED = 10
"""Sentences whose similarity to the claim is looked at, those with most in common first."""

REMEMBERED = 2000
"""Sentences whose vectors are kept in memory, about 3 MB."""

LEAST_WORDS = 2
"""A sentence with fewer words of content claims nothing that articles could say."""

_NOBODY = re.compile(r"\b(?:i|me|my|we|us|our|you|your|he|she|him|his|her|they|them|their|it|its)\b", re.IGNORECASE)


class Verdict(StrEnum):
    """What the articles say of a sentence."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    ABSENT = "absent"
    UNCHECKED = "unchecked"
    """It claims nothing: a question, a greeting. Never counted as supported."""


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence of the text, and what the articles say of it."""

    claim: str
    start: int
    """Offsets of the sentence in the text that was given."""
    end: int
    verdict: Verdict
    quote: Quote | None
    """What supports or contradicts; None otherwise."""
    nearest: Quote | None
    """The closest sentence that does neither, never a citation; only when the verdict is absent."""
    reason: str
    """Why it is contradicted, or why the nearest sentence is not enough; empty where there is nothing to say."""
    said_by: str | None
    """Whose words the quote is, where the sentence leaves that out."""

    def to_json(self) -> dict[str, Any]:
        """As `check --json` prints it."""
        return {
            "claim": self.claim,
            "start": self.start,
            "end": self.end,
            "verdict": self.verdict.value,
            "quote": self.quote.to_json() if self.quote else None,
            "nearest": self.nearest.to_json() if self.nearest else None,
            "reason": self.reason,
            "said_by": self.said_by,
        }


@dataclass(frozen=True, slots=True)
class _Candidate:
    evidence: Evidence
    sentence: Span
    comparison: Comparison
    cosine: float


class Checker:
    """Checks texts against an index that is in line with its articles."""

    def __init__(
        self,
        index: Index,
        retriever: Retriever,
        aliases: Aliases,
        meanings: Meanings,
        least_cosine: float,
        max_characters: int,
        renew: Callable[[], object] = lambda: None,
    ) -> None:
        """Collaborators, and two limits.

        Args:
            index: the articles.
            retriever: finds passages.
            aliases: names that mean the same.
            meanings: words that mean the same.
            least_cosine: similarity of sentence and claim below which they cannot speak of the same thing.
            max_characters: longer texts are refused.
            renew: brings the index in line, where that is done by itself.

        """
        self._renew = renew
        self._index = index
        self._retriever = retriever
        self._aliases = aliases
        self._same = Same(meanings, aliases)
        self._least_cosine = least_cosine
        self._max_characters = max_characters
        self._quoter = Quoter(index.catalogue)
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def check(self, text: str, scope: Scope = EVERYTHING) -> list[Check]:
        """A verdict on each sentence of a text, in order; given once more by itself if an article changed meanwhile.

        Raises:
            QuestionError: there is nothing to check, or too much.
            UnverifiedAnswer: a quote is not what its article says on disk.

        """
        clean(text, self._max_characters)
        return steady(self._index.catalogue, lambda: self._checks(text, scope), self._renew)

    def _checks(self, text: str, scope: Scope) -> list[Check]:
        checks: list[Check] = []
        earlier = ""
        for start, end in claims(text):
            checkpoint()
            checks.append(self._check(text[start:end], earlier, (start, end), scope))
            earlier = text[start:end]
        originals = gate.shelf(self._index.catalogue, self._index.settings.limits)
        shown = [quote for check in checks for quote in (check.quote, check.nearest) if quote]
        if wrong := [v for quote in shown for v in verify(quote.to_json(), originals(quote.article))]:
            raise UnverifiedAnswer(
                "The check was held back, a quote in it is not what its article says: " + "; ".join(v.detail for v in wrong),
                "Run verbatim ingest and check again.",
            )
        return checks

    def _check(self, claim: str, earlier: str, span: Span, scope: Scope) -> Check:
        said = refer(claim, earlier) if earlier else claim
        meant = statement(said)
        if claim.rstrip("”\"' ").endswith("?") or len(meant.words) < LEAST_WORDS:
            return Check(claim, *span, Verdict.UNCHECKED, None, None, "it claims nothing", None)
        candidates = self._candidates(said, meant, scope)
        vague = _vague(said)
        for relation, verdict in ((Relation.SAME, Verdict.SUPPORTED), (Relation.CONTRARY, Verdict.CONTRADICTED)):
            fitting = [c for c in candidates if c.comparison.relation is relation and c.cosine >= self._least_cosine]
            for candidate in [] if vague else fitting:
                quote = self._quote(candidate)
                # The words of nobody in particular, or of many at once: not enough.
                if candidate.comparison.passed_on and not (quote.speaker.kind == "document" or individual(quote.speaker)):
                    continue
                said_by = quote.speaker.name if candidate.comparison.passed_on else None
                return Check(claim, *span, verdict, quote, None, candidate.comparison.reason, said_by)
        best = next(iter(candidates), None)
        if best is None or best.cosine < self._least_cosine:
            return Check(claim, *span, Verdict.ABSENT, None, None, "", None)
        reason = "it is not clear whom or what it speaks of" if vague else best.comparison.reason
        if best.comparison.passed_on and best.comparison.relation is not Relation.OTHER:
            reason = "the article gives it as what somebody says"
        return Check(claim, *span, Verdict.ABSENT, None, self._quote(best), reason, None)

    def _candidates(self, said: str, meant: Statement, scope: Scope) -> list[_Candidate]:
        """Sentences compared with the claim, those with most in common first."""
        catalogue = self._index.catalogue
        named = terms(said, words_in(catalogue, scope), self._aliases)
        found = self._retriever.search(said, named, PASSAGES, scope)
        places: dict[tuple[str, Span], tuple[Evidence, str, list[str]]] = {}
        for evidence in found.evidence:
            if evidence.stored.passage.heading:
                continue
            text = catalogue.text(evidence.stored.sha256)
            stored = catalogue.passages(evidence.stored.sha256)
            spans = [s for p in stored for s in p.passage.sentences]
            headings = {s for p in stored if p.passage.heading for s in p.passage.sentences}
            for sentence in evidence.stored.passage.sentences:
                at = spans.index(sentence)
                first = first_needed(text, spans, headings, at)
                before = [text[slice(*s)] for s in spans[first:at] if s not in headings]
                places[evidence.stored.sha256, sentence] = (evidence, text[slice(*sentence)], before)
        compared = [
            (compare(meant, statement(text), [statement(b) for b in before], self._same), evidence, sentence, text)
            for (_, sentence), (evidence, text, before) in places.items()
        ]
        # Sentences with nothing to say about the claim need no embedding.
        compared.sort(key=lambda c: (c[0].relation is Relation.OTHER, -c[0].shared))
        compared = compared[:EMBEDDED]
        if not compared:
            return []
        cosines = self._similarities(said, [text for *_, text in compared])
        made = [_Candidate(e, s, c, cosine) for (c, e, s, _), cosine in zip(compared, cosines, strict=True)]
        return sorted(made, key=lambda c: -(c.comparison.shared + c.cosine))

    def _similarities(self, said: str, sentences: Sequence[str]) -> list[float]:
        """Cosine of a claim and each sentence; the claims of a text mostly meet the same sentences."""
        unknown = [text for text in dict.fromkeys(sentences) if text not in self._vectors]
        vectors = self._index.embedder.embed([said, *unknown])
        if len(self._vectors) > REMEMBERED:
            self._vectors = {}
        known = self._vectors | dict(zip(unknown, vectors[1:], strict=True))
        self._vectors = known
        return [float(known[text] @ vectors[0]) for text in sentences]

    def _quote(self, candidate: _Candidate) -> Quote:
        shared, cosine = candidate.comparison.shared, candidate.cosine
        offset = candidate.sentence[0]
        differs = candidate.comparison.differs
        highlight = (offset + differs[0], offset + differs[1]) if differs else None
        # The reader has not been asked; its features stay 0.
        row = Features(**dict.fromkeys(NAMES, 0.0) | {"cosine": cosine, "covered": shared, "covered_here": shared})
        finding = Finding(candidate.sentence, highlight, candidate.evidence, min(1.0, shared * max(0.0, cosine)), row)
        return self._quoter.quotes([finding])[0]


def claims(text: str) -> list[Span]:
    """The sentences of a message; quote marks and list signs at the start of a line are no part of them."""
    spans = []
    for start, end in paragraph_spans(text):
        lead = re.match(r"(?:[>*+•\-#]+\s+|\d{1,3}[.)]\s+)*", text[start:end])
        begin = start + (lead.end() if lead else 0)
        if begin < end:
            spans += sentence_spans(text, begin, end)
    return spans


def _vague(said: str) -> bool:
    """Whether a sentence speaks of somebody whom nothing names: "He said …", "We will …"."""
    opening = _NOBODY.search(" ".join(said.split()[:4]))
    if not opening or (opening[0].casefold() == "it" and not leans(said)):
        return False
    return not re.search(r"[A-Z]\w+", said[1 : opening.start()])
