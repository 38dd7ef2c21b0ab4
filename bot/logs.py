"""Structured logs: one JSON object a line on stderr. Nobody's words are in them unless that is switched on."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_FIELDS = "verbatim_fields"


def event(log: logging.Logger, level: int, name: str, *, trace: BaseException | None = None, **fields: object) -> None:
    """Log an event with its fields; those that are None are left out."""
    known = {key: value for key, value in fields.items() if value is not None}
    log.log(level, name, extra={_FIELDS: known}, exc_info=trace)


class JsonLines(logging.Formatter):
    """`{"time", "level", "logger", "event", …fields, "trace"}` a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        body: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        body |= getattr(record, _FIELDS, {})
        if record.exc_info and record.exc_info[1] is not None:
            # Where it happened, without the message of the error: that may hold a person's words.
            error = record.exc_info[1]
            body["trace"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
            body.setdefault("error", type(error).__name__)
        return json.dumps(body, ensure_ascii=False, default=str)


def to_stderr(level: int = logging.INFO) -> None:
    """Send everything from `level` on to stderr as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
