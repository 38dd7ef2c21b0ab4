"""A model that does not reply: tried again where that may help, never past its time, and left alone when it is dead."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from langchain_core.tracers.langchain import wait_for_all_tracers
from langsmith.utils import get_env_var
from scripted_model import Reply, ScriptedChat, provider, scripted, written

from bot.answer import Quote
from bot.answering import Answerer
from bot.compose.model import ModelWriter
from bot.compose.prose import Sentence, Unusable
from bot.compose.retrying import FAILURES, LONGEST_REST, REST, Time
from bot.settings import ComposeSettings
from retrieval.errors import WritingError

QUESTION = "Where did Moscow propose to hold the negotiations?"
GENEVA = "Moscow proposed to hold them in Geneva."
GOOD = written((GENEVA, [1]))
DRAFT = (Sentence(GENEVA, (1,)),)


class Clock:
    """Time that only passes where somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waited: list[float] = []

    @property
    def time(self) -> Time:
        return Time(lambda: self.now, self.pause)

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += seconds


@pytest.fixture(scope="module")
def quotes(answerer: Answerer) -> tuple[Quote, ...]:
    return answerer.ask(QUESTION).quotes


def writer(chat: ScriptedChat, clock: Clock | None = None, **settings: object) -> ModelWriter:
    return ModelWriter(ComposeSettings(model="scripted", **settings), lambda: chat, (clock or Clock()).time)


def served(url: str, clock: Clock | None = None, **settings: object) -> ModelWriter:
    """On a server, through `init_chat_model`."""
    chosen = ComposeSettings(model="openai:served", base_url=url, **settings)
    return ModelWriter(chosen, time=(clock or Clock()).time)


def completion(text: str) -> tuple[int, dict[str, str], str]:
    return 200, {}, text


def refusal(status: int, message: str = "No.", **headers: str) -> tuple[int, dict[str, str], dict[str, dict[str, str]]]:
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, {"error": {"message": message}}


def test_a_server_with_an_openai_compatible_address_is_asked_within_limits(quotes: tuple[Quote, ...]) -> None:
    with provider(completion(GOOD)) as server:
        made = served(server.url, max_tokens=77).write(QUESTION, quotes)
    assert made.sentences == DRAFT
    assert (made.usage.prompt_tokens, made.usage.completion_tokens, made.usage.attempts) == (120, 30, 1)
    body = server.asked[0]
    assert (body["model"], body["temperature"], body["max_tokens"], body["stream"]) == ("served", 0.0, 77, False)
    assert body["response_format"]["type"] == "json_schema"


def test_a_server_that_knows_no_structure_is_asked_in_words_and_that_is_remembered(quotes: tuple[Quote, ...]) -> None:
    with provider(refusal(500, "response_format: input should be 'text'"), completion(GOOD)) as server:
        one = served(server.url, retries=0)
        assert [one.write(QUESTION, quotes).sentences for _ in range(2)] == [DRAFT, DRAFT]
    assert ["response_format" in body for body in server.asked] == [True, False, False]


@pytest.mark.parametrize(
    "passing",
    [
        refusal(429, "Slow down."), refusal(500), refusal(502), refusal(503), refusal(408),
        refusal(429, Retry_After="3"),
        refusal(429, Retry_After=format_datetime(datetime.now(UTC) - timedelta(seconds=3), usegmt=True)),
        refusal(503, Retry_After="soon"),
    ],
)  # fmt: skip
def test_what_passes_is_tried_again(quotes: tuple[Quote, ...], passing: tuple[int, dict[str, str], object]) -> None:
    clock = Clock()
    # The first reply shows that the server knows structures, so that it is not asked without one.
    with provider(completion(GOOD), passing, passing, completion(GOOD)) as server:
        one = served(server.url, clock, retries=2)
        one.write(QUESTION, quotes)
        made = one.write(QUESTION, quotes)
    assert made.sentences == DRAFT
    assert made.usage.attempts == 3
    assert len(clock.waited) == 2
    assert all(0 <= seconds <= 3 for seconds in clock.waited)
    if passing[1].get("Retry-After") == "3":
        assert clock.waited == [3, 3]


@pytest.mark.parametrize(
    ("lasting", "why", "remedy"),
    [
        (refusal(400, "temperature does not support 0"), "refused .400.*temperature", "compose.temperature"),
        (refusal(401, "Incorrect API key: sk-proj-abcdefghijklmnopqrstuvwxyz"), "key is refused", "environment"),
        (refusal(403), "key is refused", "environment"),
        (refusal(404, "No such model."), "no such model", "compose.base_url"),
        (refusal(402), "used up", "account"),
        (refusal(429, "You exceeded your current quota"), "used up", "account"),
    ],
)
def test_what_does_not_pass_is_not_tried_again(
    quotes: tuple[Quote, ...], lasting: tuple[int, dict[str, str], object], why: str, remedy: str
) -> None:
    clock = Clock()
    with provider(completion(GOOD), lasting) as server:
        one = served(server.url, clock, retries=5)
        one.write(QUESTION, quotes)
        with pytest.raises(Unusable, match=why) as error:
            one.write(QUESTION, quotes)
    assert len(server.asked) == 2
    assert not clock.waited
    assert remedy in error.value.remedy
    assert "abcdefghijkl" not in str(error.value)


def test_a_wait_that_ends_after_the_time_is_not_begun(quotes: tuple[Quote, ...]) -> None:
    clock = Clock()
    with provider(completion(GOOD), refusal(429, Retry_After="60")) as server:
        one = served(server.url, clock, retries=5)
        one.write(QUESTION, quotes)
        with pytest.raises(Unusable, match="left alone for 60 s"):
            one.write(QUESTION, quotes)
    assert not clock.waited


@pytest.mark.parametrize("error", [ConnectionResetError(), OSError("no route"), TimeoutError(), EOFError(), ValueError("?")])
def test_errors_of_any_kind_leave_the_quotes_alone(quotes: tuple[Quote, ...], error: Exception) -> None:
    with pytest.raises(Unusable) as raised:
        writer(scripted(error), retries=0).write(QUESTION, quotes)
    assert str(raised.value).endswith(raised.value.remedy)


def test_a_server_that_is_not_there(quotes: tuple[Quote, ...]) -> None:
    with provider(completion(GOOD)) as server:
        pass
    with pytest.raises(Unusable, match="no connection") as error:
        served(server.url, retries=1).write(QUESTION, quotes)
    assert "compose.base_url" in error.value.remedy
    assert error.value.usage.attempts == 2


def test_a_call_that_hangs_is_left_behind_at_the_end_of_its_time(quotes: tuple[Quote, ...]) -> None:
    never = threading.Event()

    def hang() -> str:
        never.wait(60)
        return GOOD

    one = ModelWriter(ComposeSettings(model="scripted", timeout_seconds=0.5), lambda: scripted(hang))
    with pytest.raises(Unusable, match="within"):
        one.write(QUESTION, quotes)
    assert not never.is_set()
    never.set()


def failures(one: ModelWriter, quotes: tuple[Quote, ...], times: int) -> list[type[Exception]]:
    found: list[type[Exception]] = []
    for _ in range(times):
        with pytest.raises(WritingError) as error:
            one.write(QUESTION, quotes)
        found.append(error.type)
    return found


def test_a_dead_provider_is_left_alone_for_longer_and_longer_until_it_lives(quotes: tuple[Quote, ...]) -> None:
    clock = Clock()
    chat = scripted(ConnectionError("refused"))
    one = writer(chat, clock, retries=0)
    assert failures(one, quotes, FAILURES) == [Unusable] * FAILURES
    asked = len(chat.seen)
    assert failures(one, quotes, 5) == [WritingError] * 5
    assert len(chat.seen) == asked
    with pytest.raises(WritingError, match=f"left alone for another {REST:.0f} s.*refused"):
        one.write(QUESTION, quotes)
    for rest in (REST, 2 * REST, 4 * REST):
        clock.now += rest
        assert failures(one, quotes, 2) == [Unusable, WritingError]
    clock.now += LONGEST_REST
    chat.replies[:] = [GOOD]
    assert one.write(QUESTION, quotes).sentences == DRAFT
    assert one.write(QUESTION, quotes).sentences == DRAFT


def test_after_a_rest_one_question_tries_and_the_others_go_without(quotes: tuple[Quote, ...]) -> None:
    clock, entered, leave = Clock(), threading.Event(), threading.Event()

    def slow() -> str:
        entered.set()
        leave.wait(60)
        return GOOD

    replies: list[Reply] = [ConnectionError()] * FAILURES
    one = writer(scripted(*replies, slow), clock, retries=0)
    failures(one, quotes, FAILURES)
    clock.now += REST
    drafts: list[object] = []
    first = threading.Thread(target=lambda: drafts.append(one.write(QUESTION, quotes).sentences))
    first.start()
    assert entered.wait(60)
    assert failures(one, quotes, 1) == [WritingError]
    leave.set()
    first.join(60)
    assert drafts == [DRAFT]


def test_nonsense_is_no_reason_to_leave_a_provider_alone(quotes: tuple[Quote, ...]) -> None:
    chat = scripted(*["{"] * 8, GOOD)
    one = writer(chat, retries=0)
    assert failures(one, quotes, 8) == [Unusable] * 8
    assert one.write(QUESTION, quotes).sentences == DRAFT


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("anthropic:claude-sonnet-4-5", "pip install langchain-anthropic"),
        ("ollama:llama3.2", "pip install langchain-ollama"),
        ("nobody:model", "provider:name"),
        ("openai:gpt-5-mini", "key|api_key|OPENAI_API_KEY"),
    ],
)
def test_a_model_that_cannot_be_had_says_what_to_do(
    quotes: tuple[Quote, ...], monkeypatch: pytest.MonkeyPatch, model: str, says: str
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(WritingError, match=says):
        ModelWriter(ComposeSettings(model=model)).write(QUESTION, quotes)


def test_nothing_goes_to_a_third_party_whatever_the_environment_says(
    quotes: tuple[Quote, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    with provider(completion("{}")) as third, provider(completion(GOOD)) as server:
        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_API_KEY", "key")
        monkeypatch.setenv("LANGSMITH_ENDPOINT", third.url)
        get_env_var.cache_clear()
        assert served(server.url).write(QUESTION, quotes).sentences == DRAFT
        wait_for_all_tracers()
        get_env_var.cache_clear()
    assert len(server.asked) == 1
    assert not third.connections
