"""Folders: what is found in them, how they arrive, and listings of a node that means harm."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from kezclient.errors import FileExists
from kezclient.file_errors import BadDestination, FileUnreadable, PathImpossible
from kezclient.iroh.faults import Lied
from kezclient.iroh.folder_target import FolderTarget
from kezclient.iroh.offering import Offer, offer_folder
from kezclient.sharing.choosing import choose
from kezclient.sharing.folders import scan_folder
from kezclient.sharing.sources import open_source
from kezclient.store.shares import NewBlob
from kezclient.store.store import Store
from kezclient.tests.iroh_peers import BOB, Shelf, connected, random_key, shelf
from kezproto.blobs import BLOB_CHUNK_BYTES, BlobManifest, content_id, encode_manifest, hash_of_chunk
from kezproto.canonical import canonical_bytes
from kezproto.stream import seal_chunk

MIB = BLOB_CHUNK_BYTES


def tree(root: Path) -> Path:
    for path, data in {
        "a/b/deep.txt": b"deep",
        "a/large.bin": os.urandom(2 * MIB + 5),
        "empty.txt": b"",
        ".hidden": b"hidden",
        "über/ñ.txt": b"letters",
    }.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "nothing/in it").mkdir(parents=True)
    return root


def contents(root: Path) -> dict[str, bytes | None]:
    """Of files their bytes, of folders None."""
    return {
        str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in root.rglob("*")
    }


def offer(root: Path) -> Offer:
    return offer_folder(scan_folder(root), lambda _done: None)


async def fetch_folder(alice: Shelf, made: Offer, to: Path, name: str = "photos") -> FolderTarget:
    ticket = alice.ticket(alice.share(made, BOB, name=name))
    target = FolderTarget(to, ticket.content.removeprefix("blake3:"), ticket, made.size)
    async with connected(BOB, ticket) as fetcher:
        assert await target.fetch(fetcher) == to
    return target


async def test_a_folder_keeps_its_tree(store: Store, tmp_path: Path):
    root = tree(tmp_path / "photos")
    made = await asyncio.to_thread(offer, root)
    async with shelf(store) as alice:
        target = await fetch_folder(alice, made, tmp_path / "got")
        assert contents(tmp_path / "got") == contents(root)
        assert target.renamed == 0
        # A second time it goes elsewhere, or not at all.
        with pytest.raises(FileExists):
            target._take_name()


async def test_what_an_earlier_try_brought_is_not_fetched_again(store: Store, tmp_path: Path):
    root = tree(tmp_path / "photos")
    made = await asyncio.to_thread(offer, root)
    growing = tmp_path / f"got.{made.content[7:15]}.part"
    large = next(blob for blob in made.blobs if blob.path == "a/large.bin")
    (growing / "a/b").mkdir(parents=True, mode=0o700)
    (growing / "a/b/deep.txt").write_bytes(b"deep")
    whole = (root / "a/large.bin").read_bytes()
    (growing / f"a/large.bin.{large.content[7:15]}.part").write_bytes(whole[: MIB + 7])
    async with shelf(store) as alice:
        await fetch_folder(alice, made, tmp_path / "got")
        assert contents(tmp_path / "got") == contents(root)
        sent = {each.blob.path: each.first_byte for each in alice.seen.sent if each.blob.path}
        assert sent == {".hidden": 0, "a/large.bin": MIB, "empty.txt": 0, "über/ñ.txt": 0}


async def test_an_empty_folder_and_names_that_are_not_safe_here(store: Store, tmp_path: Path):
    for name, inside in (("void", []), ("odd", ["con.txt", ".git/config", "a:b"])):
        root = tmp_path / name
        root.mkdir()
        for path in inside:
            (root / path).parent.mkdir(exist_ok=True)
            (root / path).write_text(path)
    async with shelf(store) as alice:
        await fetch_folder(alice, await asyncio.to_thread(offer, tmp_path / "void"), tmp_path / "got-void")
        target = await fetch_folder(
            alice, await asyncio.to_thread(offer, tmp_path / "odd"), tmp_path / "got-odd"
        )
        assert contents(tmp_path / "got-void") == {}
        assert set(contents(tmp_path / "got-odd")) == {"_con.txt", "_git", "_git/config", "a_b"}
        assert target.renamed == 3


def listed(files: list[dict[str, Any]], root: Path) -> Offer:
    """A share whose listing says what an honest sender's never would."""
    document = {"type": "kez.chat.folder", "version": 1, "files": files, "folders": []}
    data, key = canonical_bytes(document), random_key()
    sealed = seal_chunk(data, key=key, file_id=bytes(16), index=0, total=1)
    manifest = encode_manifest(BlobManifest(bytes(16), len(data), (hash_of_chunk(sealed),)))
    blobs = (NewBlob(content_id(manifest), manifest, data=data),)
    return Offer("folder", key, sum(each["size"] for each in files), root, blobs)


@pytest.mark.parametrize(
    "path", ["../evil", "/etc/evil", "a/../../evil", "a//b", "..\\evil", "a/\x00", "a\u202eb"], ids=ascii
)
async def test_a_listing_that_leads_elsewhere_is_refused_whole(store: Store, tmp_path: Path, path: str):
    (tmp_path / "inner").mkdir()
    file = {"path": path, "size": 1, "content": "blake3:" + "00" * 32}
    async with shelf(store) as alice:
        with pytest.raises(Lied, match="listing"):
            await fetch_folder(alice, listed([file], tmp_path), tmp_path / "inner/got")
        assert contents(tmp_path / "inner") == {}


async def test_a_listing_of_another_size_is_a_lie(store: Store, tmp_path: Path):
    made = listed([{"path": "a", "size": 5, "content": "blake3:" + "00" * 32}], tmp_path)
    async with shelf(store) as alice:
        ticket = alice.ticket(alice.share(made, BOB))
        async with connected(BOB, ticket) as fetcher:
            with pytest.raises(Lied, match="5 bytes, not 4"):
                await FolderTarget(tmp_path / "got", "ab" * 32, ticket, 4).fetch(fetcher)


async def test_two_names_that_become_one_are_refused(store: Store, tmp_path: Path):
    files = [{"path": path, "size": 0, "content": "blake3:" + "00" * 32} for path in ("a:b", "a?b")]
    async with shelf(store) as alice:
        with pytest.raises(BadDestination, match="would be one file here"):
            await fetch_folder(alice, listed(files, tmp_path), tmp_path / "got")


async def test_a_link_where_the_folder_should_grow_is_not_followed(store: Store, tmp_path: Path):
    made = await asyncio.to_thread(offer, tree(tmp_path / "photos"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"got.{made.content[7:15]}.part").symlink_to(tmp_path / "elsewhere")
    async with shelf(store) as alice:
        with pytest.raises(BadDestination, match="something else"):
            await fetch_folder(alice, made, tmp_path / "got")
    assert contents(tmp_path / "elsewhere") == {}


def test_links_and_devices_stay_at_home(tmp_path: Path):
    root = tree(tmp_path / "photos")
    (root / "link.txt").symlink_to("empty.txt")
    (root / "a/up").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    scan = scan_folder(root)
    assert [each.relative for each in scan.files] == [
        ".hidden",
        "a/b/deep.txt",
        "a/large.bin",
        "empty.txt",
        "über/ñ.txt",
    ]
    assert scan.empty == ("nothing/in it",)
    assert sorted(scan.left_out) == ["a/up", "link.txt", "pipe"]


def test_names_that_cannot_travel_are_named(tmp_path: Path):
    (tmp_path / "two\nlines").touch()
    with pytest.raises(FileUnreadable, match="its name cannot travel"):
        open_source(str(tmp_path))


def test_a_folder_goes_by_iroh_and_no_other_way(tmp_path: Path):
    source = open_source(str(tree(tmp_path / "photos")))
    assert (source.name, source.mime) == ("photos", "inode/directory")
    assert source.size == 2 * MIB + 5 + len("deephiddenletters")
    assert choose(source).mode == "iroh"
    for via in ("inline", "chunked"):
        with pytest.raises(PathImpossible, match="folder"):
            choose(source, via)
