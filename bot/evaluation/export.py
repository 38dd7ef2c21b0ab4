"""Votes against answers, as a question file for `verbatim eval`.

A vote says that an answer was wrong, not what is right. Only "should have refused" is a whole case by itself: its
evidence is empty. Every other case is written as a comment, with the passages that were shown, for a person to fill in.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.state.complaints import Complaint
from bot.state.feedback import Reason


def question_file(complaints: Sequence[Complaint]) -> tuple[str, int, int]:
    """The file's text, how many cases are whole, and how many wait for a person."""
    whole = [c for c in complaints if _is_whole(c)]
    open_ = [c for c in complaints if not _is_whole(c)]
    rows = ["# Answers that were voted down. Check each case before it counts.", "questions:"]
    for complaint in whole:
        rows += _case(complaint, [])
    if open_:
        rows.append("# What is right here, a vote cannot say: put the article's words into evidence, and take away the #.")
    for complaint in open_:
        shown = [q.text for q in (*complaint.answer.quotes, *complaint.answer.nearest)]
        rows += [f"#{row}" for row in [*_case(complaint, ["…"]), *(f"    # shown: {_text(text)}" for text in shown)]]
    return "\n".join(rows) + "\n", len(whole), len(open_)


def _is_whole(complaint: Complaint) -> bool:
    return set(complaint.reasons) == {Reason.SHOULD_HAVE_REFUSED}


def _case(complaint: Complaint, evidence: Sequence[str]) -> list[str]:
    rows = [f"  - question: {_text(complaint.answer.question)}"]
    if complaint.history:
        rows.append(f"    history: [{', '.join(map(_text, complaint.history))}]")
    rows.append(f"    evidence: [{', '.join(map(_text, evidence))}]")
    rows += [f"    # voted down: {reason.value.replace('_', ' ')}" for reason in complaint.reasons]
    rows += [f"    # {_text(comment)}" for comment in complaint.comments]
    return rows


def _text(text: str) -> str:
    """A text in double quotes on one line; what JSON writes is YAML too."""
    return (
        json.dumps(text, ensure_ascii=False)
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
        .replace("\x85", "\\x85")
    )
