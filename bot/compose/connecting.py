"""The chat model that the settings name, through LangChain's `init_chat_model`; imported when it is first needed."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from bot.compose.failures import shown
from bot.settings import ComposeSettings
from retrieval.errors import WritingError

if TYPE_CHECKING:
    from bot.compose.asking import Chat

_HOW = "Write compose.model as provider:name, as in openai:gpt-5-mini; docs/compose.md lists what each needs."


def connect(settings: ComposeSettings) -> Chat:
    """The model, not yet spoken to.

    Raises:
        WritingError: a package is missing, or there is no such provider, or no key; it says what to do.

    """
    try:
        from langchain.chat_models import init_chat_model
    except ImportError:
        raise WritingError(
            "compose.model is set, and LangChain is not installed", "Install it: pip install 'verbatim-quotes[compose]'"
        ) from None
    given = options(settings)
    # Some providers' classes know nothing of timeouts and retries, and refuse them; calls have an end without them too.
    for left_out in ((), ("timeout", "max_retries")):
        try:
            chat: Chat = init_chat_model(settings.model, **{k: v for k, v in given.items() if k not in left_out})
            return chat
        except ImportError as error:
            found = re.search(r"pip install ([\w.-]+)", str(error))
            package = found[1] if found else "the package that it names"
            raise WritingError(
                f"compose.model = {settings.model!r} needs a package that is not installed ({shown(error)})",
                f"Install it: pip install {package}",
            ) from None
        except (ValueError, TypeError) as error:
            refused = error
        except Exception as error:
            raise WritingError(
                f"compose.model = {settings.model!r} cannot be used ({shown(error)})",
                "Set the provider's key in the environment.",
            ) from None
    raise WritingError(f"compose.model = {settings.model!r} cannot be used ({shown(refused)})", _HOW)


def options(settings: ComposeSettings) -> dict[str, Any]:
    """What `init_chat_model` is given besides the model's name.

    Retries are left to this project, which knows how much time there is for all of them.
    """
    provider, named, _ = settings.model.partition(":")
    if provider == "ollama":
        given: dict[str, Any] = {
            "temperature": settings.temperature,
            "num_predict": settings.max_tokens,
            "client_kwargs": {"timeout": settings.timeout_seconds},
        }
        return given | ({"base_url": settings.base_url} if settings.base_url else {})
    given = {
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "timeout": settings.timeout_seconds,
        "max_retries": 0,
    }
    if not settings.base_url:
        return given
    given["base_url"] = settings.base_url
    if not named:
        given["model_provider"] = provider = "openai"
    if provider == "openai":
        # LangChain writes max_completion_tokens, which most servers of other makers pass over.
        given["extra_body"] = {"max_tokens": settings.max_tokens}
        if not os.environ.get("OPENAI_API_KEY"):
            given["api_key"] = "none"
    return given
