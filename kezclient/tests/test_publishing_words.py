"""Entries of lists in words: what they are, until when, for whom; names and notes of others are neutralised."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from kezclient.publishing.words import entry_document, entry_line, published_document, published_line
from kezclient.tests.people import NOW
from kezclient.tests.published_files import ALICE, BOB, CAROL, published
from kezproto.shared_entries import parse_shared_entry, shared_entry_document

END = NOW + timedelta(days=30)


def test_a_line_and_a_document_of_somebodys_entry():
    file = published("cat.png", BOB)
    document = shared_entry_document(
        owner=ALICE.primary, added_at=NOW, file=file.body, note="From Lisbon", expires_at=END
    )
    entry = parse_shared_entry(document, owner=ALICE.primary)
    line = entry_line(entry, NOW)
    assert line.startswith(f"{file.ref[:8]}  ")
    assert line.endswith(
        'cat.png  195.3 KiB  image/png  by way of the server  until 2026-06-24  "From Lisbon"'
    )
    assert "  EXPIRED  " in entry_line(entry, END)
    shown = entry_document(entry, END)
    assert (shown["id"], shown["expired"], shown["thumbnail"]) == (file.ref, True, False)
    assert "readers" not in shown
    odd = replace(entry, file=replace(entry.file, filename="a\u202eb\x1b[2J"), note="x\x07")
    assert not {"\u202e", "\x1b", "\x07"} & set(entry_line(odd, NOW))


def test_a_line_and_a_document_of_an_own_file():
    file = published("cat.png", CAROL, BOB)
    assert published_line(file, "kez.lat", NOW).endswith("by way of the server  for bob, carol")
    assert published_line(file, "other.example", NOW).endswith("for bob@kez.lat, carol@kez.lat")
    assert [reader["handle"] for reader in published_document(file, NOW)["readers"]] == [
        "bob@kez.lat",
        "carol@kez.lat",
    ]
