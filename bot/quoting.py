"""From findings to quotes: which sentences are shown, and what each needs to be understood. Text is copied by offset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Quote
from retrieval.corpus import receipts
from retrieval.index.catalogue import Catalogue
from retrieval.reading.judge import Finding
from retrieval.reading.leaning import first_needed
from retrieval.reading.speakers import speaker


class Quoter:
    """Builds quotes from findings."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def quotes(self, findings: Sequence[Finding], first_number: int = 1) -> list[Quote]:
        """One quote for each finding, best first; findings that touch or overlap in their article share one."""
        made: list[Quote] = []
        for finding in findings:
            quote = self._quote(finding)
            for at, other in enumerate(made):
                if other.sha256 == quote.sha256 and quote.start <= other.end and other.start <= quote.end:
                    made[at] = self._joined(other, quote)
                    break
            else:
                made.append(quote)
        return [replace(q, number=n) for n, q in enumerate(made, first_number)]

    def _quote(self, finding: Finding) -> Quote:
        entry, stored = finding.evidence.entry, finding.evidence.stored
        text = self._catalogue.text(stored.sha256)
        passages = self._catalogue.passages(stored.sha256)
        sentences = [s for p in passages for s in p.passage.sentences]
        headings = {s for p in passages if p.passage.heading for s in p.passage.sentences}
        index = sentences.index(finding.sentence)
        first = first_needed(text, sentences, headings, index)
        start, end = sentences[first][0], finding.sentence[1]
        paragraph = next(p.passage.paragraph for p in passages if finding.sentence in p.passage.sentences)
        return Quote(
            number=0,
            text=text[start:end],
            article=entry.name,
            title=entry.metadata.title,
            publisher=entry.metadata.publisher,
            url=entry.metadata.url,
            published=entry.metadata.published,
            start=start,
            end=end,
            sha256=stored.sha256,
            highlight=finding.answer,
            speaker=speaker(
                text, [s for s in sentences if s not in headings], index - sum(h < finding.sentence for h in headings)
            ),
            paragraph=paragraph,
            score=finding.probability,
            receipt=receipts.make(entry.name, start, end, text[start:end], stored.sha256),
        )

    def _joined(self, one: Quote, other: Quote) -> Quote:
        """One quote over both; the better one keeps its highlight and voice."""
        start, end = min(one.start, other.start), max(one.end, other.end)
        text = self._catalogue.text(one.sha256)[start:end]
        receipt = receipts.make(one.article, start, end, text, one.sha256)
        return replace(one, start=start, end=end, text=text, receipt=receipt)
