"""Messages against their vectors; bodies; links; ids."""

from datetime import UTC, datetime, timedelta

import pytest

from kezproto.bodies import (
    MAX_INLINE_BYTES,
    MAX_RECEIPT_IDS,
    MAX_TEXT_BYTES,
    FileBody,
    ReceiptBody,
    TextBody,
    UnknownBody,
    parse_body,
    receipt_body,
    text_body,
)
from kezproto.canonical import canonical_bytes
from kezproto.chain_state import Head
from kezproto.digests import digest_of
from kezproto.errors import Malformed, ProtocolError
from kezproto.keys import Primary
from kezproto.links import LinkKind, check_link
from kezproto.messages import message_payload, uuid7, verify_message
from kezproto.tests.cast import ALICE, ALICE_HANDLE, BOB, DEVICE, MESSAGE_ID, NOW, message_document
from kezproto.tests.vectors import load, params

VECTORS = load("messages.json")


@pytest.mark.parametrize("case", params(VECTORS["valid"]))
def test_valid(case):
    reader = Primary.parse(case["reader"])
    message = verify_message(case["document"], reader=reader)
    assert message == verify_message(canonical_bytes(case["document"]), reader=reader)
    assert message.hash == case["hash"]
    assert message.is_self_copy == case["is_self_copy"]
    assert canonical_bytes(message.document["payload"]).hex() == case["payload_canonical_hex"]
    assert message.sender == ALICE.primary
    assert message.sender_handle == ALICE_HANDLE


@pytest.mark.parametrize("case", params(VECTORS["refused"]))
def test_refused(case):
    with pytest.raises(ProtocolError) as caught:
        verify_message(case["document"], reader=Primary.parse(case["reader"]))
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["links"]))
def test_links(case):
    message = verify_message(case["document"], reader=BOB.primary)
    last = Head(**case["last"]) if case["last"] else None
    link = check_link(last, message, known_hash=case["known_hash"])
    assert link.kind is LinkKind(case["kind"])
    assert link.missing == (range(*case["missing"]) if case["missing"] else range(0))


def bodies():
    return [
        verify_message(case["document"], reader=Primary.parse(case["reader"])).body
        for case in VECTORS["valid"]
    ]


def test_each_body_is_one_of_the_closed_set():
    found = bodies()
    assert {type(body) for body in found} == {TextBody, FileBody, ReceiptBody, UnknownBody}
    modes = {body.mode: body for body in found if isinstance(body, FileBody) and body.size}
    assert set(modes) == {"inline", "chunked", "iroh"}
    assert modes["inline"].data == b"hello"
    assert modes["chunked"].file_key == b"\x4e" * 32
    assert modes["chunked"].data is None
    assert modes["iroh"].ticket
    assert {body.type for body in found if isinstance(body, UnknownBody)} == {
        "kez-poll-v1",
        "constructor",
        "kez-file-v1",
    }


def test_fields_are_read():
    message = verify_message(message_document(chain=Head(4, "sha256:" + "c" * 64)), reader=BOB.primary)
    assert (message.id, message.to, message.device) == (MESSAGE_ID, BOB.primary, DEVICE)
    assert (message.seq, message.prev, message.created_at) == (1, None, NOW)
    assert message.chain == Head(4, "sha256:" + "c" * 64)
    assert message.body == TextBody("hi")
    assert verify_message(message_document(), reader=BOB.primary).chain is None


@pytest.mark.parametrize(("seq", "prev"), [(1, "sha256:" + "0" * 64), (2, None)])
def test_prev_goes_with_seq(seq, prev):
    with pytest.raises(Malformed):
        message_document(seq=seq, prev=prev)


def test_a_bad_body_is_not_signed():
    with pytest.raises(Malformed):
        message_payload(
            id=MESSAGE_ID,
            sender=ALICE.primary,
            sender_handle=ALICE_HANDLE,
            to=BOB.primary,
            device=DEVICE,
            seq=1,
            prev=None,
            chain=None,
            created_at=NOW,
            body={"type": "kez-text-v1"},
        )


def test_limits_of_bodies():
    assert parse_body(text_body("é" * (MAX_TEXT_BYTES // 2))) == TextBody("é" * (MAX_TEXT_BYTES // 2))
    ids = [uuid7(NOW, number.to_bytes(10, "big")) for number in range(MAX_RECEIPT_IDS + 1)]
    assert parse_body(receipt_body(ids[:-1], "read")) == ReceiptBody(tuple(ids[:-1]), "read")
    file = {
        "type": "kez-file-v1",
        "mode": "inline",
        "filename": "f",
        "mime": "a/b",
        "digest": digest_of(bytes(MAX_INLINE_BYTES)),
    }
    data = "AAAA" * (MAX_INLINE_BYTES // 3) + "AAA="
    whole = {**file, "size": MAX_INLINE_BYTES, "data": data}
    found = parse_body(whole)
    assert isinstance(found, FileBody)
    assert found.data == bytes(MAX_INLINE_BYTES)
    refused = [
        lambda: text_body("é" * (MAX_TEXT_BYTES // 2) + "."),
        lambda: receipt_body(ids, "read"),
        lambda: parse_body({**whole, "size": MAX_INLINE_BYTES + 1, "data": data[:-1] + "A"}),
        lambda: text_body("hi", reply_to="no id"),
    ]
    for make in refused:
        with pytest.raises(Malformed):
            make()


def test_uuid7_has_its_parts_in_place():
    """RFC 9562, appendix A.6: the example's moment and random bits."""
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random_bits = (0xCC3 << 62 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(moment, random_bits) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_uuid7_limits():
    with pytest.raises(Malformed):
        uuid7(NOW, bytes(9))
    with pytest.raises(Malformed):
        uuid7(datetime(1969, 12, 31, tzinfo=UTC), bytes(10))
    later = uuid7(NOW + timedelta(milliseconds=1), bytes(10))
    assert uuid7(NOW, b"\xff" * 10) < later
