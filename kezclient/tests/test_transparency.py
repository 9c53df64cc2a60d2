"""The public log of a server that lies, and of the real one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kezclient.errors import BadAnswer, ClientError, LogRewritten
from kezclient.registry_api import RegistryApi
from kezclient.store.store import Store
from kezclient.tests.loopback import Loopback, json_answer
from kezclient.tests.machine import Machine
from kezclient.tests.people import NOW
from kezclient.transparency import LogReading, read_log
from kezproto.chain_state import Head
from kezproto.keys import SigningKey
from kezproto.signed import sign
from kezproto.timestamps import format_timestamp
from kezproto.transparency import entry_hash, transparency_head_payload

SERVER = "kez.lat"
KEY, OTHER_KEY = SigningKey(b"\x05" * 32), SigningKey(b"\x06" * 32)


class Log:
    """A server's log, two entries a page, as its operators would like it to look."""

    def __init__(self, loopback: Loopback) -> None:
        self.entries: list[dict[str, Any]] = []
        self.key = KEY
        self.server = SERVER
        self.url = loopback.url
        self.signed: Head | None = None
        loopback.answer = lambda _method, path, _body: json_answer(
            self.page(int(path.partition("since=")[2]))
        )

    def add(self, *handles: str, action: str = "suspended") -> None:
        for handle in handles:
            self.entries.append(
                {
                    "seq": len(self.entries) + 1,
                    "at": format_timestamp(NOW),
                    "action": action,
                    "handle": handle,
                    "count": 1,
                    "prev": entry_hash(self.entries[-1]) if self.entries else None,
                }
            )

    def page(self, since: int) -> dict[str, Any]:
        end = Head(len(self.entries), entry_hash(self.entries[-1])) if self.entries else None
        payload = transparency_head_payload(
            server=self.server, key=self.key.primary, head=self.signed or end, created_at=NOW
        )
        rest = self.entries[since:]
        head = sign("transparency_head", payload, self.key)
        return {"head": head, "entries": rest[:2], "more": len(rest) > 2}


@pytest.fixture
def log(loopback: Loopback) -> Log:
    log = Log(loopback)
    log.add("mallory", "trudy", "eve")
    return log


@pytest.fixture
def registry(log: Log) -> Iterator[RegistryApi]:
    api = RegistryApi(log.url)
    yield api
    api.close()


@pytest.fixture
def look(registry: RegistryApi, store: Store):
    def read(*, from_start: bool = False) -> LogReading:
        return read_log(registry, store, server=SERVER, from_start=from_start, now=NOW)

    return read


def test_only_what_is_new_is_read(look, log: Log, loopback: Loopback):
    first = look()
    assert [entry["handle"] for entry in first.entries] == ["mallory", "trudy", "eve"]
    assert (first.seen, first.head.head.seq) == (None, 3)
    assert look().entries == []
    log.add("oscar", "sybil", "craig")
    loopback.requests.clear()
    later = look()
    assert [entry["handle"] for entry in later.entries] == ["oscar", "sybil", "craig"]
    assert (later.seen.seq, later.head.head.seq) == (3, 6)
    assert loopback.requests == ["GET /v1/transparency?since=3", "GET /v1/transparency?since=5"]
    assert len(look(from_start=True).entries) == 6


def test_an_empty_log(look, log: Log):
    log.entries.clear()
    assert look().head.head is None
    log.add("mallory")
    assert look().head.head.seq == 1


def rewrite(log: Log) -> None:
    """Trudy was never suspended, say they now."""
    log.entries.clear()
    log.add("mallory", "wendy", "eve")


def shorten(log: Log) -> None:
    del log.entries[1:]


def rewrite_and_go_on(log: Log) -> None:
    rewrite(log)
    log.add("oscar")


def empty(log: Log) -> None:
    log.entries.clear()


def sign_with_another_key(log: Log) -> None:
    log.key = OTHER_KEY


@pytest.mark.parametrize("from_start", [False, True])
@pytest.mark.parametrize("lie", [rewrite, shorten, rewrite_and_go_on, empty, sign_with_another_key])
def test_a_log_that_contradicts_what_was_seen(look, log: Log, store: Store, lie, from_start: bool):
    look()
    lie(log)
    with pytest.raises(LogRewritten):
        look(from_start=from_start)
    (evidence,) = store.chains.evidence()
    assert evidence.kind == "transparency"
    assert evidence.known["payload"]["seq"] == 3
    assert evidence.served["kez"] == "transparency_head"
    # It is not forgotten by looking again.
    with pytest.raises(LogRewritten):
        look(from_start=from_start)


@pytest.mark.parametrize(
    "change", ["broken", "no_end", "other_server", "not_signed", "nonsense", "wrong_head"]
)
def test_a_log_that_is_none(look, log: Log, loopback: Loopback, change: str):
    if change == "broken":
        del log.entries[1]
    elif change == "no_end":
        page = log.page(0)
        loopback.answer = lambda *_: json_answer({**page, "entries": [], "more": True})
    elif change == "other_server":
        log.server = "other.example"
    elif change == "not_signed":
        page = log.page(0)
        page["head"]["signature"]["sig"] = "00" * 64
        loopback.answer = lambda *_: json_answer(page)
    elif change == "nonsense":
        loopback.answer = lambda *_: json_answer({"entries": 7})
    else:
        log.signed = Head(3, "sha256:" + "00" * 32)
    with pytest.raises(BadAnswer):
        look()


def test_nothing_bad_is_pinned(look, log: Log):
    log.signed = Head(3, "sha256:" + "00" * 32)
    with pytest.raises(ClientError):
        look()
    log.signed = None
    assert look().seen is None


def test_against_the_real_server(alice: Machine, bob: Machine, stack: Any):
    before = alice.look("transparency")
    assert before["seen_before"] is None
    stack.manage("kez", "suspend", bob.handle, "--reason", "Nobody's business.")
    shown = alice.run("transparency").stdout
    assert f"{bob.handle}: suspended" in shown
    assert "Nobody" not in shown
    stack.manage("kez", "reinstate", bob.handle, "--reason", "A mistake.")
    after = alice.look("transparency")
    assert [entry["action"] for entry in after["new"] if entry["handle"] == bob.handle] == ["reinstated"]
    assert after["key"] == before["key"]
    assert json.dumps(after).count(bob.handle) == 1
