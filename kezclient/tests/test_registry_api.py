"""The registry's answers are checked before anything is made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kezclient.errors import BadAnswer, HandleUnknown, ServerRefused
from kezclient.registry_api import RegistryApi
from kezclient.sigchain_api import SigchainApi
from kezclient.tests.loopback import Loopback, json_answer, problem
from kezclient.tests.lying import LyingServer, chain_document
from kezclient.tests.people import NOW
from kezproto.chain_state import ChainState
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.sigchain import event_document, extend

BOB, MALLORY = (SigningKey(bytes([number]) * 32) for number in (2, 3))
HANDLE = Handle("bob", "kez.lat")


@pytest.fixture
def server(loopback: Loopback) -> LyingServer:
    return LyingServer(loopback, {HANDLE: BOB.primary})


@pytest.fixture
def registry(loopback: Loopback) -> Iterator[RegistryApi]:
    api = RegistryApi(loopback.url)
    yield api
    api.close()


def test_an_entry(server: LyingServer, registry: RegistryApi):
    entry = registry.look_up(HANDLE)
    assert (entry.primary, entry.registered_at) == (BOB.primary, NOW)
    assert entry.nats_urls == ("nats://127.0.0.1:4222",)
    assert entry.sigchain_url == f"{server.url}/v1/sigchains/ed25519/{BOB.primary.hex}"


@pytest.mark.parametrize(
    "change",
    [
        {"fqhn": "alice@kez.lat"},
        {"primary": "ed25519:" + "0" * 64},
        {"primary": None},
        {"primary": str(MALLORY.primary)},
        {"sigchain_url": "file:///etc/passwd"},
        {"sigchain_url": "https://kez.lat/v1/sigchains/ed25519/" + MALLORY.primary.hex},
        {"registered_at": "yesterday"},
        {"endpoints": [{"protocol": "nats", "url": "nats://x", "inbox": "kez.inbox." + "0" * 64}]},
        {"endpoints": [{"protocol": "nats"}]},
    ],
)
def test_entries_that_do_not_fit_together_are_refused(
    server: LyingServer, registry: RegistryApi, loopback: Loopback, change: dict[str, Any]
):
    document = {**server.entry(HANDLE, BOB.primary), **change}
    loopback.answer = lambda *_: json_answer(document)
    with pytest.raises(BadAnswer):
        registry.look_up(HANDLE)


def test_a_missing_member_is_refused(server: LyingServer, registry: RegistryApi, loopback: Loopback):
    document = server.entry(HANDLE, BOB.primary)
    for name in ("fqhn", "primary", "sigchain_url", "registered_at", "endpoints"):
        without = {key: value for key, value in document.items() if key != name}
        loopback.answer = lambda *_, without=without: json_answer(without)
        with pytest.raises(BadAnswer):
            registry.look_up(HANDLE)


def test_unknown_handles_and_other_refusals(registry: RegistryApi, loopback: Loopback):
    with pytest.raises(HandleUnknown):
        registry.look_up(HANDLE)
    loopback.answer = lambda *_: problem(429, "throttled", "Slow down.")
    with pytest.raises(ServerRefused):
        registry.look_up(HANDLE)


def test_a_confirmation_for_another_key_is_refused(server: LyingServer, registry: RegistryApi):
    server.loopback.answer = lambda *_: json_answer(server.entry(HANDLE, MALLORY.primary))
    with pytest.raises(BadAnswer, match="another key"):
        registry.register(HANDLE, BOB, now=NOW)


@pytest.mark.parametrize(
    "document", [{}, {"server": "KEZ"}, {"server": "kez.lat"}, {"server": 1, "version": "1"}]
)
def test_a_status_that_is_none(registry: RegistryApi, loopback: Loopback, document: dict[str, Any]):
    loopback.answer = lambda *_: json_answer(document)
    with pytest.raises(BadAnswer):
        registry.status()


def test_a_challenge_that_cannot_be_signed(registry: RegistryApi, loopback: Loopback):
    loopback.answer = lambda *_: json_answer({"challenge": "sign this cheque"})
    with pytest.raises(BadAnswer):
        registry.broker_refusal(HANDLE, BOB, now=NOW)
    assert loopback.requests == ["POST /v1/challenges"]


def chain(*names: str) -> ChainState:
    state = ChainState(BOB.primary)
    for name in names:
        document = event_document(
            key=BOB, head=state.head, op="future_op", body={"name": name}, created_at=NOW
        )
        state = extend(state, [document])
    return state


BENT: list[Callable[[dict[str, Any]], Any]] = [
    lambda document: document.update(primary=str(MALLORY.primary)),
    lambda document: document.update(head=None),
    lambda document: document.update(head={"seq": 1, "hash": document["head"]["hash"]}),
    lambda document: document["events"].pop(),
    lambda document: document["events"].reverse(),
    lambda document: document["events"][0]["payload"]["body"].update(name="b"),
    lambda document: document.update(events={}),
    lambda document: document.pop("events"),
    lambda document: document["events"].append(None),
]


@pytest.mark.parametrize("bend", BENT)
def test_chains_are_replayed_and_not_believed(loopback: Loopback, bend: Callable[[dict[str, Any]], Any]):
    sigchains = SigchainApi()
    document = chain_document(chain("a", "b"))
    loopback.answer = lambda *_: json_answer(document)
    assert sigchains.fetch(loopback.url, BOB.primary) == chain("a", "b")
    bend(document)
    with pytest.raises(BadAnswer):
        sigchains.fetch(loopback.url, BOB.primary)
    sigchains.close()
