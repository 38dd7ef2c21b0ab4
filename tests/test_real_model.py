"""A real model in the loop, and a weak one: what it gets wrong, and it gets most things wrong, stays with it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from command_line import Verbatim
from language_server import LanguageServer

from benchmarks import prose
from bot.answering import Answerer
from bot.compose.connecting import connect
from bot.compose.model import ModelWriter
from bot.compose.proofreading import proofread
from bot.compose.prose import Draft, Fault, Sentence, Unusable
from bot.settings import load
from bot.wiring import Project
from retrieval.corpus.sentences import sentence_spans

pytestmark = pytest.mark.model

WHERE = "Where did Moscow propose to hold the negotiations?"
REFUSED = "What is the capital of Australia?"


def test_it_writes_from_the_quotes_through_its_openai_compatible_address(
    language_server: LanguageServer, answerer: Answerer
) -> None:
    writer = ModelWriter(load(flags=language_server.flags).compose)
    drafts = []
    for question in (WHERE, "Who presented the documents to the press?", "What did Ryabkov say about security guarantees?"):
        try:
            draft: Draft | Unusable = writer.write(question, answerer.ask(question).quotes)
        except Unusable as error:
            draft = error
        drafts.append(draft)
        assert draft.usage.prompt_tokens > 100
        assert draft.usage.completion_tokens > 0
    # How good they are is not the point; that the model's own words arrive is.
    assert any(isinstance(draft, Draft) and draft.sentences for draft in drafts)


def flags(server: LanguageServer) -> list[str]:
    return [part for flag in server.flags for part in ("--set", flag)]


def test_what_it_says_wrongly_reaches_nobody(language_server: LanguageServer, verbatim: Verbatim) -> None:
    without = verbatim("ask", WHERE, "--json").json
    done = verbatim("ask", WHERE, "--json", "--explain", *flags(language_server))
    assert done.status == 0, done.err
    assert done.json["quotes"] == without["quotes"]
    made = done.json["explanation"]["composed"]
    assert made["usage"]["prompt_tokens"] > 100
    assert made["sentences"] or made["dropped"] or made["failure"]
    assert all("Geneva" in sentence["text"] for sentence in made["sentences"])
    for dropped in made["dropped"]:
        assert dropped["text"] not in done.json["text"]


def test_what_it_says_from_memory_is_stopped_whatever_quotes_it_claims(
    language_server: LanguageServer, seeds: Project
) -> None:
    settings = load(flags=language_server.flags)
    # Asked without any quotes it says Moscow, at length.
    said = str(connect(settings.compose).invoke(WHERE).text)
    answer = seeds.answerer.ask(WHERE)
    numbers = tuple(quote.number for quote in answer.quotes)
    wrong = [Sentence(said[a:b], numbers) for a, b in sentence_spans(said, 0, len(said)) if "Geneva" not in said[a:b]]
    assert wrong
    checks = proofread(seeds.prose_checker, WHERE, answer, wrong)
    assert all(checked.faults for checked in checks), checks


def test_a_refusal_is_not_written_over(language_server: LanguageServer, verbatim: Verbatim) -> None:
    done = verbatim("ask", REFUSED, "--json", "--explain", *flags(language_server))
    assert (done.status, done.json["composed"], done.json["explanation"].get("composed")) == (1, None, None)


def test_a_server_killed_in_the_middle_costs_nothing_but_the_prose(tmp_path: Path, verbatim: Verbatim) -> None:
    without = verbatim("ask", WHERE, "--json").json
    server = LanguageServer(tmp_path)
    server.freeze()

    def kill() -> None:
        time.sleep(5)
        server.kill()

    killing = threading.Thread(target=kill)
    killing.start()
    done = verbatim("ask", WHERE, "--json", *flags(server))
    killing.join()
    assert done.status == 0
    assert done.json["composed"] is None
    assert {k: v for k, v in done.json.items() if k != "timings_ms"} == {
        k: v for k, v in without.items() if k != "timings_ms"
    }
    assert "compose.base_url" in done.err


def test_what_becomes_of_its_sentences_is_counted(language_server: LanguageServer, models: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.yaml"
    asked = [WHERE, REFUSED, "What did EU leaders urge Moscow to do?"]
    file.write_text("questions:\n" + "".join(f'  - question: "{one}"\n    evidence: []\n' for one in asked))
    found = list(prose.measured(file, load(flags=language_server.flags), vouched=True, models=models))
    assert [one.composition is None for one in found] == [False, True, False]
    written = [one.composition for one in found if one.composition]
    kept, dropped = (sum(len(getattr(one, name)) for one in written) for name in ("sentences", "dropped"))
    head, counts, *_ = prose.lines(found, "smollm2", shown=True)
    assert head == f"smollm2: 3 questions, 2 answered, {sum(bool(one.failure) for one in written)} of these without a draft"
    assert counts == f"sentences: {kept + dropped} written, {kept} hold, {dropped} dropped"
    # With every quote vouched for, what fails is what the sentences say.
    assert not any(fault is Fault.CITATION for one in written for checked in one.dropped for fault, _ in checked.faults)
