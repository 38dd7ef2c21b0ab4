"""`verbatim eval` on a file of speakers: needs no index and no model."""

from __future__ import annotations

import json
from pathlib import Path

from bot.commands.opening import tell
from bot.evaluation import speakers
from bot.evaluation.questions import QuestionFileError
from bot.render.terminal import visible
from bot.wiring import Project
from retrieval.corpus import files, metadata
from retrieval.corpus.files import Source
from retrieval.reading.speakers import speaker


def run(project: Project, file: Path, *, as_json: bool) -> int:
    """Score a file of speakers; 1 when a split is below the file's threshold.

    Raises:
        QuestionFileError: it is malformed, or none of its articles is there.

    """
    limits, labelled = speakers.load(file)
    told = []
    for gold in labelled:
        path = gold.corpus / gold.article
        if not path.exists():
            tell(f"{gold.article} is not there, {len(gold.sentences)} sentences left out")
            continue
        text = files.read_text(Source(gold.article, path), project.settings.ingest.max_bytes)
        told += speakers.tell_all(gold, metadata.article(gold.article, text, {}), speaker)
    if not told:
        raise QuestionFileError(f"{file}: none of its articles is there", "Name their folders relative to the file.")
    scored = speakers.to_json(told, limits)
    if as_json:
        print(json.dumps(scored, ensure_ascii=False))
    else:
        for line in speakers.lines(scored):
            print(visible(line))
    return 1 if scored["below_thresholds"] else 0
