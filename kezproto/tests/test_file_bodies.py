"""Bodies of files, against the vectors: made and read again, and refused."""

import pytest

from kezproto.bodies import FileBody, chunked_file_body, inline_file_body, iroh_file_body, parse_body
from kezproto.errors import ProtocolError
from kezproto.file_announcement import chunk_count
from kezproto.tests.vectors import load, params

VECTORS = load("file_bodies.json")


def check_read(body, **more):
    """It is read as its own fields, those of its mode, and None for all others."""
    common = {name: body[name] for name in ("mode", "filename", "mime", "size", "digest")}
    assert parse_body(body) == FileBody(**common, **more)


@pytest.mark.parametrize("case", params(VECTORS["inline"]))
def test_inline(case):
    data, body = bytes.fromhex(case["content_hex"]), case["body"]
    assert inline_file_body(data, filename=case["filename"], mime=case["mime"]) == body
    check_read(body, data=data)


@pytest.mark.parametrize("case", params(VECTORS["chunked"]))
def test_chunked(case):
    names = ("filename", "mime", "size", "digest", "plain_digest", "file_id")
    parts, file_key = {name: case[name] for name in names}, bytes.fromhex(case["file_key_hex"])
    assert chunked_file_body(**parts, file_key=file_key) == case["body"]
    check_read(
        case["body"],
        file_id=case["file_id"],
        file_key=file_key,
        plain_digest=case["plain_digest"],
        chunks=chunk_count(case["size"]),
    )


@pytest.mark.parametrize("case", params(VECTORS["iroh"]))
def test_iroh(case):
    parts = {name: case[name] for name in ("filename", "mime", "size", "content", "ticket")}
    assert iroh_file_body(**parts) == case["body"]
    check_read(case["body"], ticket=case["ticket"])


@pytest.mark.parametrize("case", params(VECTORS["refused"]))
def test_refused(case):
    with pytest.raises(ProtocolError) as caught:
        parse_body(case["body"])
    assert caught.value.code == case["error"]


@pytest.mark.parametrize("case", VECTORS["unmade"])
def test_unmade(case):
    with pytest.raises(ProtocolError) as caught:
        inline_file_body(bytes(case["size"]), filename="f", mime="a/b")
    assert caught.value.code == case["error"]
