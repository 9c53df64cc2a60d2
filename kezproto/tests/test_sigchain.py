"""Replay of sigchains, against the vectors and step by step."""

from datetime import timedelta

import pytest

from kezproto.chain_operations import (
    Claim,
    Endpoint,
    SharedFiles,
    claim_body,
    endpoint_body,
    shared_files_body,
)
from kezproto.errors import (
    ChainError,
    ChainMalformed,
    Malformed,
    PinMismatch,
    ProtocolError,
    TimeBackwards,
    WrongPrev,
    WrongSeq,
)
from kezproto.keys import Primary
from kezproto.sigchain import (
    ChainState,
    Head,
    check_next,
    check_pin,
    event_document,
    extend,
    replay,
    verify_event,
)
from kezproto.tests.cast import ALICE, NOW
from kezproto.tests.vectors import load, params

VECTORS = load("sigchains.json")
CHAIN = VECTORS["chain"]
PRIMARY = Primary.parse(CHAIN["primary"])


def test_replay_gives_the_state():
    state = replay(PRIMARY, CHAIN["events"])
    assert [event.hash for event in state.events] == CHAIN["hashes"]
    assert state.head == Head(**CHAIN["head"])
    assert [endpoint_body(endpoint) for endpoint in state.endpoints] == CHAIN["endpoints"]
    assert [claim_body(claim) for claim in state.claims] == CHAIN["claims"]
    assert state.shared_files == SharedFiles(**CHAIN["shared_files"])
    assert [event.document for event in state.events] == CHAIN["events"]


def test_replay_in_two_parts_is_the_same():
    whole = replay(PRIMARY, CHAIN["events"])
    for cut in range(len(CHAIN["events"]) + 1):
        assert extend(replay(PRIMARY, CHAIN["events"][:cut]), CHAIN["events"][cut:]) == whole


@pytest.mark.parametrize("case", params(VECTORS["refused_events"]))
def test_refused_event(case):
    with pytest.raises(ProtocolError) as caught:
        verify_event(case["document"])
    assert caught.value.code == case["error"]
    with pytest.raises(ChainError) as in_chain:
        replay(ALICE.primary, [case["document"]])
    assert in_chain.value.index == 0


@pytest.mark.parametrize("case", params(VECTORS["refused_chains"]))
def test_refused_chain(case):
    with pytest.raises(ChainError) as caught:
        replay(Primary.parse(case["primary"]), case["events"])
    assert (caught.value.code, caught.value.index) == (case["error"], case["index"])


def test_an_empty_chain():
    state = replay(ALICE.primary, [])
    assert (state.head, state.head_time, state.endpoints, state.claims, state.shared_files) == (
        None,
        None,
        (),
        (),
        None,
    )
    check_pin(None, state)


def test_a_faulty_event_names_its_cause():
    with pytest.raises(ChainMalformed) as caught:
        replay(ALICE.primary, [b"{"])
    assert isinstance(caught.value.__cause__, Malformed)


def event(head=None, *, op="rotate_moon", body=None, moment=NOW):
    return verify_event(event_document(key=ALICE, head=head, op=op, body=body or {}, created_at=moment))


def test_check_next_step_by_step():
    first = event()
    check_next(None, None, first)
    head = Head(1, first.hash)
    check_next(head, NOW, event(head))
    check_next(head, NOW, event(head, moment=NOW - timedelta(seconds=300)))
    with pytest.raises(TimeBackwards) as caught:
        check_next(head, NOW, event(head, moment=NOW - timedelta(seconds=301)))
    assert caught.value.index is None
    with pytest.raises(WrongSeq):
        check_next(head, NOW, first)
    with pytest.raises(WrongSeq):
        check_next(None, None, event(head))
    with pytest.raises(WrongPrev):
        check_next(Head(1, "sha256:" + "0" * 64), NOW, event(head))


def test_event_document_refuses_a_bad_body():
    with pytest.raises(Malformed):
        event(op="add_endpoint", body={"protocol": "nats"})


def test_removing_what_was_never_there_changes_nothing():
    state = replay(ALICE.primary, [])
    https = Endpoint("https", url="https://a.example")
    claim = Claim("web", "a.example", "https://a.example/kez")
    for op, body in [("remove_endpoint", endpoint_body(https)), ("revoke_claim", claim_body(claim))]:
        state = extend(state, [event(state.head, op=op, body=body).document])
    assert (state.endpoints, state.claims, len(state.events)) == ((), (), 2)


def test_shared_files_are_replaced():
    state = ChainState(ALICE.primary)
    for size in (1, 2):
        body = shared_files_body(SharedFiles("blake3:" + f"{size}" * 64, size))
        state = extend(state, [event(state.head, op="set_shared_files", body=body).document])
    assert state.shared_files == SharedFiles("blake3:" + "2" * 64, 2)


def test_pins():
    state = replay(PRIMARY, CHAIN["events"])
    for seen in state.events:
        check_pin(Head(seen.seq, seen.hash), state)
    shorter = replay(PRIMARY, CHAIN["events"][:3])
    with pytest.raises(PinMismatch):
        check_pin(state.head, shorter)
    with pytest.raises(PinMismatch):
        check_pin(state.head, ChainState(PRIMARY))
    with pytest.raises(PinMismatch):
        check_pin(Head(2, state.events[0].hash), state)
    with pytest.raises(PinMismatch):
        check_pin(Head(0, state.events[-1].hash), state)
