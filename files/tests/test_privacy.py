"""What a running server has of a file after its whole life: nothing that opens, fetches or names it."""

import base64
import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

from devstack.stack import Stack
from files.tests.cast import SentFile
from files.tests.client import FileClient
from kezproto.payloads import CHUNK_BYTES
from registry.tests.cast import key_number

NAME = b"holiday in sant'agata.jpg"


async def test_disk_database_and_logs_hold_neither_plaintext_nor_key_nor_token(stack: Stack) -> None:
    marker = secrets.token_hex(16).encode()
    sent = SentFile(key_number(4000), (NAME + marker) * (CHUNK_BYTES // 20))
    async with FileClient(stack, sent.key, "sealed_sender") as client:
        await client.announce(sent)
        await client.publish(sent)
        assert (await client.settled(sent))["state"] == "ready"
        assert await client.content(sent) == sent.content
        wrong = await client.http.get(f"/v1/files/{sent.file_id}", headers=SentFile(sent.key, b"x").bearer)
        assert wrong.status_code == 403
    token = bytes.fromhex(sent.token)
    searched = [NAME, marker]
    for secret in (sent.file_key, token):
        searched += [
            secret,
            secret.hex().encode(),
            base64.b64encode(secret),
            base64.urlsafe_b64encode(secret),
        ]
    guilty, ids, sealed = [], 0, 0
    for file, data in contents(stack.folder):
        ids += sent.file_id.encode() in data
        sealed += sent.sealed[0][:1000] in data
        if any(each in data for each in searched):
            guilty.append(str(file))
    assert ids, "the search finds what is there"
    assert sealed, "the search sees the storage"
    assert guilty == []


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # the server works on
            if path.is_file():
                yield path, path.read_bytes()
