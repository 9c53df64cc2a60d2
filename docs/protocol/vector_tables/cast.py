"""The people and moments of the vectors. Their keys are public: nobody may use them for anything else."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kezproto.canonical import canonical_bytes
from kezproto.handles import Handle
from kezproto.keys import SigningKey
from kezproto.signed import ALGORITHM

SERVER = "kez.lat"
OTHER_SERVER = "example.org"
NOW = datetime(2026, 5, 25, 3, 0, 0, tzinfo=UTC)
CREATED = NOW - timedelta(seconds=7)

ALICE = SigningKey(bytes.fromhex("a1" * 32))
BOB = SigningKey(bytes.fromhex("b0" * 32))
MALLORY = SigningKey(bytes.fromhex("66" * 32))
ALICE_HANDLE = Handle("alice", SERVER)
ALICE_DEVICE = "a11ce00000000001"
BOB_DEVICE = "b0b0000000000001"

Document = dict[str, Any]
Change = Callable[[Document], Any]
Mutation = tuple[str, str, Document]
"""A name, the code of the error that must follow, and the document."""


def counting(length: int) -> bytes:
    """The content of the vectors' files: 0, 1, … 250, over and over, as in BLAKE3's own vectors."""
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def flipped(data: bytes, place: int) -> bytes:
    """With the lowest bit of the byte at `place` turned."""
    place %= len(data)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def raw_sign(tag: str, payload: Mapping[str, Any], key: SigningKey) -> Document:
    """Sign without any of the checks that `kezproto.signed.sign` makes: for objects that must be refused."""
    return {
        "kez": tag,
        "payload": dict(payload),
        "signature": {
            "alg": ALGORITHM,
            "key": str(key.primary),
            "sig": key.sign(canonical_bytes(payload)).hex(),
        },
    }


def changed(document: Document, change: Change) -> Document:
    """A copy with a change, its signature left as it was."""
    result = copy.deepcopy(document)
    change(result)
    return result


def resigned(document: Document, change: Change, key: SigningKey = ALICE) -> Document:
    """A copy whose payload was changed and signed again by `key`."""
    payload = copy.deepcopy(document["payload"])
    change(payload)
    return raw_sign(document["kez"], payload, key)


def put(name: str, value: Any) -> Change:
    def change(target: Document) -> None:
        target[name] = value

    return change


def drop(name: str) -> Change:
    return lambda target: target.pop(name)


def inside(part: str, change: Change) -> Change:
    """The change, made to the object that stands under `part`."""
    return lambda target: change(target[part])


def as_cases(mutations: list[Mutation]) -> list[dict[str, Any]]:
    """The form in which mutations stand in a vector file. A name may stand there once only."""
    names = [name for name, _code, _document in mutations]
    if len(set(names)) != len(names):
        raise ValueError(f"a mutation stands twice: {sorted(names)}")
    return [{"name": name, "error": code, "document": document} for name, code, document in mutations]
