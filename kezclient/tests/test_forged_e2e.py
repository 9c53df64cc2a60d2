"""What Mallory puts into an inbox: shown as what it is, or as a placeholder with its cause."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from kezclient.tests.conftest import NewMachine
from kezclient.tests.machine import Machine
from kezproto.envelope import seal
from kezproto.handles import parse_full_handle
from kezproto.keys import Primary, SigningKey
from kezproto.messages import message_payload, uuid7
from kezproto.phrase import phrase_to_seed
from kezproto.signed import sign
from natslink.client import client_connection, publish_envelope


def new_id() -> str:
    return uuid7(datetime.now(UTC), secrets.token_bytes(10))


def signed(
    key: SigningKey, handle: str, to: Primary, text: str, seq: int = 1, **changes: Any
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": new_id(),
        "sender": key.primary,
        "sender_handle": parse_full_handle(f"{handle}@kez.lat"),
        "to": to,
        "device": "00000000000000ff",
        "seq": seq,
        "prev": None,
        "chain": None,
        "created_at": datetime.now(UTC),
        "body": {"type": "kez-text-v1", "text": text},
    }
    return sign("message", message_payload(**{**fields, **changes}), key)


async def test_forged_replayed_foreign_and_unknown(
    stack: Any, alice: Machine, bob: Machine, new_machine: NewMachine
):
    mallory = new_machine("mallory").register()
    key = SigningKey(phrase_to_seed(mallory.words.read_text()))
    reader = Primary.parse(bob.look("whoami")["primary"])
    bob.look("add", alice.handle)

    replayed = seal(signed(key, mallory.handle, reader, "replayed"), reader)
    envelopes = [
        replayed,
        replayed,
        # Somebody else's name.
        seal(signed(key, alice.handle, reader, "I am Alice", device="00000000000000fe"), reader),
        # A message to Mallory, passed on to Bob.
        seal(signed(key, mallory.handle, key.primary, "for Mallory"), reader),
        # Sealed for another key, cut short, of the future, no envelope at all.
        seal(signed(key, mallory.handle, reader, "sealed wrongly"), key.primary),
        replayed[:40],
        b"\x07" + replayed[1:],
        b"",
        seal(
            signed(key, mallory.handle, reader, "", device="00000000000000fd", body={"type": "kez-dance-v7"}),
            reader,
        ),
        seal(
            signed(key, mallory.handle, reader, "\x1b]0;owned\x07\u202e", device="00000000000000fc"), reader
        ),
    ]
    connection = client_connection(urls=[stack.nats_url], key=key, device="00000000000000ff")
    async with connection:
        for envelope in envelopes:
            await publish_envelope(connection, reader, envelope, msg_id=secrets.token_hex(16))

    lines = bob.listen()
    messages = [line for line in lines if line["type"] == "message"]
    full = f"{mallory.handle}@kez.lat"
    assert [(line["text"], line["peer"], line["name_state"]) for line in messages] == [
        ("replayed", full, "pinned"),
        ("I am Alice", f"{alice.handle}@kez.lat", "unverified"),
        (None, full, "pinned"),
        ("\x1b]0;owned\x07\u202e", full, "pinned"),
    ]
    assert sorted(line["code"] for line in lines if line["type"] == "unopened") == sorted(
        [
            "not_for_this_reader",
            "cannot_decrypt",
            "cannot_decrypt",
            "unknown_envelope_version",
            "unknown_envelope_version",
        ]
    )
    shown = bob.run("history").stdout
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "unverified name: " + alice.handle in shown
    assert "a newer client is needed to show this: kez-dance-v7" in shown
    assert "could not be opened" in shown
    # Alice's own conversation holds nothing of it.
    assert bob.look("history", alice.handle)["messages"] == []
    # And nothing comes a second time.
    assert bob.listen() == []
