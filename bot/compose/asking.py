"""One call of a chat model, with structured output or without. LangChain's types stay in this file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.compose.prompt import Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    Chat = BaseChatModel


@dataclass(frozen=True, slots=True)
class Form:
    """What a model is asked for."""

    messages: list[Message]
    """Which spell out the form of the reply too: some providers promise structure and only give some JSON."""
    schema: dict[str, Any]
    """The form, as a JSON schema."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model gave back."""

    body: Any
    """A dict where the provider gave the structure asked for, else the text."""
    tokens: tuple[int, int]
    """Read and written; zeros where the provider does not say."""
    cut_off: str = ""
    """What to add to a complaint if the reply ended because it was too long."""


def invoke(chat: Chat, form: Form, structured: bool, complaint: str) -> Reply:
    """Ask once. Raises what the provider's package raises.

    Args:
        chat: the model.
        form: what to ask for.
        structured: have the provider see to the form; else only the words of the prompt do.
        complaint: what was wrong with the reply before, or empty.

    """
    from langsmith import tracing_context

    messages: list[Any] = list(form.messages)
    if complaint:
        messages.append(("user", f"Your last reply was of no use: it {complaint}. Reply once more, in the form asked for."))
    # A variable that is set for another program must not send people's questions to a third party.
    with tracing_context(enabled=False):
        if not structured:
            return _read(chat.invoke(messages), None)
        both = chat.with_structured_output(form.schema, include_raw=True).invoke(messages)
    assert isinstance(both, dict)
    return _read(both["raw"], both["parsed"])


def _read(message: Any, parsed: Any) -> Reply:
    body = parsed if isinstance(parsed, dict) and parsed else None
    for call in getattr(message, "tool_calls", None) or ():
        body = body or call.get("args")
    counted = getattr(message, "usage_metadata", None) or {}
    ended = (getattr(message, "response_metadata", None) or {}).get("finish_reason")
    return Reply(
        body or str(getattr(message, "text", message)),
        (int(counted.get("input_tokens") or 0), int(counted.get("output_tokens") or 0)),
        " (it was cut off at compose.max_tokens)" if ended in ("length", "max_tokens") else "",
    )
