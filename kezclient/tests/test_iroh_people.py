"""Whose node it is: by the primary, by the sigchain, asked for again when it may be old; a stranger costs little."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from kezclient import clock
from kezclient.iroh.people import ASK_EVERY, MOST_ASKED, KnownChain, People
from kezclient.tests.iroh_peers import BOB, MALLORY
from kezclient.tests.people import NOW
from kezproto.chain_operations import ADD_ENDPOINT, REMOVE_ENDPOINT, Endpoint, endpoint_body
from kezproto.chain_state import ChainState
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.sigchain import event_document, replay

LAPTOP = SigningKey(bytes([9]) * 32).primary
HANDLES = {BOB.primary: Handle("bob", "kez.lat"), MALLORY.primary: Handle("mallory", "kez.lat")}


def chain(key: SigningKey, *operations: str, node: Primary = LAPTOP) -> ChainState:
    events: list[Mapping[str, Any]] = []
    for operation in operations:
        head = replay(key.primary, events).head
        body = endpoint_body(Endpoint(protocol="iroh", node_id=node.hex))
        events.append(event_document(key=key, head=head, op=operation, body=body, created_at=NOW))
    return replay(key.primary, events)


class World:
    """`served` is what the sigchain service has; a refresh brings it here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOW
        self.known: dict[Primary, KnownChain] = {}
        self.served: dict[Primary, ChainState] = {}
        self.asked: list[list[str]] = []
        monkeypatch.setattr(clock, "now", lambda: self.now)
        self.people = People(lambda: HANDLES, self.known.get, self.refresh, timedelta(minutes=10))

    def refresh(self, handles: list[Handle]) -> None:
        self.asked.append([handle.local for handle in handles])
        for primary, state in self.served.items():
            if HANDLES[primary] in handles:
                self.known[primary] = KnownChain(state, self.now)

    def later(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


async def test_a_primary_is_its_person_whatever_others_say(world: World):
    world.known[MALLORY.primary] = KnownChain(chain(MALLORY, ADD_ENDPOINT, node=BOB.primary), NOW)
    assert await world.people.who(BOB.primary) == {BOB.primary}
    assert world.asked == []


async def test_a_further_device_is_found_on_the_chain(world: World):
    world.served[BOB.primary] = chain(BOB, ADD_ENDPOINT)
    assert await world.people.who(LAPTOP) == {BOB.primary}
    assert world.asked == [["bob", "mallory"]]
    assert await world.people.who(LAPTOP) == {BOB.primary}
    assert len(world.asked) == 1


async def test_a_stranger_makes_us_ask_once_in_a_while(world: World):
    for _ in range(5):
        assert await world.people.who(LAPTOP) == frozenset()
    assert len(world.asked) == 1
    world.later(seconds=ASK_EVERY.total_seconds())
    await world.people.who(LAPTOP)
    assert len(world.asked) == 2


async def test_a_device_that_was_taken_off_the_chain_is_nobodys_soon(world: World):
    world.known[BOB.primary] = KnownChain(chain(BOB, ADD_ENDPOINT), NOW)
    world.served[BOB.primary] = chain(BOB, ADD_ENDPOINT, REMOVE_ENDPOINT)
    assert await world.people.who(LAPTOP) == {BOB.primary}
    world.later(minutes=11)
    assert await world.people.who(LAPTOP) == frozenset()


async def test_with_nobody_to_ask_the_pinned_chain_counts(world: World):
    world.known[BOB.primary] = KnownChain(chain(BOB, ADD_ENDPOINT), NOW)
    world.later(days=3)
    assert await world.people.who(LAPTOP) == {BOB.primary}


async def test_whoever_names_a_node_of_somebody_else_takes_nothing_away(world: World):
    for key in (BOB, MALLORY):
        world.known[key.primary] = KnownChain(chain(key, ADD_ENDPOINT), NOW)
    assert await world.people.who(LAPTOP) == {BOB.primary, MALLORY.primary}


async def test_of_many_persons_some_are_asked_at_a_time(world: World):
    many = {SigningKey(bytes([100 + n]) * 32).primary: Handle(f"many{n}", "kez.lat") for n in range(30)}
    world.people.persons = lambda: many
    await world.people.who(LAPTOP)
    await world.people.who(LAPTOP)
    assert [len(each) for each in world.asked] == [MOST_ASKED, 10]
    assert len({name for each in world.asked for name in each}) == 30
