"""A file in sealed chunks and the message that promises it, without a server."""

from __future__ import annotations

from kezproto.bodies import FileBody, chunked_file_body, parse_body
from kezproto.digests import digest_of, digest_of_parts
from kezproto.file_chunks import sealed_chunks

KEY, FILE_ID = bytes(range(32)), "ab" * 16
DATA = bytes(range(251)) * 1000  # three whole chunks and a piece


def sealed() -> bytes:
    return b"".join(sealed_chunks(DATA, file_key=KEY, file_id=FILE_ID))


def promised(**changes: str) -> FileBody:
    fields = {"digest": digest_of_parts([sealed()]), "plain_digest": digest_of(DATA), **changes}
    body = chunked_file_body(
        filename="x",
        mime="text/plain",
        size=len(DATA),
        digest=fields["digest"],
        plain_digest=fields["plain_digest"],
        file_id=FILE_ID,
        file_key=KEY,
    )
    parsed = parse_body(body)
    assert isinstance(parsed, FileBody)
    return parsed
