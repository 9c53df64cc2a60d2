"""kezproto against the libraries that it stands on. No I/O."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from nacl.signing import VerifyKey

from bench.measure import Comparison, Side
from bench.people import ALICE, BOB, SERVER, chain_of, registration_of, text_message
from kezproto.canonical import canonical_bytes
from kezproto.envelope import envelope_info, open_envelope, open_message, seal
from kezproto.handles import Handle
from kezproto.keys import x25519_private, x25519_public
from kezproto.padding import frame
from kezproto.registration import verify_registration
from kezproto.sigchain import replay

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
SIGNATURES = 300
ENVELOPES = 100
EVENTS = 1000


def comparisons() -> Iterator[Comparison]:
    yield verify()
    yield from envelopes()
    yield replayed()


def times(count: int, deed: Callable[[], object]) -> Callable[[Any], None]:
    def run(_: Any) -> None:
        for _number in range(count):
            deed()

    return run


def bare_verifier(document: dict[str, Any]) -> Callable[[], object]:
    """PyNaCl on bytes that are ready: no JSON, no canonical form, no rules."""
    key = VerifyKey(bytes.fromhex(document["signature"]["key"].removeprefix("ed25519:")))
    message = canonical_bytes(document["payload"])
    signature = bytes.fromhex(document["signature"]["sig"])
    return lambda: key.verify(message, signature)


def verify() -> Comparison:
    document = registration_of(ALICE, Handle("alice", SERVER))
    data, now = canonical_bytes(document), datetime.now(UTC)
    return Comparison(
        "Check a handle registration",
        Side(
            "`verify_registration` from JSON bytes: strict parser, field table, canonical form, strict signature, time",
            times(SIGNATURES, lambda: verify_registration(data, server=SERVER, now=now)),
        ),
        Side(
            "`VerifyKey.verify` of PyNaCl on bytes that are ready", times(SIGNATURES, bare_verifier(document))
        ),
        operations=SIGNATURES,
        rounds=21,
    )


def envelopes() -> Iterator[Comparison]:
    document = text_message(ALICE, BOB, os.urandom(512).hex())
    framed, envelope = frame(canonical_bytes(document)), seal(document, BOB.primary)
    info = envelope_info(BOB.primary)
    public = X25519PublicKey.from_public_bytes(x25519_public(BOB.primary))
    private = X25519PrivateKey.from_private_bytes(x25519_private(BOB))

    def comparison(name: str, ours: Side, bare: Side) -> Comparison:
        return Comparison(name, ours, bare, operations=ENVELOPES, rounds=21)

    bare_open = Side(
        "HPKE `decrypt` of `cryptography`",
        times(ENVELOPES, lambda: SUITE.decrypt(envelope[1:], private, info)),
    )
    yield comparison(
        "Seal a message of 1 KiB",
        Side(
            "`seal`: canonical form, padding, key conversion, HPKE",
            times(ENVELOPES, lambda: seal(document, BOB.primary)),
        ),
        Side(
            "HPKE `encrypt` of `cryptography`", times(ENVELOPES, lambda: SUITE.encrypt(framed, public, info))
        ),
    )
    yield comparison(
        "Open an envelope of 1 KiB",
        Side(
            "`open_envelope`: key conversion, HPKE, padding checked",
            times(ENVELOPES, lambda: open_envelope(envelope, BOB)),
        ),
        bare_open,
    )
    yield comparison(
        "Open and check a message of 1 KiB",
        Side(
            "`open_message`: that, and the strict check of the signed object in it",
            times(ENVELOPES, lambda: open_message(envelope, BOB)),
        ),
        bare_open,
    )


def replayed() -> Comparison:
    chain = chain_of(ALICE, EVENTS)
    bare = [bare_verifier(document) for document in chain]
    return Comparison(
        f"Replay a sigchain of {EVENTS:,} events (for each event)",
        Side("`replay` of parsed events: every rule of the chain", lambda _: replay(ALICE.primary, chain)),
        Side(f"{EVENTS:,} × `VerifyKey.verify` of PyNaCl", lambda _: [check() for check in bare]),
        operations=EVENTS,
        rounds=7,
    )
