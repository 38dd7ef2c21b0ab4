"""A `Writer` on any chat model of LangChain: asked in time, tried again where it may help, replies read with patience."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.answer import Quote
from bot.compose import prompt, replies, rewritten
from bot.compose.asking import Form, Reply, invoke
from bot.compose.connecting import connect
from bot.compose.deadline import Deadline
from bot.compose.failures import Failure, failure
from bot.compose.prose import Draft, Rewriting, Unusable, Usage
from bot.compose.replies import Nonsense
from bot.compose.retrying import FAILURES, MACHINE, Breaker, Time, pause
from bot.settings import ComposeSettings
from retrieval.errors import WritingError

if TYPE_CHECKING:
    from bot.compose.asking import Chat

T = TypeVar("T")

_ALONE = "The quotes stand alone until then; nothing has to be done if it passes."
_NO_SENSE = "If it goes on, name a stronger model in compose.model; the quotes stand alone meanwhile."


class ModelWriter:
    """Writes and rewrites by the model that the settings name. May be used by several threads at once."""

    def __init__(self, settings: ComposeSettings, chat: Callable[[], Chat] | None = None, time: Time = MACHINE) -> None:
        """`chat` makes the model, by default through `init_chat_model`; it is made when it is first asked."""
        self.name = settings.model
        self._settings = settings
        self._chat = chat or (lambda: connect(settings))
        self._time = time
        self._connected: Chat | None = None
        self._connecting = threading.Lock()
        self._deadline = Deadline()
        self._breaker = Breaker(time)
        self._structured: bool | None = None
        """Whether the provider can write in a structure given to it; not known before it was tried."""

    def write(self, question: str, quotes: Sequence[Quote]) -> Draft:
        most = self._settings.max_sentences
        known = " ".join([question, *(f"{quote.text} {quote.speaker.name}" for quote in quotes)])
        form = Form(prompt.writing(question, quotes, most), prompt.SENTENCES)
        written, usage = self._asked(form, self._settings.timeout_seconds, lambda reply: replies.sentences(reply, known))
        return Draft(written, usage)

    def rewrite(self, question: str, earlier: Sequence[str]) -> Rewriting:
        form = Form(prompt.rewriting(question, earlier), prompt.QUESTION)
        read = lambda reply: rewritten.checked(replies.question(reply), question, earlier)  # noqa: E731
        return Rewriting(*self._asked(form, self._settings.rewrite_seconds, read))

    def connect(self) -> Chat:
        """The model, made ready: LangChain takes a second or two to import, which no question should wait for.

        Raises:
            WritingError: it cannot be used; it says what to do.

        """
        with self._connecting:
            if self._connected is None:
                self._connected = self._chat()
            return self._connected

    def _asked(self, form: Form, seconds: float, read: Callable[[Any], T]) -> tuple[T, Usage]:
        """What the model replied, as `read` takes it, within so many seconds for all tries together."""
        chat = self.connect()
        if resting := self._breaker.resting():
            left, last = resting
            raise WritingError(
                f"{self.name} failed {FAILURES} times in a row and is left alone for another {left:.0f} s; last: {last}",
                _ALONE,
            )
        began = self._time.now()
        spent = _Spent(self._settings)
        complaint, retried = "", 0
        while True:
            structured = self._structured is not False and not complaint
            left = max(0.1, round(seconds - (self._time.now() - began), 1))
            try:
                reply = self._deadline.within(left, partial(invoke, chat, form, structured, complaint))
                self._structured = structured if self._structured is None else self._structured
                spent.add(reply)
                value = read(reply.body)
            except WritingError as overdue:
                # It is late, or so many calls are that no other is made.
                spent.attempts += 1
                why = Failure(overdue.what, overdue.remedy, True)
            except Nonsense as nonsense:
                self._breaker.succeeded()
                complaint = str(nonsense) + reply.cut_off
                why = Failure(complaint, _NO_SENSE, True, wait=0.0)
            except Exception as error:
                why = failure(error)
                if structured and why.structure and self._structured is None:
                    # Most likely it cannot write in a structure; if it was something else, the next call shows that.
                    self._structured = False
                    continue
                spent.attempts += 1
            else:
                self._breaker.succeeded()
                return value, spent.usage(self._time.now() - began)
            retried += 1
            wait = pause(retried, why.wait)
            late = self._time.now() - began + wait >= seconds
            if not why.passing or retried > self._settings.retries or late:
                self._give_up(why, complaint, spent.usage(self._time.now() - began), late)
            self._time.pause(wait)

    def _give_up(self, why: Failure, nonsense: str, usage: Usage, late: bool) -> None:
        if not nonsense:
            self._breaker.failed(why.what)
        tries = f" after {usage.attempts} tries" if usage.attempts > 1 else ""
        waits = f"; it asks to be left alone for {why.wait:.0f} s" if late and why.wait else ""
        raise Unusable(f"{self.name}: {why.what}{tries}{waits}", why.remedy, usage)


class _Spent:
    """Adds up what the tries of one question took."""

    def __init__(self, settings: ComposeSettings) -> None:
        self._prices = settings.input_price, settings.output_price
        self._tokens = [0, 0]
        self.attempts = 0

    def add(self, reply: Reply) -> None:
        self.attempts += 1
        self._tokens = [a + b for a, b in zip(self._tokens, reply.tokens, strict=True)]

    def usage(self, seconds: float) -> Usage:
        read, written = self._tokens
        cost = (read * self._prices[0] + written * self._prices[1]) / 1_000_000 if any(self._prices) else None
        return Usage(read, written, cost, seconds, self.attempts)
