"""docs/nats.md names every subject, code, variable and setting of the stream that the code has."""

import re
from collections.abc import Iterator

import pytest

from chatbridge.management.commands import ensure_streams, run_auth_callout, run_janitor
from chatbridge.reasons import Reason
from devstack.environment import ROOT
from natslink import errors

DOCS = (ROOT / "docs" / "nats.md").read_text()
CONF = (ROOT / "deploy" / "nats.conf").read_text() + (ROOT / "deploy" / "nats-tls.conf").read_text()
SUBJECT = re.compile(r'"((?:\$JS|\$SYS|KEZ\.API|_INBOX_|kez\.(?!chat\.|v2)|STREAM\.|CONSUMER\.)[^"{\s]*)')


def sources() -> Iterator[str]:
    for folder in ("natslink", "chatbridge", "files"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "tests" not in path.parts:
                yield path.read_text()
    yield (ROOT / "kezproto" / "subjects.py").read_text()
    yield CONF


def subjects() -> list[str]:
    """Every subject in the code, up to the first part that is filled in."""
    return sorted({match for text in sources() for match in SUBJECT.findall(text)})


def link_errors(kind: type[errors.LinkError] = errors.LinkError) -> Iterator[type[errors.LinkError]]:
    for child in kind.__subclasses__():
        yield child
        yield from link_errors(child)


@pytest.mark.parametrize("subject", subjects())
def test_every_subject_is_documented(subject: str) -> None:
    assert subject.rstrip(".") in DOCS


def test_the_search_finds_subjects() -> None:
    assert {"$SYS.REQ.USER.AUTH", "kez.inbox.*", "kez.callout.ping", "STREAM.PURGE."} <= set(subjects())


def test_the_refusal_table_is_the_codes_of_the_code() -> None:
    table = DOCS.partition("### Why a login was refused")[2].partition("## The stream of inboxes")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [reason.value for reason in Reason]


def test_the_error_table_is_the_codes_of_the_link() -> None:
    table = DOCS.partition("## Clients that stay connected")[2].partition("## Running a NATS")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == {kind.code for kind in link_errors()}


def test_every_variable_of_the_configuration_is_documented() -> None:
    table = DOCS.partition("## Running a NATS of your own")[2]
    for variable in set(re.findall(r"\$(KEZ_\w+)", CONF)):
        assert f"`{variable}`" in table


def test_every_command_is_documented() -> None:
    for module in (ensure_streams, run_auth_callout, run_janitor):
        assert f"manage.py {module.__name__.rpartition('.')[2]}" in DOCS
    for option in ("--accept-loss", "--once", "--frozen-after", "--make-streams"):
        assert option in DOCS
