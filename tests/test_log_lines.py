"""Events as JSON lines: every line is one object, and nothing gets into it that text would not have shown."""

import json
import logging
import os
import subprocess
import sys

import pytest

from devstack.environment import ROOT
from kezsite.log_lines import JsonLines, log_lines

SECRET = "word word word"


def line_of(**more: object) -> dict[str, object]:
    record = logging.LogRecord(
        "chatbridge.janitor", logging.WARNING, "x.py", 1, "Purged %d of %s", (3, "é\n"), None
    )
    vars(record).update(more)
    text = JsonLines().format(record)
    assert "\n" not in text
    return dict(json.loads(text))


def test_what_a_line_holds():
    line = line_of()
    assert {name: line[name] for name in ("level", "logger", "event", "process")} == {
        "level": "WARNING",
        "logger": "chatbridge.janitor",
        "event": "Purged 3 of é\n",
        "process": os.getpid(),
    }
    assert str(line["time"]).endswith("Z")
    assert "T" in str(line["time"])
    assert set(line) == {"time", "level", "logger", "process", "event"}


def test_plain_fields_are_told_and_objects_are_not():
    request = type("Request", (), {"__str__": lambda self: SECRET})()
    line = line_of(status_code=503, request=request, body={"phrase": SECRET}, note="x" * 10_000)
    assert line["fields"] == {"status_code": 503, "note": "x" * 500}
    assert SECRET not in json.dumps(line)


def test_an_exception_is_one_field():
    try:
        raise ValueError("too late")
    except ValueError:
        line = line_of(exc_info=sys.exc_info())
    assert str(line["exception"]).endswith("ValueError: too late")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_process_logs_so(kind):
    code = "import logging, django; django.setup(); logging.getLogger('files').warning('Tidied: %d', 2)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "kezsite.settings", "KEZ_LOG_FORMAT": kind},
        capture_output=True,
        text=True,
        timeout=60,
    )
    line = done.stderr.strip()
    assert line == "WARNING files: Tidied: 2" if kind == "text" else json.loads(line)["event"] == "Tidied: 2"


def test_no_line_of_settings_differs_otherwise():
    text, json_ = log_lines("text"), log_lines("json")
    assert text["handlers"].pop("console") != json_["handlers"].pop("console")
    assert {**text, "filters": 0} == {**json_, "filters": 0}
