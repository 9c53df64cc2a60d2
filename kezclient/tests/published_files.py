"""Files on lists of shared files, without a server that has them."""

from __future__ import annotations

from typing import Any

from kezclient.publishing.collection import Published
from kezclient.tests.people import NOW
from kezproto.bodies import chunked_file_body
from kezproto.digests import digest_of
from kezproto.handles import Handle
from kezproto.keys import Primary, SigningKey

ALICE, BOB, CAROL, MALLORY = (SigningKey(bytes([number]) * 32) for number in (1, 2, 3, 4))
NAMES = {ALICE: "alice", BOB: "bob", CAROL: "carol", MALLORY: "mallory"}


def body(name: str = "cat.png", number: int = 1) -> dict[str, Any]:
    """The way to a file; another `number` is another upload of the same content."""
    return chunked_file_body(
        filename=name,
        mime="image/png",
        size=200_000,
        digest=digest_of(f"{name} {number}".encode()),
        plain_digest=digest_of(name.encode()),
        file_id=digest_of(f"{name} {number}".encode())[-32:],
        file_key=bytes([number]) * 32,
    )


def handles(*keys: SigningKey) -> dict[Primary, Handle]:
    return {key.primary: Handle(NAMES[key], "kez.lat") for key in keys}


def published(name: str, *readers: SigningKey, number: int = 1, **more: Any) -> Published:
    return Published(body(name, number), handles(*readers), more.pop("added_at", NOW), **more)
