"""What went wrong with a provider, told from its error without importing its package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_SHOWN = 200
_SECRET = re.compile(r"[\w*+/=.-]{24,}")
_NAMED = {
    "ModelAuthenticationError": 401,
    "ModelPermissionDeniedError": 403,
    "ModelNotFoundError": 404,
    "ModelTimeoutError": 408,
    "ModelRateLimitError": 429,
    "ModelInvalidRequestError": 400,
}
"""LangChain's own errors, by name: where a provider's package raises them without a status."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no reply."""

    what: str
    remedy: str
    passing: bool
    """Whether it may be gone at the next try."""
    wait: float | None = None
    """Seconds after which the provider wants to be asked again, if it says so."""
    structure: bool = False
    """Whether asking without structured output may help."""


def failure(error: BaseException, now: datetime | None = None) -> Failure:
    """What an error of any provider's package means."""
    status, detail = _status(error), shown(error)
    if status in (401, 403):
        return Failure(f"the key is refused ({status}: {detail})", "Set the provider's key in the environment.", False)
    if status == 402 or (status == 429 and re.search(r"quota|billing|credit", str(error), re.IGNORECASE)):
        return Failure(f"the account is used up ({status}: {detail})", "See to the account at the provider.", False)
    if status == 429:
        remedy = "It passes by itself; if it comes often, have the provider raise the limit."
        return Failure(f"too many requests ({detail})", remedy, True, _wait(error, now))
    if status == 404:
        return Failure(f"there is no such model ({detail})", "Mend compose.model or compose.base_url.", False)
    if status is not None and status >= 500:
        remedy = "Look at the server's log if it is yours; else it passes by itself."
        return Failure(f"an error of the server ({status}: {detail})", remedy, True, _wait(error, now), structure=True)
    if status is not None and status >= 400 and status != 408:
        remedy = "See whether the model takes compose.temperature and compose.max_tokens, and so long a text."
        return Failure(f"the request is refused ({status}: {detail})", remedy, False, structure=True)
    if status == 408 or any(isinstance(one, TimeoutError) or "Timeout" in type(one).__name__ for one in _chain(error)):
        return Failure("no reply in time", "Raise compose.timeout_seconds, or name a faster model.", True)
    if any(
        isinstance(one, OSError) or re.search(r"Connect|Protocol|ReadError", type(one).__name__) for one in _chain(error)
    ):
        return Failure(f"no connection ({detail})", "See that the server is up, and compose.base_url.", True)
    if hasattr(error, "completion"):
        return Failure("it was cut off before its end", "Raise compose.max_tokens.", True, wait=0.0, structure=True)
    if isinstance(error, NotImplementedError):
        return Failure(f"something it cannot do ({detail})", "Name another model in compose.model.", False, structure=True)
    return Failure(
        f"an error ({detail})", "Mend what it names, or name another model in compose.model.", False, structure=True
    )


def shown(error: BaseException) -> str:
    """An error in one line, without what may be a key."""
    line = f"{type(error).__name__}: " + _SECRET.sub("…", " ".join(str(error).split()))
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _status(error: BaseException) -> int | None:
    """The HTTP status, where the packages of the providers keep it."""
    for one in _chain(error):
        response = getattr(one, "response", None)
        body = response.get("ResponseMetadata", {}) if isinstance(response, dict) else {}
        kept = [getattr(one, "status_code", None), getattr(response, "status_code", None), getattr(one, "code", None)]
        for value in [*kept, body.get("HTTPStatusCode")]:
            if isinstance(value, int) and 400 <= value < 600:
                return int(value)
    names = {kind.__name__ for one in _chain(error) for kind in type(one).__mro__}
    return next((status for name, status in _NAMED.items() if name in names), None)


def _wait(error: BaseException, now: datetime | None) -> float | None:
    """Seconds from the reply's Retry-After, which is a number or a date."""
    for one in _chain(error):
        headers: Any = getattr(getattr(one, "response", None), "headers", None)
        value = headers.get("retry-after") if hasattr(headers, "get") else None
        if value is None:
            continue
        try:
            return max(0.0, float(value))
        except ValueError:
            pass
        try:
            return max(0.0, (parsedate_to_datetime(str(value)) - (now or datetime.now(UTC))).total_seconds())
        except (ValueError, TypeError):
            return None
    return None
