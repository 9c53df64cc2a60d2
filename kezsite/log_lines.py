"""How events are logged: one line each, as text for people or as JSON for programs (`KEZ_LOG_FORMAT`).

Text has neither time nor colours, since the process manager adds the prefix. JSON has both time and process.
"""

import json
import logging
import os
from datetime import UTC, datetime
from typing import Any

# What every record has; anything else was given by `extra=`.
_OWN = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {"message", "asctime", "taskName"}
_MAX_FIELD = 500


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, process, event, and under `fields` what was given as `extra`.

    Of that only plain values: an object (a request, an exception) may hold what no log may hold.
    """

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "process": os.getpid(),
            "event": record.getMessage(),
        }
        if fields := _fields(record):
            line["fields"] = fields
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    given = {name: value for name, value in vars(record).items() if name not in _OWN}
    return {
        name: value[:_MAX_FIELD] if isinstance(value, str) else value
        for name, value in given.items()
        if isinstance(value, str | int | float | bool)
    }


def log_lines(kind: str) -> dict[str, Any]:
    """Settings for `logging`, of kind `text` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "{levelname:<7} {name}: {message}", "style": "{"},
            "json": {"()": "kezsite.log_lines.JsonLines"},
        },
        "filters": {
            # /v1/readyz answers 503 as long as something is missing and says what; that is no fault of the request.
            "not_unready": {
                "()": "django.utils.log.CallbackFilter",
                "callback": lambda record: getattr(record, "status_code", 0) != 503,
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": kind}},
        "loggers": {
            "django.request": {"filters": ["not_unready"]},
            "daphne": {"level": "WARNING"},  # not how it starts; requests are its access log's
        },
    }
