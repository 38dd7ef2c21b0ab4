"""How the articles behind an answer stand to each other: copies, disagreements, and what later ones say otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answer import Answer, Disagreement, Later, Quote, Sources
from retrieval.index.catalogue import Catalogue, Entry
from retrieval.index.copies import Copies
from retrieval.reading.aliases import Aliases
from retrieval.reading.conflicts import Conflict, conflicts
from retrieval.reading.judge import Finding
from retrieval.reading.sameness import held, same_sentence
from retrieval.reading.search import Scope
from retrieval.reading.stories import Stories

if TYPE_CHECKING:
    from bot.answering import PartTrace

MOST = 2
"""Conflicts shown for a question: more than two quotes against the first would bury it."""


class Agreement:
    """Compares the articles behind an answer."""

    def __init__(self, catalogue: Catalogue, aliases: Aliases) -> None:
        self._catalogue = catalogue
        self._aliases = aliases
        self._copies = Copies(catalogue)
        self._stories = Stories(catalogue)

    def folded(self, findings: Sequence[Finding]) -> list[Finding]:
        """The findings without those that only repeat a better one from an article that is a copy of this one."""
        kept: list[Finding] = []
        for finding in findings:
            if not any(self._repeats(finding, better) for better in kept):
                kept.append(finding)
        return kept

    def opposed(
        self, question: str, findings: Sequence[Finding], chosen: int
    ) -> tuple[list[Finding], int, tuple[Conflict, ...]]:
        """Findings that answer otherwise, moved up to the ones they are held against; how many are shown then; and which."""
        shown = list(findings[:chosen])
        found = self.against(question, shown, findings)[:MOST]
        for conflict in found:
            if conflict.other in shown[shown.index(conflict.one) :]:
                shown.remove(conflict.other)
            if conflict.other not in shown:
                shown.insert(shown.index(conflict.one) + 1, conflict.other)
        return [*shown, *(f for f in findings if f not in shown)], len(shown), tuple(found)

    def against(self, question: str, shown: Sequence[Finding], findings: Sequence[Finding]) -> list[Conflict]:
        """What the findings hold against those that are shown."""
        if not shown:
            return []
        return conflicts(question, shown, findings, self._catalogue.text, self._stories.same, self._aliases)

    def completed(self, answer: Answer, traces: Sequence[PartTrace], scope: Scope, later: Sequence[Conflict]) -> Answer:
        """The answer with its copies, sources, disagreements, and the later articles that say otherwise."""
        if not answer.quotes:
            return answer
        entries = [entry for entry in self._catalogue.entries() if scope.admits(entry)]
        within = None if scope.everything else [entry.sha256 for entry in entries]
        copies = {digest: set(self._copies.of(digest, within)) for digest in {quote.sha256 for quote in answer.quotes}}
        quotes = tuple(replace(q, copies=self._holding(q, entries, copies[q.sha256])) for q in answer.quotes)
        digests = {entry.name: entry.sha256 for entry in entries}
        names = {name for quote in quotes for name in (quote.article, *quote.copies)}
        sources = Sources(len(names), len(self._copies.groups(digests[name] for name in sorted(names) if name in digests)))
        disagreements = [self._disagreement(conflict, quotes) for trace in traces for conflict in trace.conflicts]
        after = {c.other.evidence.entry.name: c.other.evidence.entry.metadata.published for c in later}
        return replace(
            answer,
            quotes=quotes,
            sources=sources,
            disagreements=tuple(dict.fromkeys(d for d in disagreements if d)),
            later=tuple(sorted((Later(n, day) for n, day in after.items() if day), key=lambda a: (a.published, a.article))),
        )

    def _repeats(self, finding: Finding, better: Finding) -> bool:
        one, other = (f.evidence.stored.sha256 for f in (finding, better))
        return (
            one != other and self._copies.are_copies(one, other) and same_sentence(self._text(finding), self._text(better))
        )

    def _text(self, finding: Finding) -> str:
        return self._catalogue.text(finding.evidence.stored.sha256)[slice(*finding.sentence)]

    def _holding(self, quote: Quote, entries: Sequence[Entry], copies: set[str]) -> tuple[str, ...]:
        """Names of the copies of a quote's article that hold the sentence that answers, or a touched-up form of it."""
        return tuple(entry.name for entry in entries if entry.sha256 in copies and self._holds(entry.sha256, quote))

    def _holds(self, digest: str, quote: Quote) -> bool:
        text = self._catalogue.text(digest)
        theirs = [text[a:b] for p in self._catalogue.passages(digest) for a, b in p.passage.sentences]
        return all(held(sentence, theirs) for sentence in self._answering(quote))

    def _answering(self, quote: Quote) -> list[str]:
        """The sentence that holds the answering words; all of the quote's where none are marked."""
        text = self._catalogue.text(quote.sha256)
        spans = [s for p in self._catalogue.passages(quote.sha256) for s in p.passage.sentences]
        inside = [s for s in spans if quote.start <= s[0] and s[1] <= quote.end]
        marked = quote.highlight
        return [text[a:b] for a, b in inside if marked is None or (a <= marked[0] and marked[1] <= b)]

    def _disagreement(self, conflict: Conflict, quotes: Sequence[Quote]) -> Disagreement | None:
        one, other = (self._number(f, quotes) for f in (conflict.one, conflict.other))
        if one is None or other is None or one == other:
            return None
        mine = self._text(conflict.one)[slice(*conflict.verdict.one)]
        theirs = self._text(conflict.other)[slice(*conflict.verdict.other)]
        return Disagreement((one, other), conflict.verdict.kind.value, (mine, theirs))

    @staticmethod
    def _number(finding: Finding, quotes: Sequence[Quote]) -> int | None:
        a, b = finding.sentence
        digest = finding.evidence.stored.sha256
        return next((q.number for q in quotes if q.sha256 == digest and q.start <= a and b <= q.end), None)
