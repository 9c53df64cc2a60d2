"""Mutations that every kind of signed object must refuse in the same way."""

from __future__ import annotations

import json

from kezproto.payloads import SPECS, spec_for_tag
from vector_tables import edwards
from vector_tables.cast import (
    ALICE,
    MALLORY,
    Document,
    Mutation,
    changed,
    drop,
    inside,
    put,
    raw_sign,
    resigned,
)


def common_mutations(document: Document) -> list[Mutation]:
    """Mutations of a valid object signed by alice."""
    return [
        *_of_the_top_level(document),
        *_of_the_signature(document),
        *_of_the_signer(document),
        *_of_the_payload(document),
    ]


def _of_the_top_level(document: Document) -> list[Mutation]:
    other_tags = [spec.tag for spec in SPECS if spec.tag != document["kez"]]
    return [
        ("a further field", "unknown_field", changed(document, put("note", "hi"))),
        ("a further field named __proto__", "unknown_field", changed(document, put("__proto__", {}))),
        *(
            (f"no {name}", "malformed", changed(document, drop(name)))
            for name in ("kez", "payload", "signature")
        ),
        *((f"tag {tag}", "wrong_tag", changed(document, put("kez", tag))) for tag in other_tags),
        ("tag in upper case", "wrong_tag", changed(document, put("kez", document["kez"].upper()))),
        ("tag null", "wrong_tag", changed(document, put("kez", None))),
        ("payload as text", "malformed", changed(document, put("payload", json.dumps(document["payload"])))),
        ("payload null", "malformed", changed(document, put("payload", None))),
        ("signature as text", "malformed", changed(document, put("signature", document["signature"]["sig"]))),
    ]


def _of_the_signature(document: Document) -> list[Mutation]:
    signature = document["signature"]
    sig, key = signature["sig"], signature["key"]
    s_plus_order = (int.from_bytes(bytes.fromhex(sig)[32:], "little") + edwards.ORDER).to_bytes(32, "little")
    table = [
        ("a further field in signature", "unknown_field", "note", "hi"),
        ("alg unknown", "bad_signature", "alg", "ed25519"),
        ("alg in upper case", "bad_signature", "alg", signature["alg"].upper()),
        ("alg null", "bad_signature", "alg", None),
        ("sig in upper case", "bad_signature", "sig", sig.upper()),
        ("sig cut short", "bad_signature", "sig", sig[:-2]),
        ("sig longer", "bad_signature", "sig", sig + "00"),
        ("sig empty", "bad_signature", "sig", ""),
        ("sig null", "bad_signature", "sig", None),
        ("sig of zeros", "bad_signature", "sig", "0" * 128),
        ("sig with S + L", "bad_signature", "sig", sig[:64] + s_plus_order.hex()),
        ("a bit of sig turned", "bad_signature", "sig", f"{int(sig[0], 16) ^ 1:x}{sig[1:]}"),
        ("signing key in upper case", "bad_key", "key", "ed25519:" + key[8:].upper()),
        ("signing key without its prefix", "bad_key", "key", key[8:]),
        ("signing key cut short", "bad_key", "key", key[:-2]),
        ("signing key of small order", "bad_key", "key", "ed25519:" + "01" + "00" * 31),
        ("signing key null", "bad_key", "key", None),
    ]
    found = [
        (name, code, changed(document, inside("signature", put(field, value))))
        for name, code, field, value in table
    ]
    for field in ("alg", "key", "sig"):
        found.append((f"no {field}", "malformed", changed(document, inside("signature", drop(field)))))
    return found


def _of_the_signer(document: Document) -> list[Mutation]:
    signer = spec_for_tag(document["kez"]).signer
    mallory = str(MALLORY.primary)
    forged = raw_sign(document["kez"], document["payload"], MALLORY)
    in_her_name = changed(forged, inside("signature", put("key", str(ALICE.primary))))
    loose = json.dumps(document["payload"], sort_keys=True).encode()
    not_canonical = changed(document, inside("signature", put("sig", ALICE.sign(loose).hex())))
    return [
        ("signed by mallory", "key_mismatch", forged),
        ("signed by mallory under alice's key", "bad_signature", in_her_name),
        ("mallory's key put into the payload", "key_mismatch", resigned(document, put(signer, mallory))),
        ("signed over other bytes than the canonical ones", "bad_signature", not_canonical),
        (
            "both keys replaced by mallory's, the signature kept",
            "bad_signature",
            changed(
                document,
                lambda target: (
                    target["payload"].update({signer: mallory}),
                    target["signature"].update({"key": mallory}),
                ),
            ),
        ),
    ]


def _of_the_payload(document: Document) -> list[Mutation]:
    payload = document["payload"]
    found: list[Mutation] = [
        ("type of another object", "wrong_type", resigned(document, put("type", "kez.chat.other"))),
        ("no type", "wrong_type", resigned(document, drop("type"))),
        ("no version", "wrong_type", resigned(document, drop("version"))),
        ("version of the future", "wrong_type", resigned(document, put("version", payload["version"] + 1))),
        ("version as text", "wrong_type", resigned(document, put("version", str(payload["version"])))),
        ("version true", "wrong_type", resigned(document, put("version", True))),
        ("a further field in payload", "unknown_field", resigned(document, put("note", "hi"))),
        ("__proto__ in payload", "unknown_field", resigned(document, put("__proto__", {"note": "hi"}))),
        ("constructor in payload", "unknown_field", resigned(document, put("constructor", "hi"))),
    ]
    for name in payload:
        if name not in ("type", "version"):
            found.append((f"no {name} in payload", "malformed", resigned(document, drop(name))))
    found += [
        ("created_at null", "malformed", resigned(document, put("created_at", None))),
        ("created_at a number", "malformed", resigned(document, put("created_at", 1779678000))),
        (
            "created_at with an offset",
            "malformed",
            resigned(document, put("created_at", "2026-05-25T03:00:00+00:00")),
        ),
        (
            "created_at changed after signing",
            "bad_signature",
            _unsigned(document, "created_at", "2026-05-25T03:00:01Z"),
        ),
    ]
    return found


def _unsigned(document: Document, name: str, value: object) -> Document:
    return changed(document, inside("payload", put(name, value)))
