"""Questions about a speaker: what he or she says comes first, and what somebody else says is no answer."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.index.catalogue import Catalogue
from retrieval.reading.aliases import Aliases
from retrieval.reading.judge import Finding
from retrieval.reading.known import known
from retrieval.reading.speakers import Speaker, speaker
from retrieval.reading.voices import Name, asked_of, individual, speaks


def voice(catalogue: Catalogue, finding: Finding) -> Speaker:
    """Whose voice the sentence of a finding is."""
    sha256 = finding.evidence.stored.sha256
    passages = catalogue.passages(sha256)
    sentences = [s for p in passages if not p.passage.heading for s in p.passage.sentences]
    return speaker(catalogue.text(sha256), sentences, sentences.index(finding.sentence))


def heed(
    catalogue: Catalogue, aliases: Aliases, part: str, findings: Sequence[Finding], threshold: float
) -> tuple[list[Finding], Name | None]:
    """The findings that may answer a question about a speaker, and whom it asks about where that leaves none to be shown.

    What another person says by name is left out; what is said by whom the question asks about goes before the rest. Only
    findings from the threshold on are looked at: the others are not shown. A question about no speaker leaves all as it is.

    Args:
        catalogue: where the articles are.
        aliases: names that mean the same.
        part: the question.
        findings: best first.
        threshold: how probable a finding has to be to be shown.

    """
    name = asked_of(part)
    good = [f for f in findings if f.probability >= threshold] if name else []
    if name is None or not good:
        return list(findings), None
    person = name.person and any(_introduced(catalogue, f, name) for f in findings)
    own: list[Finding] = []
    rest: list[Finding] = []
    for finding in good:
        whose = voice(catalogue, finding)
        if speaks(whose, name, aliases):
            own.append(finding)
        elif not (person and individual(whose)):
            rest.append(finding)
    kept = own + rest
    return [*kept, *(f for f in findings if f.probability < threshold)], None if kept else name


def _introduced(catalogue: Catalogue, finding: Finding, name: Name) -> bool:
    """Whether the finding's article names such a person in full: Moscow, which says much as well, is none."""
    text = catalogue.text(finding.evidence.stored.sha256)
    return known(text).full(name.words[-1].capitalize(), len(text)) is not None
