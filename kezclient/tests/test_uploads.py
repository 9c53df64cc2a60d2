"""What an upload remembers, so that any process can go on with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kezclient.file_errors import NoSuchFile
from kezclient.files import all_files, pick
from kezclient.sharing.spool import Spool
from kezclient.store.store import Store
from kezclient.store.uploads import Upload
from kezclient.tests.conftest import NewPeer
from kezclient.tests.people import NOW, Peer
from kezproto.bodies import chunked_file_body, inline_file_body
from kezproto.digests import digest_of_parts
from kezproto.file_chunks import sealed_chunks

SIZE = 200_000  # three chunks
BODY = chunked_file_body(
    filename="cat.png",
    mime="image/png",
    size=SIZE,
    digest="blake3:" + "1" * 64,
    plain_digest="blake3:" + "2" * 64,
    file_id="ab" * 16,
    file_key=bytes(32),
)


@pytest.fixture
def pair(new_peer: NewPeer) -> tuple[Peer, Peer]:
    alice, bob = new_peer("alice"), new_peer("bob")
    alice.meet(bob)
    bob.meet(alice)
    return alice, bob


def begin(store: Store, peer: Peer) -> int:
    return store.uploads.add(
        file_id="ab" * 16,
        peer=peer.primary,
        peer_handle=peer.handle,
        body=BODY,
        source=None,
        delivery_ids=["d0", "d1", "d2"],
        now=NOW,
    )


def found(store: Store, upload_id: int) -> Upload:
    upload = store.uploads.find(upload_id)
    assert upload is not None
    return upload


def test_a_chunk_keeps_its_id_until_the_broker_has_it(pair: tuple[Peer, Peer]):
    alice, bob = pair
    store = alice.store
    upload_id = begin(store, bob)
    with store.write():
        store.uploads.note_stored(upload_id, [2, 0])
    assert [(each.number, each.delivery_id) for each in store.uploads.to_send(upload_id)] == [(1, "d1")]
    assert (found(store, upload_id).stored, found(store, upload_id).chunks) == (2, 3)


def test_what_the_server_misses_goes_out_under_a_new_id_and_nothing_else(pair: tuple[Peer, Peer]):
    alice, bob = pair
    store = alice.store
    upload_id = begin(store, bob)
    with store.write():
        store.uploads.note_announced(upload_id)
        store.uploads.note_stored(upload_id, [0, 1, 2])
        store.uploads.sent(upload_id, "message")
        store.uploads.send_again(upload_id, {1: "new"}, announce=False)
    upload = found(store, upload_id)
    assert (upload.state, upload.announced, upload.message_id) == ("queued", True, "message")
    assert [(each.number, each.delivery_id) for each in store.uploads.to_send(upload_id)] == [(1, "new")]


def test_a_new_attempt_announces_anew_and_keeps_its_message(pair: tuple[Peer, Peer]):
    alice, bob = pair
    store = alice.store
    upload_id = begin(store, bob)
    with store.write():
        store.uploads.note_announced(upload_id)
        store.uploads.note_stored(upload_id, [0, 1, 2])
        store.uploads.sent(upload_id, "message")
        store.uploads.note_received(upload_id, 3)
        store.uploads.failed(upload_id, "digest_mismatch", "Because.", NOW)
        store.uploads.send_again(upload_id, {number: f"e{number}" for number in range(3)}, announce=True)
    upload = found(store, upload_id)
    assert (upload.state, upload.announced, upload.received, upload.cause) == ("queued", False, 0, None)
    assert upload.message_id == "message"
    assert len(store.uploads.to_send(upload_id)) == 3


def test_a_ready_upload_needs_nothing_more(pair: tuple[Peer, Peer]):
    alice, bob = pair
    upload_id = begin(alice.store, bob)
    assert alice.store.uploads.file_ids() == {"ab" * 16}
    with alice.store.write():
        alice.store.uploads.ready(upload_id, NOW)
    assert alice.store.uploads.file_ids() == set()
    assert alice.store.uploads.to_send(upload_id) == []


def test_the_spool_gives_back_what_it_was_given_and_notices_damage(tmp_path: Path):
    data, spool = bytes(SIZE), Spool(tmp_path / "uploads")
    chunks = list(sealed_chunks(data, file_key=bytes(32), file_id="ab" * 16))
    digest = digest_of_parts(chunks)
    assert spool.read("ab" * 16, SIZE, 0) is None
    spool.write("ab" * 16, chunks)
    assert [spool.read("ab" * 16, SIZE, index) for index in range(3)] == chunks
    assert spool.holds("ab" * 16, SIZE, digest)
    path = spool.path_of("ab" * 16)
    path.write_bytes(path.read_bytes()[:-1])
    assert spool.read("ab" * 16, SIZE, 2) is None
    assert not spool.holds("ab" * 16, SIZE, digest)
    spool.write("cd" * 16, chunks)
    spool.sweep({"ab" * 16}, older_than=0)
    assert len(list(spool.folder.iterdir())) == 2
    spool.sweep({"ab" * 16}, older_than=path.stat().st_mtime + 3600)
    assert [each.name for each in spool.folder.iterdir()] == ["ab" * 16]


def test_files_are_found_by_name_by_id_and_the_newest_by_default(pair: tuple[Peer, Peer]):
    alice, bob = pair
    begin(bob.store, alice)
    for name, data in (("a.txt", b"one"), ("b.txt", b"two"), ("a.txt", b"three")):
        body = inline_file_body(data, filename=name, mime="text/plain")
        alice.composer.queue_file(bob.primary, bob.handle, body)
    bob.take(alice.outgoing(bob))
    files = all_files(bob.store, bob.primary)
    assert [(each.file.filename, each.state) for each in files][-3:] == [
        ("a.txt", "received"),
        ("b.txt", "received"),
        ("a.txt", "received"),
    ]
    newest = max(files[-3:], key=lambda each: each.at)
    assert pick(files, None) == newest
    assert pick(files, "a.txt").file.data == b"three"
    second = next(each for each in files if each.file.filename == "b.txt")
    assert pick(files, second.ref[:8].upper()) == second
    for which in ("c.txt", second.ref[:3], "cat.png"):
        with pytest.raises(NoSuchFile):
            pick(files, which)
    assert second.message is not None
    bob.store.saved.note(alice.primary, second.message.id, Path("/x"), NOW + timedelta(days=1))
    states = {each.file.filename: each.state for each in all_files(bob.store, bob.primary, [alice.primary])}
    assert states["b.txt"] == "saved"
