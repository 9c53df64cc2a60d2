"""Entries of shared files, against the vectors; who can open one, and what shows of it."""

import pytest

from kezproto.bodies import chunked_file_body
from kezproto.canonical import canonical_bytes
from kezproto.errors import CannotDecrypt, Malformed, ProtocolError
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey
from kezproto.padding import frame, frame_size
from kezproto.payloads import MAX_SHARED_ENTRIES, MAX_SHARED_ENTRY_BYTES, MAX_SHARED_FILES_BYTES
from kezproto.shared_entries import (
    entry_info,
    open_shared_entry,
    parse_shared_entry,
    seal_shared_entry,
    sealed_entry_size,
    shared_entry_document,
)
from kezproto.shared_files import shared_files_payload, verify_shared_files
from kezproto.signed import sign
from kezproto.tests import second_hpke
from kezproto.tests.cast import ALICE, BOB, MALLORY, NOW
from kezproto.tests.vectors import load, params
from kezproto.tickets import Ticket, parse_ticket

VECTORS = load("shared_entries.json")
FILE = chunked_file_body(
    filename="holiday.jpg",
    mime="image/jpeg",
    size=200_000,
    digest="blake3:" + "d1" * 32,
    plain_digest="blake3:" + "ee" * 32,
    file_id="f1" * 16,
    file_key=b"\x4e" * 32,
)


def reader_of(case):
    return SigningKey(bytes.fromhex(case["reader_seed_hex"])), Primary.parse(case["owner"])


@pytest.mark.parametrize("case", params(VECTORS["valid"]))
def test_valid(case):
    key, owner = reader_of(case)
    document, sealed = case["document"], bytes.fromhex(case["entry_hex"])
    assert entry_info(key.primary).hex() == case["info_hex"]
    assert frame(canonical_bytes(document)).hex() == case["frame_hex"]
    entry = open_shared_entry(sealed, key, owner=owner)
    assert entry == parse_shared_entry(document, owner=owner)
    assert entry.document == document
    more = {name: document.get(name) for name in ("thumbnail", "note")}
    more |= {"expires_at": entry.expires_at, "readers": entry.readers}
    made = shared_entry_document(owner=owner, added_at=entry.added_at, file=document["file"], **more)
    assert made == document
    again = seal_shared_entry(document, key.primary)
    assert len(again) == len(sealed) <= MAX_SHARED_ENTRY_BYTES
    assert again[:32] != sealed[:32]
    assert open_shared_entry(again, key, owner=owner) == entry


@pytest.mark.parametrize("case", params(VECTORS["refused"]))
def test_refused(case):
    key, owner = reader_of(case)
    with pytest.raises(ProtocolError) as caught:
        open_shared_entry(bytes.fromhex(case["entry_hex"]), key, owner=owner)
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["refused_documents"]))
def test_refused_documents(case):
    with pytest.raises(ProtocolError) as caught:
        parse_shared_entry(case["document"], owner=Primary.parse(case["owner"]))
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", VECTORS["too_large"])
def test_too_large(case):
    parse_shared_entry(case["document"], owner=ALICE.primary)
    with pytest.raises(ProtocolError) as caught:
        seal_shared_entry(case["document"], BOB.primary)
    assert caught.value.code == case["error"]


def entry_of_alice(**more):
    return shared_entry_document(owner=ALICE.primary, added_at=NOW, file=FILE, **more)


def test_only_its_reader_opens_it():
    sealed = seal_shared_entry(entry_of_alice(), BOB.primary)
    assert open_shared_entry(sealed, BOB, owner=ALICE.primary).file.filename == "holiday.jpg"
    for other in (ALICE, MALLORY):
        with pytest.raises(CannotDecrypt):
            open_shared_entry(sealed, other, owner=ALICE.primary)


def test_no_reader_is_told_of_others():
    document = entry_of_alice(readers={BOB.primary: Handle("bob", "kez.lat")})
    entry = open_shared_entry(seal_shared_entry(document, ALICE.primary), ALICE, owner=ALICE.primary)
    assert entry.readers == {BOB.primary: Handle("bob", "kez.lat")}
    with pytest.raises(Malformed):
        seal_shared_entry(document, BOB.primary)


def test_nothing_in_it_shows():
    sealed = seal_shared_entry(entry_of_alice(note="From Lisbon"), BOB.primary)
    for text in (b"holiday", b"Lisbon", b"4e4e4e", ALICE.primary.raw, BOB.primary.raw):
        assert text not in sealed
    assert len(sealed) == sealed_entry_size(entry_of_alice(note="From Lisbon"))
    assert len(sealed) == 48 + frame_size(len(canonical_bytes(entry_of_alice(note="From Lisbon"))))


def test_no_repr_tells_a_key():
    for case in VECTORS["valid"]:
        entry = parse_shared_entry(case["document"], owner=ALICE.primary)
        shown = repr(entry)
        for file in filter(None, (entry.file, entry.thumbnail)):
            assert file.filename in shown
            secret = file.file_key or parse_ticket(file.ticket or "").key
            assert repr(secret)[2:-1] not in shown
            assert secret.hex() not in shown
            assert "kez1:" not in shown
    assert "\\xb7" not in repr(Ticket(ALICE.primary, "blake3:" + "c0" * 32, b"\xb7" * 32))


def test_the_second_hpke_opens_what_the_library_sealed():
    sealed = seal_shared_entry(entry_of_alice(), BOB.primary)
    private = second_hpke_private()
    context = second_hpke.recipient_context(sealed[:32], private, entry_info(BOB.primary))
    assert context.open(sealed[32:]) == frame(canonical_bytes(entry_of_alice()))


def second_hpke_private() -> bytes:
    (bob,) = (person for person in load("keys.json")["people"] if person["name"] == "bob")
    return bytes.fromhex(bob["x25519_private_hex"])


def test_a_full_list_of_the_largest_entries_is_within_its_limit():
    entries = [
        number.to_bytes(2, "big") * (MAX_SHARED_ENTRY_BYTES // 2) for number in range(MAX_SHARED_ENTRIES)
    ]
    payload = shared_files_payload(primary=ALICE.primary, version_no=1, entries=entries, created_at=NOW)
    document = sign("shared_files", payload, ALICE)
    data = canonical_bytes(document)
    assert len(data) <= MAX_SHARED_FILES_BYTES
    assert len(verify_shared_files(data).entries) == MAX_SHARED_ENTRIES
