"""How events are logged: one line each, without colours, since the process manager adds the prefix."""

from typing import Any

ONE_LINE_AN_EVENT: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname:<7} {name}: {message}", "style": "{"}},
    "filters": {
        # /v1/readyz answers 503 as long as something is missing and says what; that is no fault of the request.
        "not_unready": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", 0) != 503,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django.request": {"filters": ["not_unready"]},
        "daphne": {"level": "WARNING"},  # not how it starts; requests are its access log's
    },
}
