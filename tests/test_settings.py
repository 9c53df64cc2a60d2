"""Settings fail closed, and none is undocumented."""

import os
import re
import subprocess
import sys

import pytest

from devstack.environment import ROOT

NAME = re.compile(r'"((?:KEZ_[A-Z_]+|NATS_URL|REDIS_URL|DATABASE_URL|SIGCHAIN_DATABASE_URL))"')
READERS = (
    "settings.py",
    "files_settings.py",
    "nats_settings.py",
    "operations_settings.py",
    "static_settings.py",
    "sigchain_settings.py",
)


def read_by_settings() -> set[str]:
    return {name for file in READERS for name in NAME.findall((ROOT / "kezsite" / file).read_text())}


def documented() -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))


def test_every_setting_is_documented_and_every_documented_one_exists():
    assert read_by_settings() == documented()


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "kezsite.settings"}
    for name, value in changes.items():
        if value is None:
            environment.pop(name, None)
        else:
            environment[name] = value
    return subprocess.run(
        [sys.executable, "manage.py", "diffsettings", "--output", "unified"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_environment_of_this_test_run_is_complete():
    done = start()
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"KEZ_SECRET_KEY": None, "KEZ_SECRET_KEY_FILE": None}, "KEZ_SECRET_KEY is missing"),
        ({"KEZ_SECRET_KEY": "short", "KEZ_SECRET_KEY_FILE": None}, "shorter than 32 characters"),
        ({"KEZ_TRANSPORT": "carrier-pigeon"}, "this server speaks nats only"),
        ({"KEZ_TRANSPORT": ""}, "this server speaks nats only"),
        ({"KEZ_LOG_FORMAT": "xml"}, "write one of text, json"),
        ({"KEZ_CHAT_BIND": "6969"}, "write host:port"),
        ({"KEZ_CHAT_BIND": "localhost:99999"}, "write host:port"),
        ({"KEZ_CHAT_PUBLIC_URL": "kez.lat"}, "it starts with http:// or https://"),
        ({"KEZ_STATIC_ROOT": "staticfiles"}, "must be a whole path"),
        ({"NATS_URL": "nats://a:4222,b:4222"}, "'b:4222' is not the address of a broker"),
        ({"KEZ_NATS_REPLICAS": "2"}, "more than half of the copies must agree"),
        ({"KEZ_METRICS_ALLOW": "everyone"}, "comma-separated list of networks"),
        ({"KEZ_REGISTRATION": "friends"}, "write one of open, invite, approval, closed"),
        ({"KEZ_REGISTRATION_OPEN": "false"}, "KEZ_REGISTRATION=closed"),
        ({"KEZ_REGISTRATION_WORK_BITS": "99"}, "between 1 and 30"),
        ({"KEZ_ALERT_MAIL": "olga@example.org"}, "KEZ_MAIL_URL names no mail server"),
        (
            {"KEZ_OPERATOR_SECOND_FACTOR": "false", "KEZ_CHAT_PUBLIC_URL": "https://kez.lat"},
            "its operators need a second factor",
        ),
    ],
)
def test_an_unsafe_or_unknown_value_stops_the_start_with_a_sentence(changes, sentence):
    done = start(**changes)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
