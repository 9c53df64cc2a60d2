"""Signals against their vectors, sealed and plain."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st

from kezproto.canonical import canonical_bytes
from kezproto.envelope import open_message, seal
from kezproto.errors import ProtocolError, Stale, WrongTag
from kezproto.keys import Primary, SigningKey
from kezproto.padding import OVERHEAD_BYTES
from kezproto.payloads import SIGNAL
from kezproto.signals import open_signal, seal_signal, signal_payload, verify_signal
from kezproto.signed import sign, verify
from kezproto.tests import second_hpke
from kezproto.tests.cast import ALICE, BOB, NOW, message_document
from kezproto.tests.strategies import anything, property_test
from kezproto.tests.vectors import load, params
from kezproto.timestamps import parse_timestamp

VECTORS = load("signals.json")
READER = Primary.parse(VECTORS["reader"])
MOMENT = parse_timestamp(VECTORS["now"])


@pytest.mark.parametrize("case", params(VECTORS["valid"]))
def test_valid(case):
    signal = verify_signal(case["document"], reader=READER, now=MOMENT)
    assert signal == verify_signal(canonical_bytes(case["document"]), reader=READER, now=MOMENT)
    assert (str(signal.sender), signal.to, signal.kind) == (case["sender"], READER, case["kind"])
    signed = verify(case["document"], tag=SIGNAL.tag, type=SIGNAL.type, version=SIGNAL.version)
    assert signed.hash == case["hash"]
    assert canonical_bytes(signed.payload).hex() == case["payload_canonical_hex"]
    assert sign("signal", signed.payload, ALICE) == case["document"]


@pytest.mark.parametrize("case", params(VECTORS["refused"]))
def test_refused(case):
    for document in (case["document"], canonical_bytes(case["document"])):
        with pytest.raises(ProtocolError) as caught:
            verify_signal(document, reader=READER, now=MOMENT)
        assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["sealed"]))
def test_sealed(case):
    key = SigningKey(bytes.fromhex(case["reader_seed_hex"]))
    envelope = bytes.fromhex(case["envelope_hex"])
    assert open_signal(envelope, key, now=MOMENT).kind == case["kind"]
    assert envelope[1:33] == second_hpke.public_of(bytes.fromhex(case["ephemeral_hex"]))
    assert len(envelope) == OVERHEAD_BYTES + len(bytes.fromhex(case["frame_hex"]))


@pytest.mark.parametrize("case", params(VECTORS["sealed_refused"]))
def test_sealed_refused(case):
    key = SigningKey(bytes.fromhex(case["reader_seed_hex"]))
    with pytest.raises(ProtocolError) as caught:
        open_signal(bytes.fromhex(case["envelope_hex"]), key, now=MOMENT)
    assert caught.value.code == case["error"]


def test_round_trip():
    envelope = seal_signal(key=ALICE, to=BOB.primary, kind="online", created_at=NOW)
    signal = open_signal(envelope, BOB, now=NOW + timedelta(seconds=60))
    assert (signal.sender, signal.kind, signal.created_at) == (ALICE.primary, "online", NOW)
    with pytest.raises(Stale):
        open_signal(envelope, BOB, now=NOW + timedelta(seconds=60, microseconds=1))


def test_messages_and_signals_are_not_taken_for_each_other():
    with pytest.raises(WrongTag):
        open_message(seal_signal(key=ALICE, to=BOB.primary, kind="typing", created_at=NOW), BOB)
    with pytest.raises(WrongTag):
        open_signal(seal(message_document(), BOB.primary), BOB, now=NOW)


def test_both_kinds_have_one_size():
    typing, online = (
        len(seal_signal(key=ALICE, to=BOB.primary, kind=kind, created_at=NOW))
        for kind in ("typing", "online")
    )
    assert typing == online


@property_test(st.sampled_from(["from", "to", "kind", "created_at"]), anything)
def test_any_value_in_any_field(field, value):
    payload = signal_payload(sender=ALICE.primary, to=BOB.primary, kind="typing", created_at=NOW)
    document = sign("signal", payload, ALICE)
    if value != payload[field]:
        document["payload"][field] = value
        with pytest.raises(ProtocolError):
            verify_signal(document, reader=BOB.primary, now=NOW)
