"""Sealing and opening, the padding, and that the library's HPKE and the one written for tests agree."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from kezproto.bodies import text_body
from kezproto.canonical import canonical_bytes
from kezproto.envelope import MAX_ENVELOPE_BYTES, open_envelope, open_message, padme, seal
from kezproto.errors import BadPadding, CannotDecrypt, CannotOpen, EnvelopeTooLarge, ProtocolError
from kezproto.keys import SigningKey
from kezproto.padding import MAX_FRAME_BYTES, MAX_MESSAGE_BYTES, OVERHEAD_BYTES, frame, frame_size, unframe
from kezproto.tests import second_hpke
from kezproto.tests.cast import ALICE, BOB, MALLORY, message_document
from kezproto.tests.vectors import load, params

VECTORS = load("envelopes.json")
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


@pytest.mark.parametrize("case", params(VECTORS["valid"]))
def test_valid(case):
    key = SigningKey(bytes.fromhex(case["reader_seed_hex"]))
    envelope = bytes.fromhex(case["envelope_hex"])
    plaintext = open_envelope(envelope, key)
    assert plaintext.hex() == case["plaintext_hex"]
    assert frame(plaintext).hex() == case["frame_hex"]
    assert len(envelope) == OVERHEAD_BYTES + frame_size(len(plaintext))
    assert canonical_bytes(open_message(envelope, key).document) == plaintext


@pytest.mark.parametrize("case", params(VECTORS["refused"]))
def test_refused(case):
    with pytest.raises(ProtocolError) as caught:
        open_message(bytes.fromhex(case["envelope_hex"]), SigningKey(bytes.fromhex(case["reader_seed_hex"])))
    assert caught.value.code == case["error"]
    if case["error"] not in ("malformed", "bad_signature"):
        assert isinstance(caught.value, CannotOpen)


def test_round_trip_to_both_readers():
    document = message_document()
    for key in (BOB, ALICE):
        message = open_message(seal(document, key.primary), key)
        assert message.document == document
        assert message.is_self_copy == (key is ALICE)
    with pytest.raises(CannotDecrypt):
        open_envelope(seal(document, BOB.primary), MALLORY)


def test_two_seals_share_nothing_but_their_size():
    first, second = (seal(message_document(), BOB.primary) for _ in range(2))
    assert first[:1] == second[:1]
    assert first[1:33] != second[1:33]
    assert len(first) == len(second)


def test_the_sender_is_nowhere_in_the_envelope():
    envelope = seal(message_document(), BOB.primary)
    assert ALICE.primary.raw not in envelope
    assert ALICE.primary.hex.encode() not in envelope
    assert BOB.primary.raw not in envelope


def test_the_library_and_the_second_hpke_interoperate():
    """The published vectors have aad, which the library's one-shot calls lack; so they prove the second HPKE,
    and this proves the library by it."""
    private = second_hpke.derive_private(b"a seed for the recipient of this")
    public, info = second_hpke.public_of(private), b"interoperation"
    sealed = SUITE.encrypt(b"by the library", X25519PublicKey.from_public_bytes(public), info=info)
    assert second_hpke.recipient_context(sealed[:32], private, info).open(sealed[32:]) == b"by the library"
    enc, context = second_hpke.sender_context(second_hpke.derive_private(b"ephemeral" * 4), public, info)
    sealed = enc + context.seal(b"by the second")
    opened = SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(private), info=info)
    assert opened == b"by the second"


@pytest.mark.parametrize("size", load("padding.json")["sizes"], ids=lambda size: str(size["json_bytes"]))
def test_frame_sizes(size):
    assert frame_size(size["json_bytes"]) == size["frame_bytes"]
    framed = frame(b"x" * size["json_bytes"])
    assert len(framed) == size["frame_bytes"]
    assert unframe(framed) == b"x" * size["json_bytes"]


def test_padme():
    assert [padme(size) for size in (0, 1, 2, 8, 9, 100, 255, 256, 257, 1000)] == [
        0, 1, 2, 8, 10, 104, 256, 256, 272, 1024,
    ]  # fmt: skip
    sizes = [padme(size) for size in range(1, 5000)]
    assert sizes == sorted(sizes)
    assert all(size <= padded <= size * 1.12 + 1 for size, padded in enumerate(sizes, start=1))


def test_the_largest_message_fits():
    assert padme(MAX_FRAME_BYTES) == MAX_FRAME_BYTES
    assert padme(MAX_FRAME_BYTES + 1) + OVERHEAD_BYTES > MAX_ENVELOPE_BYTES
    assert len(frame(bytes(MAX_MESSAGE_BYTES))) + OVERHEAD_BYTES <= MAX_ENVELOPE_BYTES
    with pytest.raises(EnvelopeTooLarge):
        frame(bytes(MAX_MESSAGE_BYTES + 1))
    with pytest.raises(EnvelopeTooLarge):
        open_envelope(b"\x02" + bytes(MAX_ENVELOPE_BYTES), BOB)
    long_text = message_document(body=text_body("x" * 65536))
    assert open_message(seal(long_text, BOB.primary), BOB).document == long_text


@pytest.mark.parametrize("framed", [b"", b"\x00", bytes(4), bytes(255), b"\xff" * 256])
def test_bad_frames(framed):
    with pytest.raises(BadPadding):
        unframe(framed)


def test_a_frame_beyond_the_limit():
    size = MAX_MESSAGE_BYTES + 1
    framed = (size.to_bytes(4, "big") + bytes(size)).ljust(padme(size + 4), b"\x00")
    with pytest.raises(BadPadding):
        unframe(framed)


def test_the_empty_frame_is_a_frame():
    assert unframe(bytes(256)) == b""
