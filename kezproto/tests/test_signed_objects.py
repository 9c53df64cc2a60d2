"""Each verifier of signed objects against its vectors: the valid ones, and every mutation with its exact code."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from kezproto import payloads
from kezproto.canonical import MAX_PUBLIC_BYTES, canonical_bytes
from kezproto.errors import KeyMismatch, Malformed, ProtocolError, Stale, UnknownField, WrongTag, WrongType
from kezproto.file_announcement import verify_file_announcement
from kezproto.registration import registration_payload, verify_registration
from kezproto.report import verify_report
from kezproto.session import verify_session
from kezproto.shared_files import verify_shared_files
from kezproto.signed import sign, verify
from kezproto.tests.cast import ALICE, ALICE_HANDLE, MALLORY, NOW, SERVER
from kezproto.tests.vectors import load
from kezproto.timestamps import parse_timestamp

FILES: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "registrations.json": lambda document, vectors: verify_registration(
        document, server=vectors["server"], now=parse_timestamp(vectors["now"])
    ),
    "sessions.json": lambda document, vectors: verify_session(
        document,
        server=vectors["server"],
        challenge=vectors["challenge"],
        now=parse_timestamp(vectors["now"]),
    ),
    "file_announcements.json": lambda document, vectors: verify_file_announcement(
        document, server=vectors["server"], now=parse_timestamp(vectors["now"])
    ),
    "shared_files.json": lambda document, vectors: verify_shared_files(document),
    "reports.json": lambda document, vectors: verify_report(
        document, server=vectors["server"], now=parse_timestamp(vectors["now"])
    ),
}
SPECS = {
    "registrations.json": payloads.HANDLE_REGISTRATION,
    "sessions.json": payloads.SESSION,
    "file_announcements.json": payloads.FILE_ANNOUNCEMENT,
    "shared_files.json": payloads.SHARED_FILES,
    "reports.json": payloads.REPORT,
}


def cases(kind):
    return [
        pytest.param(name, case, id=f"{name[:-5]}: {ascii(case['name'])[1:-1]}")
        for name in FILES
        for case in load(name)[kind]
    ]


@pytest.mark.parametrize(("name", "case"), cases("valid"))
def test_valid(name, case):
    vectors = load(name)
    spec = SPECS[name]
    signed = verify(case["document"], tag=spec.tag, type=spec.type, version=spec.version)
    assert signed.hash == case["hash"]
    assert canonical_bytes(signed.payload).hex() == case["payload_canonical_hex"]
    assert signed.signer == ALICE.primary
    from_value = FILES[name](case["document"], vectors)
    assert from_value == FILES[name](signed.canonical, vectors)
    assert from_value.primary == ALICE.primary
    assert sign(spec.tag, signed.payload, ALICE) == case["document"]


@pytest.mark.parametrize(("name", "case"), cases("refused"))
def test_refused(name, case):
    vectors = load(name)
    with pytest.raises(ProtocolError) as caught:
        FILES[name](case["document"], vectors)
    assert caught.value.code == case["error"]
    with pytest.raises(ProtocolError) as caught:
        FILES[name](canonical_bytes(case["document"]), vectors)
    assert caught.value.code == case["error"]


def registration():
    payload = registration_payload(handle=ALICE_HANDLE, primary=ALICE.primary, created_at=NOW)
    return sign("handle_registration", payload, ALICE)


def test_registration_reads_what_was_signed():
    found = verify_registration(registration(), server=SERVER, now=NOW)
    assert (found.handle, found.primary, found.created_at) == (ALICE_HANDLE, ALICE.primary, NOW)
    assert found.document == registration()


@pytest.mark.parametrize("seconds", [-300, 300])
def test_the_edge_of_freshness(seconds):
    verify_registration(registration(), server=SERVER, now=NOW + timedelta(seconds=seconds))
    with pytest.raises(Stale):
        verify_registration(
            registration(), server=SERVER, now=NOW + timedelta(seconds=seconds, microseconds=seconds // 300)
        )


def test_sign_refuses_what_verify_would_refuse():
    payload = registration_payload(handle=ALICE_HANDLE, primary=ALICE.primary, created_at=NOW)
    with pytest.raises(KeyMismatch):
        sign("handle_registration", payload, MALLORY)
    with pytest.raises(UnknownField):
        sign("handle_registration", {**payload, "note": 1}, ALICE)
    with pytest.raises(WrongType):
        sign("session", payload, ALICE)
    with pytest.raises(WrongTag):
        sign("unheard_of", payload, ALICE)
    with pytest.raises(Malformed):
        sign("handle_registration", {**payload, "handle": 1.5}, ALICE)


def test_a_caller_must_name_a_known_type():
    with pytest.raises(WrongTag):
        verify(registration(), tag="unheard_of", type="kez.chat.other", version=1)
    with pytest.raises(WrongType):
        verify(registration(), tag="handle_registration", type="kez.chat.other", version=1)


def test_the_limit_of_size_holds_for_values_too():
    with pytest.raises(Malformed):
        verify_registration({**registration(), "note": "x" * MAX_PUBLIC_BYTES}, server=SERVER, now=NOW)
    with pytest.raises(UnknownField):
        verify_registration({**registration(), "note": "x"}, server=SERVER, now=NOW)


def test_the_result_shares_nothing_with_the_input():
    document = registration()
    found = verify_registration(document, server=SERVER, now=NOW)
    document["payload"]["handle"] = "mallory"
    assert found.document["payload"]["handle"] == "alice"


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"7", b'"text"', b"{", b"\xff"])
def test_what_is_no_object_is_malformed(data):
    with pytest.raises(Malformed):
        verify_registration(data, server=SERVER, now=NOW)
