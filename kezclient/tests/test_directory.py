"""Names and keys: what a lying, a silent and an honest registry lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from kezclient.directory import Directory
from kezclient.errors import BadAnswer, HandleUnknown, KeyChanged, SelfMessage, ServerUnreachable
from kezclient.registry_api import RegistryApi
from kezclient.sigchain_api import SigchainApi
from kezclient.tests.conftest import NewPeer
from kezclient.tests.loopback import Loopback
from kezclient.tests.lying import LyingServer
from kezclient.tests.people import NOW, Peer
from kezproto.chain_state import ChainState
from kezproto.sigchain import event_document, extend

AGE = timedelta(minutes=10)
LATER = NOW + timedelta(hours=1)


@dataclass
class Scene:
    server: LyingServer
    directory: Directory
    warnings: list[str]
    alice: Peer
    bob: Peer
    mallory: Peer


@pytest.fixture
def scene(new_peer: NewPeer, loopback: Loopback) -> Iterator[Scene]:
    alice, bob, mallory = (new_peer(name) for name in ("alice", "bob", "mallory"))
    server = LyingServer(loopback, {bob.handle: bob.primary, alice.handle: alice.primary})
    warnings: list[str] = []
    registry, sigchains = RegistryApi(loopback.url), SigchainApi()
    directory = Directory(alice.identity.profile, alice.store, registry, sigchains, warnings.append)
    yield Scene(server, directory, warnings, alice, bob, mallory)
    registry.close()
    sigchains.close()


def chain(peer: Peer, *names: str) -> ChainState:
    state = ChainState(peer.primary)
    for name in names:
        document = event_document(
            key=peer.key, head=state.head, op="future_op", body={"name": name}, created_at=NOW
        )
        state = extend(state, [document])
    return state


def test_first_contact_pins_and_is_then_not_asked_again(scene: Scene):
    assert scene.directory.for_sending("Bob", NOW, AGE).primary == scene.bob.primary
    asked = len(scene.server.loopback.requests)
    scene.directory.for_sending("@bob", NOW + timedelta(minutes=9), AGE)
    assert len(scene.server.loopback.requests) == asked
    scene.directory.for_sending("bob@kez.lat", LATER, AGE)
    assert len(scene.server.loopback.requests) > asked


def test_a_swapped_key_blocks_sending_until_it_is_taken_back(scene: Scene):
    scene.directory.for_sending("bob", NOW, AGE)
    scene.server.keys[scene.bob.handle] = scene.mallory.primary
    with pytest.raises(KeyChanged) as caught:
        scene.directory.for_sending("bob", LATER, AGE)
    assert caught.value.details["offered_key"] == str(scene.mallory.primary)
    # Also at once afterwards, and with the registry down.
    scene.server.down = True
    with pytest.raises(KeyChanged):
        scene.directory.for_sending("bob", LATER, AGE)
    scene.server.down = False
    scene.server.keys[scene.bob.handle] = scene.bob.primary
    assert scene.directory.for_sending("bob", LATER, AGE).offered is None


def test_a_silent_registry_stops_only_first_contacts(scene: Scene):
    scene.directory.for_sending("bob", NOW, AGE)
    scene.server.down = True
    assert scene.directory.for_sending("bob", LATER, AGE).primary == scene.bob.primary
    assert len(scene.warnings) == 1
    with pytest.raises(ServerUnreachable):
        scene.directory.for_sending("carol", NOW, AGE)


def test_nobody_and_oneself(scene: Scene):
    with pytest.raises(HandleUnknown):
        scene.directory.for_sending("carol", NOW, AGE)
    with pytest.raises(SelfMessage):
        scene.directory.for_sending("alice", NOW, AGE)


def test_a_rewritten_chain_is_warned_of_with_both_versions_kept(scene: Scene):
    scene.server.chains[scene.bob.primary] = chain(scene.bob, "a", "b")
    contact = scene.directory.for_sending("bob", NOW, AGE)
    for served in (chain(scene.bob, "a"), chain(scene.bob, "a", "x"), chain(scene.bob)):
        scene.server.chains[scene.bob.primary] = served
        scene.directory.watch_chain(contact, LATER)
    assert len(scene.warnings) == 3
    kept = scene.alice.store.chains.evidence()
    assert {evidence.kind for evidence in kept} == {"chain_rewritten"}
    assert [len(evidence.served["events"]) for evidence in kept] == [1, 2, 0]
    assert all(len(evidence.known["events"]) == 2 for evidence in kept)
    # The pin stays where it was: the honest chain is still accepted.
    scene.server.chains[scene.bob.primary] = chain(scene.bob, "a", "b", "c")
    scene.directory.watch_chain(contact, LATER)
    assert len(scene.warnings) == 3


def test_a_chain_whose_events_do_not_verify_is_warned_of(scene: Scene):
    state = chain(scene.bob, "a")
    scene.server.chains[scene.bob.primary] = ChainState(scene.bob.primary, chain(scene.mallory, "a").events)
    scene.directory.for_sending("bob", NOW, AGE)
    assert len(scene.warnings) == 1
    assert state.head is not None


@pytest.mark.parametrize(
    ("claimed_by", "pinned_before", "registry_says", "name"),
    [
        ("bob", False, "bob", "pinned"),
        ("mallory", False, "bob", "unverified"),
        ("mallory", False, "nobody", "unverified"),
        ("mallory", False, "down", "unchecked"),
        ("bob", True, "bob", "pinned"),
        ("bob", True, "mallory", "pinned"),
        ("bob", True, "nobody", "pinned"),
        ("bob", True, "down", "pinned"),
        ("mallory", True, "bob", "unverified"),
        ("mallory", True, "mallory", "unverified"),
        ("mallory", True, "nobody", "unverified"),
        ("mallory", True, "down", "unverified"),
    ],
)
def test_whether_a_sender_bears_its_name(
    scene: Scene, claimed_by: str, pinned_before: bool, registry_says: str, name: str
):
    keys = {"bob": scene.bob.primary, "mallory": scene.mallory.primary}
    if pinned_before:
        scene.directory.meet(scene.bob.handle, NOW)
    scene.server.down = registry_says == "down"
    if registry_says in keys:
        scene.server.keys[scene.bob.handle] = keys[registry_says]
    else:
        scene.server.keys.pop(scene.bob.handle)
    found = scene.directory.name_of(keys[claimed_by], scene.bob.handle, LATER, AGE)
    assert found == name
    contact = scene.alice.store.contacts.find(scene.bob.handle)
    if pinned_before:
        assert contact is not None
        assert contact.primary == scene.bob.primary
        assert (contact.offered == scene.mallory.primary) == (registry_says == "mallory")


def test_the_broker_of_the_own_entry_is_remembered(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("KEZ_CHAT_NATS_URL", raising=False)
    assert scene.directory.nats_urls(NOW, AGE) == ["nats://127.0.0.1:4222"]
    scene.server.down = True
    assert scene.directory.nats_urls(LATER, AGE) == ["nats://127.0.0.1:4222"]
    assert len(scene.warnings) == 1
    monkeypatch.setenv("KEZ_CHAT_NATS_URL", "nats://127.0.0.1:9")
    assert scene.directory.nats_urls(NOW, AGE) == ["nats://127.0.0.1:9"]


def test_another_key_under_the_own_handle_is_refused(scene: Scene):
    scene.server.keys[scene.alice.handle] = scene.mallory.primary
    with pytest.raises(BadAnswer, match="another key than yours"):
        scene.directory.nats_urls(NOW, AGE)
