"""A chat model of LangChain that replies what it was told to: every wrong thing that a model or its server can do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

Reply = str | dict[str, Any] | AIMessage | BaseException | Callable[[], str]
"""A text; the arguments of a tool call; a whole message; an error to raise; or something to do first."""

TOKENS = (120, 30)
"""Read and written by a text reply."""


class ScriptedChat(BaseChatModel):
    """Gives its replies one after the other, the last one for good. Knows no structured output."""

    replies: list[Any]
    seen: list[list[BaseMessage]]
    """What it was asked, each time."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> ChatResult:
        self.seen.append(messages)
        reply = self.replies[min(len(self.seen), len(self.replies)) - 1]
        if isinstance(reply, BaseException):
            raise reply
        if callable(reply):
            reply = reply()
        if isinstance(reply, dict):
            name = kwargs["tools"][0]["title"] if kwargs.get("tools") else "sentences"
            reply = AIMessage("", tool_calls=[{"name": name, "args": reply, "id": "1"}])
        if isinstance(reply, str):
            read, written = TOKENS
            usage = {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}
            reply = AIMessage(reply, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=reply)])

    @property
    def asked(self) -> list[str]:
        """What it was asked, each time, as one text."""
        return ["\n".join(str(message.content) for message in messages) for messages in self.seen]


class ScriptedTools(ScriptedChat):
    """The same, by a provider whose structured output is a tool call."""

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:  # noqa: ARG002
        return self.bind(tools=list(tools))


def scripted(*replies: Reply, tools: bool = False) -> ScriptedChat:
    """A model that gives these replies."""
    return (ScriptedTools if tools else ScriptedChat)(replies=list(replies), seen=[])


def written(*sentences: tuple[str, list[Any]]) -> str:
    """A reply in the form asked for."""
    return json.dumps({"sentences": [{"text": text, "quotes": quotes} for text, quotes in sentences]})


@dataclass
class Provider:
    """A server with an OpenAI-compatible address that answers as it was told to, the last thing for good."""

    url: str
    answers: list[tuple[int, dict[str, str], Any]]
    """Status, headers and body; a text as body becomes a chat completion."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the requests."""
    connections: int = 0


@contextmanager
def provider(*answers: tuple[int, dict[str, str], Any]) -> Iterator[Provider]:
    """Such a server on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            serving.connections += 1
            super().setup()

        def do_POST(self) -> None:
            serving.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            status, headers, body = serving.answers[min(len(serving.asked), len(serving.answers)) - 1]
            if isinstance(body, str):
                body = _completion(body)
            sent = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(sent)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = Provider(f"http://127.0.0.1:{server.server_port}/v1", list(answers))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _completion(text: str) -> dict[str, Any]:
    return {
        "id": "1", "object": "chat.completion", "created": 0, "model": "served",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": TOKENS[0], "completion_tokens": TOKENS[1], "total_tokens": sum(TOKENS)},
    }  # fmt: skip
