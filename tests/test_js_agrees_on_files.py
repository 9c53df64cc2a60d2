"""Python and JavaScript give the same answer about files: frames, subjects, manifests, tickets, entries, bodies."""

import base64
from collections.abc import Iterator
from typing import Any

from kezproto.canonical import canonical_bytes
from kezproto.errors import ProtocolError
from kezproto.tickets import TICKET_PREFIX
from tests.test_js_agrees import FILES, RANDOM, check_same_answers, near_values, respelled

Question = tuple[str, Any]
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def near_bytes(data: str) -> str:
    """Some bytes, in hex, with one to three changed, dropped or doubled, or with the end cut off."""
    found = bytearray.fromhex(data)
    for _ in range(RANDOM.randint(1, 3)):
        place = RANDOM.randrange(min(len(found), 40))
        found[place : place + RANDOM.choice((0, 1, 1, 1))] = RANDOM.choice(
            (b"", b"\x00", b"\x01", b"\xff", RANDOM.randbytes(1))
        )
    return found[: len(found) - RANDOM.choice((0, 0, 1, 16))].hex()


def written(ticket: dict[str, Any]) -> str:
    return TICKET_PREFIX + base64.urlsafe_b64encode(canonical_bytes(ticket)).decode().rstrip("=")


def ticket_document(case: dict[str, Any]) -> dict[str, Any]:
    fields = ("node", "content", "kind", "addresses", "relay")
    return {**{field: case[field] for field in fields}, "key": case["key_hex"]}


def questions() -> Iterator[Question]:
    RANDOM.seed(20261128)
    subject = FILES["broker_names.json"]["chunk"]["subject"]
    frames = [case["frame_hex"] for case in FILES["file_chunks.json"]["frames"]]
    manifests = [case["manifest_hex"] for case in FILES["blobs.json"]["manifests"]]
    tickets = FILES["tickets.json"]["valid"]
    entries = [case["document"] for case in FILES["shared_entries.json"]["valid"]]
    file_bodies = [
        case["body"] for mode in ("inline", "chunked", "iroh") for case in FILES["file_bodies.json"][mode]
    ]
    for _ in range(100):
        yield "chunk_subject", respelled(subject, "0123456789abcdefF.*-> \n")
        yield from (("chunk", near_bytes(frame)) for frame in frames)
        yield from (("manifest", near_bytes(manifest)) for manifest in manifests)
        yield from (("ticket", respelled(case["text"], BASE64URL + "=+/ \n")) for case in tickets)
        yield from (("entry", near_values(document)) for document in entries)
        yield from (("body", near_values(body)) for body in file_bodies)
        for case in tickets:
            try:
                yield "ticket", written(near_values(ticket_document(case)))
            except ProtocolError:
                continue
    yield "chunk_subject", subject


def test_files():
    check_same_answers(list(questions()))
