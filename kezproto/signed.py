"""The signed object: the one shape of everything that is signed.

`verify` is the only way from bytes to a `SignedObject`; code that holds one may rely on its signature and form.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kezproto.canonical import MAX_PUBLIC_BYTES, canonical_bytes, parse_json, plain_copy
from kezproto.errors import BadKey, BadSignature, KeyMismatch, Malformed, WrongTag
from kezproto.fields import anything, check_fields
from kezproto.keys import Primary, SigningKey, verify_signature
from kezproto.payloads import spec_for, spec_for_tag

ALGORITHM = "ed25519-sha512-jcs"

_SIGNATURE_HEX = re.compile(r"[0-9a-f]{128}")
_TOP = dict.fromkeys(("kez", "payload", "signature"), anything)
_SIGNATURE = dict.fromkeys(("alg", "key", "sig"), anything)


@dataclass(frozen=True, slots=True)
class SignedObject:
    """A signed object whose form and signature hold. `document` is the whole object as plain JSON values."""

    tag: str
    payload: Mapping[str, Any]
    signer: Primary
    document: dict[str, Any]

    @property
    def canonical(self) -> bytes:
        """RFC 8785 bytes of the whole object: what is stored, sealed and hashed."""
        return canonical_bytes(self.document)

    @property
    def hash(self) -> str:
        """`sha256:<hex>` of `canonical`: what the next object's `prev` names."""
        return "sha256:" + hashlib.sha256(self.canonical).hexdigest()


def sign(tag: str, payload: Mapping[str, Any], key: SigningKey) -> dict[str, Any]:
    """The whole signed object. Refuses what `verify` would refuse, so nothing invalid is ever signed."""
    spec = spec_for_tag(tag)
    plain = plain_copy(payload)
    spec.check(plain)
    if plain[spec.signer] != str(key.primary):
        raise KeyMismatch
    signature = key.sign(canonical_bytes(plain))
    return {
        "kez": tag,
        "payload": plain,
        "signature": {"alg": ALGORITHM, "key": str(key.primary), "sig": signature.hex()},
    }


def verify(
    document: bytes | Mapping[str, Any],
    *,
    tag: str,
    type: str,
    version: int,
    max_bytes: int = MAX_PUBLIC_BYTES,
) -> SignedObject:
    """Check form, tag, type, fields, signer and signature, in this order.

    `document` is JSON text, or what `parse_json` made of it; the same rules hold for both. The errors: Malformed,
    UnknownField, WrongTag, WrongType, BadKey, KeyMismatch, BadSignature.
    """
    spec = spec_for(tag, type, version)
    plain = _plain_document(document, max_bytes=max_bytes)
    check_fields(plain, _TOP, what="The signed object", optional=frozenset())
    if plain["kez"] != tag:
        raise WrongTag(f"A signed object with the tag {tag!r} was expected.")
    signature = plain["signature"]
    check_fields(signature, _SIGNATURE, what="signature", optional=frozenset())
    payload = plain["payload"]
    spec.check(payload)
    if signature["alg"] != ALGORITHM:
        raise BadSignature(f"The only signature algorithm is {ALGORITHM}.")
    if not isinstance(signature["key"], str):
        raise BadKey
    signer = Primary.parse(signature["key"])
    if payload[spec.signer] != signature["key"]:
        raise KeyMismatch
    if not isinstance(signature["sig"], str) or not _SIGNATURE_HEX.fullmatch(signature["sig"]):
        raise BadSignature("A signature is written as 128 lower-case hex digits.")
    verify_signature(signer, canonical_bytes(payload), bytes.fromhex(signature["sig"]))
    return SignedObject(tag=tag, payload=payload, signer=signer, document=plain)


def _plain_document(document: bytes | Mapping[str, Any], *, max_bytes: int) -> Any:
    if isinstance(document, bytes):
        return parse_json(document, max_bytes=max_bytes)
    plain = plain_copy(document)
    if len(canonical_bytes(plain)) > max_bytes:
        raise Malformed(f"The signed object is larger than {max_bytes} bytes.")
    return plain
