from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation import questions
from bot.evaluation.questions import Gold, QuestionFile, QuestionFileError

ARTICLE = "Talks may start on Saturday.\r\nGeneva is for the Americans, he said."
GENEVA = "Geneva is for the Americans"


def write(folder: Path, text: str) -> Path:
    path = folder / "questions.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_load_reads_everything_a_file_may_say(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    path = write(
        tmp_path,
        "corpus: articles\nthresholds: {quote_hit: 0.9, citations_on_refusal: 0}\nquestions:\n"
        "- {question: 'Where?', evidence: [“Geneva”, there], speaker: Ryabkov, history: ['Who?'], class: place}\n"
        "- {question: 'Where?', evidence: []}\n",
    )
    assert questions.load(path) == QuestionFile(
        (tmp_path / "articles").resolve(),
        {"quote_hit": 0.9, "citations_on_refusal": 0.0},
        (Gold("Where?", ("“Geneva”", "there"), "Ryabkov", ("Who?",), "place"), Gold("Where?", ())),
    )


ONE = "questions: [{question: 'Where?', evidence: []}]\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("questions: [", "line 1"),
        ("", "has no keys"),
        ("- question: 'Where?'", "has no keys"),
        ("questions: []", "at least one"),
        ("thresholds: {quote_hit: 1}", "at least one"),
        (ONE + "treshold: {}", "unknown key “treshold”"),
        (ONE + "thresholds: {accuracy: 0.9}", "threshold accuracy: 0.9 is not a metric"),
        (ONE + "thresholds: {quote_hit: 90}", "between 0 and 1"),
        (ONE + "thresholds: {quote_hit: high}", "must be a number"),
        (ONE + "thresholds: {quote_hit: true}", "must be a number"),
        (ONE + "thresholds: {quote_hit: .nan}", "must be a number"),
        (ONE + "thresholds: {latency_ms_p95: -1}", "must be a number from 0 on"),
        (ONE + "thresholds: [quote_hit]", "“thresholds” has no keys"),
        (ONE + "corpus: nowhere", "nowhere does not exist"),
        (ONE + "corpus: 5", "“corpus” is not a text: 5"),
        ("questions: ['Where?']", "question 1 has no keys"),
        ("questions: [{evidence: []}]", "question 1: “question” is missing"),
        ("questions: [{question: 5, evidence: []}]", "question 1: “question” is not a text: 5"),
        ("questions: [{question: 'Where?'}]", "question 1 (“Where?”) has no “evidence”"),
        ("questions: [{question: 'Where?', evidence: Geneva}]", "“evidence” is not a list"),
        ("questions: [{question: 'Where?', evidence: [a, 13000]}]", "text 2 of “evidence” is not a text: 13000"),
        ("questions: [{question: 'Where?', evidence: [' ']}]", "text 1 of “evidence” is missing or empty"),
        ("questions: [{question: 'Where?', evidence: [], speaker: [a]}]", "“speaker” is not a text"),
        ("questions: [{question: 'Where?', evidence: [], history: 'Who?'}]", "“history” is not a list"),
        ("questions: [{question: 'Where?', evidence: [], answer: a}]", "question 1 has the unknown key “answer”"),
        ("questions:\n- question: A?\n  evidence: []\n  question: B?\n  evidence: []", "line 4: the key “question”"),
        (
            "questions: [{question: 'Where?', evidence: []}, {question: 'where? ', evidence: [a]}]",
            "question 2 (“where? ”) is question 1 again",
        ),
        ("questions: " + "[" * 5000, "nested too deep"),
        ("questions: 2021-13-45", "month must be in"),
        ("questions: \0", "special characters are not allowed"),
    ],
)
def test_a_malformed_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(QuestionFileError) as refused:
        questions.load(path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(QuestionFileError, match="cannot be read"):
            questions.load(path)


def test_evidence_must_stand_in_an_article_to_the_letter() -> None:
    file = QuestionFile(None, {}, (Gold("Where?", (GENEVA,)), Gold("When?", ("on Saturday", "on  Saturday"))))
    with pytest.raises(QuestionFileError, match=r"question 2 \(“When\?”\): “on  Saturday”") as refused:
        questions.check_evidence(file, {"b.txt": "", "a.txt": ARTICLE})
    assert "question 1" not in str(refused.value)
    assert "“on Saturday”" not in str(refused.value)
    questions.check_evidence(file, {"a.txt": ARTICLE, "b.txt": "not on  Saturday"})
