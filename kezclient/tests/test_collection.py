"""What somebody publishes, as a whole: changed, sealed for its readers, and read out of the list again."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

import pytest

from kezclient.publishing.collection import Published, collected, sealed, with_file, without
from kezclient.shared_errors import EntryTooLarge, ListFull
from kezclient.tests.people import NOW
from kezclient.tests.published_files import ALICE, BOB, CAROL, MALLORY, body, handles, published
from kezproto.errors import CannotDecrypt
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.shared_entries import SharedEntry, open_shared_entry


def opened(entries: Sequence[bytes], key: SigningKey) -> list[SharedEntry]:
    found = []
    for entry in entries:
        try:
            found.append(open_shared_entry(entry, key, owner=ALICE.primary))
        except CannotDecrypt:
            continue
    return found


def test_every_reader_sees_what_is_for_them_and_nobody_else():
    """Over many lists at random: exactly the own files, and not a word about other readers."""
    chance = random.Random(7)
    for _ in range(20):
        collection = [
            published(f"{number}.png", *chance.sample([BOB, CAROL, MALLORY], chance.randint(1, 3)), note="hi")
            for number in range(chance.randint(0, 4))
        ]
        entries = sealed(collection, ALICE.primary)
        for key in (BOB, CAROL, MALLORY):
            own = opened(entries, key)
            assert {entry.file.filename for entry in own} == {
                each.file.filename for each in collection if key.primary in each.readers
            }
            for entry in own:
                text = str(entry.document)
                others = {BOB, CAROL, MALLORY} - {key}
                assert entry.readers is None
                assert not any(other.primary.hex in text or "carol" in text for other in others)
        assert collected(opened(entries, ALICE)) == sorted(collection, key=lambda each: each.ref)
        assert opened(entries, SigningKey(bytes(32))) == []


def test_every_entry_is_sealed_anew():
    collection = [published("cat.png", BOB)]
    one, two = sealed(collection, ALICE.primary), sealed(collection, ALICE.primary)
    assert not set(one) & set(two)


def test_more_readers_than_fit_into_one_entry():
    readers = {
        SigningKey(bytes([number]) + bytes(31)).primary: Handle(f"reader{number}", "kez.example.org")
        for number in range(1, 61)
    }
    thumbnail = body("small.png")
    long_note = Published(
        {**body(), "filename": "x" * 250},
        readers,
        NOW,
        note="é" * 80,
        thumbnail=thumbnail,
        expires_at=NOW + timedelta(days=30),
    )
    entries = sealed([long_note, published("dog.png", BOB)], ALICE.primary)
    own = opened(entries, ALICE)
    assert len(entries) == 61 + len(own)
    assert len(own) > 5
    assert collected(own) == sorted([long_note, published("dog.png", BOB)], key=lambda each: each.ref)


def test_a_list_has_an_end():
    collection = [published(f"{number}.png", BOB) for number in range(500)]
    assert len(sealed(collection, ALICE.primary)) == 1000
    with pytest.raises(ListFull, match=r"would have 1002 entries, and a list holds 1,000"):
        sealed([*collection, published("more.png", BOB)], ALICE.primary)


def test_what_does_not_fit_into_an_entry():
    too_much = Published(
        {**body(), "filename": "x" * 255}, handles(BOB), NOW, note="n" * 280, thumbnail=body("y" * 250)
    )
    with pytest.raises(EntryTooLarge, match="shorter name or note"):
        sealed([too_much], ALICE.primary)


def test_the_same_again_renews_and_adds_readers():
    later = NOW + timedelta(days=20)
    before = [published("cat.png", BOB, note="Tom", thumbnail=body("small.png")), published("dog.png", BOB)]
    again = published("cat.png", CAROL, number=2, added_at=later, expires_at=later + timedelta(days=30))
    [dog, cat] = with_file(before, again)
    assert dog.file.filename == "dog.png"
    assert (cat.body, cat.added_at, cat.expires_at) == (again.body, later, again.expires_at)
    assert cat.readers == handles(BOB, CAROL)
    assert (cat.note, cat.thumbnail) == ("Tom", body("small.png"))
    other_content = Published({**body(number=3), "plain_digest": "blake3:" + "0" * 64}, handles(BOB), later)
    assert len(with_file(before, other_content)) == 3


def test_readers_are_taken_away_and_what_nobody_reads_goes():
    cat, dog = published("cat.png", BOB, CAROL), published("dog.png", BOB)
    assert without([cat, dog], [cat.ref], None) == [dog]
    assert without([cat, dog], [cat.ref], [BOB.primary]) == [published("cat.png", CAROL), dog]
    assert without([cat, dog], [cat.ref, dog.ref], [BOB.primary]) == [published("cat.png", CAROL)]
    assert without([cat, dog], [cat.ref], [MALLORY.primary]) == [cat, dog]
