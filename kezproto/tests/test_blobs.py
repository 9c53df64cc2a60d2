"""Manifests of blobs and their content ids, against the vectors."""

import pytest

from kezproto.blobs import (
    BLOB_CHUNK_BYTES,
    MAX_MANIFEST_BYTES,
    BlobManifest,
    blob_chunk_count,
    content_id,
    encode_manifest,
    hash_of_chunk,
    parse_manifest,
)
from kezproto.digests import digest_of
from kezproto.errors import Malformed, ProtocolError
from kezproto.stream import seal_chunk
from kezproto.tests.vectors import counting, load, params

VECTORS = load("blobs.json")


def manifest_of(case):
    hashes = tuple(bytes.fromhex(each) for each in case["hashes_hex"])
    return BlobManifest(bytes.fromhex(case["blob_id_hex"]), case["size"], hashes)


@pytest.mark.parametrize("case", params(VECTORS["manifests"]))
def test_manifests(case):
    manifest, encoded = manifest_of(case), bytes.fromhex(case["manifest_hex"])
    assert encode_manifest(manifest) == encoded
    assert parse_manifest(encoded) == manifest
    assert content_id(encoded) == case["content_id"]
    assert content_id(encoded) != digest_of(encoded)
    for place in range(len(encoded)):
        turned = encoded[:place] + bytes([encoded[place] ^ 1]) + encoded[place + 1 :]
        assert content_id(turned) != case["content_id"]
    sealed = [manifest.sealed_chunk_size(index) for index in range(manifest.chunks)]
    assert sum(sealed) == manifest.size + 16 * manifest.chunks
    for index in (-1, manifest.chunks):
        with pytest.raises(Malformed):
            manifest.sealed_chunk_size(index)


@pytest.mark.parametrize("case", params(VECTORS["refused"]))
def test_refused_manifests(case):
    with pytest.raises(ProtocolError) as caught:
        parse_manifest(bytes.fromhex(case["manifest_hex"]))
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", params(VECTORS["unmade"]))
def test_manifests_that_are_not_made(case):
    with pytest.raises(ProtocolError) as caught:
        encode_manifest(manifest_of(case))
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", VECTORS["chunk_counts"], ids=lambda case: str(case["size"]))
def test_chunk_counts(case):
    chunks = case["chunks"]
    assert blob_chunk_count(case["size"]) == chunks
    manifest = BlobManifest(bytes(16), case["size"], (bytes(32),) * chunks)
    assert manifest.sealed_chunk_size(chunks - 1) == case["last_sealed_bytes"]


@pytest.mark.parametrize("case", params(VECTORS["files"]))
def test_files(case):
    data, manifest = counting(case["size"]), manifest_of(case)
    for index in range(manifest.chunks):
        part = data[index * BLOB_CHUNK_BYTES : (index + 1) * BLOB_CHUNK_BYTES]
        sealed = seal_chunk(
            part,
            key=bytes.fromhex(case["key_hex"]),
            file_id=manifest.blob_id,
            index=index,
            total=manifest.chunks,
        )
        assert len(sealed) == manifest.sealed_chunk_size(index)
        assert hash_of_chunk(sealed) == manifest.hashes[index]
    assert content_id(encode_manifest(manifest)) == case["content_id"]


def test_the_largest_manifest():
    chunks = 2**20
    manifest = BlobManifest(bytes(16), chunks * BLOB_CHUNK_BYTES, (bytes(32),) * chunks)
    encoded = encode_manifest(manifest)
    assert len(encoded) == MAX_MANIFEST_BYTES
    assert parse_manifest(encoded).chunks == chunks
