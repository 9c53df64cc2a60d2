"""Keys, signed objects and envelopes: whatever comes in, the answer is a verified value or a typed error."""

import pytest
from hypothesis import strategies as st

from kezproto import bodies
from kezproto.canonical import canonical_bytes
from kezproto.chain_operations import parse_operation
from kezproto.envelope import open_envelope, open_message, seal
from kezproto.errors import BadKey, BadSignature, CannotOpen, ChainError, ProtocolError
from kezproto.keys import Primary, SigningKey, verify_signature
from kezproto.messages import uuid7, verify_message
from kezproto.padding import frame, unframe
from kezproto.registration import registration_payload, verify_registration
from kezproto.safety_number import safety_number
from kezproto.session import verify_session
from kezproto.sigchain import ChainState, event_document, extend, replay
from kezproto.signed import sign
from kezproto.tests.cast import ALICE, ALICE_HANDLE, BOB, NOW, SERVER, message_document
from kezproto.tests.strategies import any_text, anything, moments, plain, property_test, seeds, texts


@property_test(seeds, st.binary(max_size=100))
def test_sign_and_verify(seed, message):
    key = SigningKey(seed)
    signature = key.sign(message)
    verify_signature(key.primary, message, signature)
    with pytest.raises(BadSignature):
        verify_signature(key.primary, message + b"x", signature)


@property_test(st.binary(max_size=40))
def test_any_bytes_as_a_key(raw):
    try:
        primary = Primary(raw)
    except BadKey:
        return
    assert Primary.parse(str(primary)) == primary


@property_test(st.binary(max_size=70))
def test_any_bytes_as_a_signature(signature):
    with pytest.raises(BadSignature):
        verify_signature(ALICE.primary, b"message", signature)


@property_test(st.binary(max_size=2000))
def test_frame_round_trip(data):
    assert unframe(frame(data)) == data


@property_test(st.binary(max_size=400))
def test_any_bytes_as_an_envelope(data):
    for candidate in (data, b"\x02" + data):
        with pytest.raises(CannotOpen):
            open_envelope(candidate, BOB)


ENVELOPE = seal(message_document(), BOB.primary)


@property_test(st.integers(0, len(ENVELOPE) - 1), st.integers(1, 255))
def test_any_changed_byte_of_an_envelope(place, change):
    changed = ENVELOPE[:place] + bytes([ENVELOPE[place] ^ change]) + ENVELOPE[place + 1 :]
    with pytest.raises(CannotOpen):
        open_envelope(changed, BOB)


@property_test(plain)
def test_sealed_json_that_is_no_message(value):
    with pytest.raises(ProtocolError):
        open_message(seal({"kez": value}, BOB.primary), BOB)


@property_test(texts.filter(bool))
def test_text_arrives_as_it_was_written(text):
    document = message_document(body=bodies.text_body(text))
    message = open_message(seal(document, BOB.primary), BOB)
    assert message.body == bodies.TextBody(text)


@property_test(st.dictionaries(st.sampled_from(["kez", "payload", "signature", "x"]), anything, max_size=4))
def test_any_object_is_refused_by_every_verifier(document):
    for verifier in (
        lambda: verify_registration(document, server=SERVER, now=NOW),
        lambda: verify_session(document, server=SERVER, challenge="0" * 64, now=NOW),
        lambda: verify_message(document, reader=BOB.primary),
    ):
        with pytest.raises(ProtocolError):
            verifier()
    with pytest.raises(ChainError):
        replay(ALICE.primary, [document])


@property_test(st.sampled_from(["handle", "primary", "server", "created_at", "type", "version"]), anything)
def test_any_value_in_any_field(field, value):
    payload = registration_payload(handle=ALICE_HANDLE, primary=ALICE.primary, created_at=NOW)
    document = sign("handle_registration", payload, ALICE)
    if value != payload[field]:
        document["payload"][field] = value
        with pytest.raises(ProtocolError):
            verify_registration(document, server=SERVER, now=NOW)


@property_test(
    st.sampled_from(["kez-text-v1", "kez-file-v1", "kez-receipt-v1", "kez-new-v9"]),
    st.dictionaries(texts, anything),
)
def test_any_body_is_read_or_refused(body_type, found):
    try:
        body = bodies.parse_body({**found, "type": body_type})
    except ProtocolError:
        return
    assert isinstance(body, bodies.TextBody | bodies.FileBody | bodies.ReceiptBody | bodies.UnknownBody)


operations = st.sampled_from(
    ["add_endpoint", "remove_endpoint", "add_claim", "revoke_claim", "set_shared_files", "x"]
)


@property_test(
    operations, st.dictionaries(st.sampled_from(["protocol", "url", "kind", "size", "manifest"]), anything)
)
def test_any_operation_is_read_or_refused(op, body):
    try:
        parse_operation(op, body)
    except ProtocolError:
        return


@property_test(st.lists(st.dictionaries(texts, plain, max_size=3), max_size=5))
def test_chains_of_unknown_operations_replay(bodies_):
    state = ChainState(ALICE.primary)
    for body in bodies_:
        document = event_document(key=ALICE, head=state.head, op="x", body=body, created_at=NOW)
        state = extend(state, [document])
    assert replay(ALICE.primary, [canonical_bytes(event.document) for event in state.events]) == state
    assert (state.endpoints, state.claims) == ((), ())


@property_test(moments, st.binary(min_size=10, max_size=10))
def test_message_ids_are_valid(moment, random10):
    receipt = bodies.receipt_body([uuid7(moment, random10)], "read")
    assert receipt["of"][0][14] == "7"


@property_test(seeds, seeds, max_examples=5)
def test_safety_number_is_the_same_for_both(a, b):
    first, second = SigningKey(a).primary, SigningKey(b).primary
    assert safety_number(first, second) == safety_number(second, first)


@property_test(any_text)
def test_any_text_becomes_a_body_or_is_malformed(text):
    try:
        body = bodies.text_body(text)
    except ProtocolError:
        return
    assert canonical_bytes(body)
