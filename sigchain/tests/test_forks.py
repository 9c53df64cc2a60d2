"""What a client sees when the service, or who stands before it, shows it another chain than before."""

from copy import deepcopy
from typing import Any

import pytest

from kezproto.errors import ChainBadSignature, ChainError, ForeignKey, PinMismatch, WrongPrev, WrongSeq
from kezproto.sigchain import Head, check_pin, replay
from sigchain.tests.cast import ALICE, BOB, head_of, make_event
from sigchain.tests.service import Sigchain

Events = list[dict[str, Any]]


def reworded(events: Events) -> Events:
    changed = deepcopy(events)
    changed[1]["payload"]["body"]["url"] = "https://mallory.example/"
    return changed


@pytest.mark.parametrize(
    ("spoil", "error", "index"),
    [
        (lambda events: events[1:], WrongSeq, 0),
        (lambda events: [events[0], *events[2:]], WrongSeq, 1),
        (lambda events: [events[1], events[0], *events[2:]], WrongSeq, 0),
        (lambda events: [*events, events[-1]], WrongSeq, 4),
        (
            lambda events: [events[0], make_event(ALICE, Head(1, "sha256:" + "ab" * 32)), *events[2:]],
            WrongPrev,
            1,
        ),
        (lambda events: [make_event(ALICE, host="fork.example"), *events[1:]], WrongPrev, 1),
        (lambda events: [make_event(BOB), *events[1:]], ForeignKey, 0),
        (reworded, ChainBadSignature, 1),
    ],
    ids=[
        "cut at the start",
        "hole",
        "reordered",
        "repeated",
        "fork",
        "other first event",
        "foreign",
        "reworded",
    ],
)
def test_a_spoiled_answer_does_not_replay(
    sigchain: Sigchain, spoil: Any, error: type[ChainError], index: int
) -> None:
    sigchain.fill(ALICE, 4)
    with pytest.raises(error) as caught:
        replay(ALICE.primary, spoil(sigchain.served(ALICE)["events"]))
    assert caught.value.index == index


def test_a_chain_cut_at_its_end_replays_but_not_over_a_pin(sigchain: Sigchain) -> None:
    sigchain.fill(ALICE, 3)
    answer = sigchain.served(ALICE)
    pin = Head(**answer["head"])
    withheld = replay(ALICE.primary, answer["events"][:2])
    with pytest.raises(PinMismatch):
        check_pin(pin, withheld)


def test_a_forked_chain_replays_but_not_over_a_pin(sigchain: Sigchain) -> None:
    chain = sigchain.fill(ALICE, 2)
    pin = Head(**sigchain.served(ALICE)["head"])
    fork = [chain[0], make_event(ALICE, chain[0], host="fork.example")]
    with pytest.raises(PinMismatch):
        check_pin(pin, replay(ALICE.primary, fork))


def test_a_longer_chain_keeps_the_pin(sigchain: Sigchain) -> None:
    chain = sigchain.fill(ALICE, 2)
    pin = Head(**sigchain.served(ALICE)["head"])
    later = [make_event(ALICE, chain[-1])]
    later.append(make_event(ALICE, later[0]))
    for document in later:
        sigchain.post(ALICE, document)
    state = replay(ALICE.primary, sigchain.served(ALICE)["events"])
    check_pin(pin, state)
    assert state.head == head_of(later[-1])


def test_the_service_never_changes_an_event_that_it_showed(sigchain: Sigchain) -> None:
    sigchain.fill(ALICE, 3)
    before = sigchain.get(ALICE, "?since=1").content
    events = sigchain.served(ALICE)["events"]
    for fork in (make_event(ALICE, events[0], host="fork.example"), make_event(ALICE, host="fork.example")):
        assert sigchain.post(ALICE, fork).status_code == 409
    assert sigchain.get(ALICE, "?since=1").content == before
