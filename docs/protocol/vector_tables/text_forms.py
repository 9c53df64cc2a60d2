"""Vectors for what is written as text: JSON, timestamps, handles, broker names."""

from __future__ import annotations

from typing import Any

from kezproto import handles, subjects, timestamps
from kezproto.canonical import MAX_DEPTH, MAX_PUBLIC_BYTES, canonical_bytes, parse_json
from vector_tables.cast import ALICE, ALICE_DEVICE, ALICE_HANDLE, SERVER

TOKEN = "A1b2C3d4E5f6G7h8"
FILE_ID = "f1" * 16


def json_text() -> dict[str, Any]:
    accepted = [
        '{"b":1,"a":[true,false,null]}',
        ' {"a" : "\\u00e9\\n\\u001f\\/" } ',
        '{"max":9007199254740991,"min":-9007199254740991,"zero":0}',
        '{"\\ud83d\\ude02":1,"\\ufb33":2,"\\r":3,"1":4}',
        "[" * MAX_DEPTH + "]" * MAX_DEPTH,
        '"{[{["',
        '{"__proto__":{"a":1},"constructor":2,"toString":null}',
    ]
    refused = {
        "a name stands twice": b'{"a":1,"a":1}',
        "a name stands twice, once escaped": b'{"a":1,"\\u0061":2}',
        "__proto__ stands twice": b'{"__proto__":1,"__proto__":{}}',
        "a fraction": b'{"a":1.0}',
        "an exponent": b'{"a":1e3}',
        "minus zero": b'{"a":-0}',
        "beyond 2^53-1": b'{"a":9007199254740992}',
        "below -(2^53-1)": b'{"a":-9007199254740992}',
        "a very long integer": b'{"a":' + b"9" * 5000 + b"}",
        "NaN": b'{"a":NaN}',
        "Infinity": b'{"a":-Infinity}',
        "a leading zero": b'{"a":01}',
        "a high surrogate alone": b'{"a":"\\ud83d"}',
        "a low surrogate alone, as a name": b'{"\\ude02":1}',
        "surrogates in the wrong order": b'{"a":"\\ude02\\ud83d"}',
        "not UTF-8": b'{"a":"\xff"}',
        "a surrogate in UTF-8": b'{"a":"\xed\xa0\xbd"}',
        "a byte order mark": b"\xef\xbb\xbf{}",
        "UTF-16": '{"a":1}'.encode("utf-16-le"),
        "a raw control character": b'{"a":"\n"}',
        "a trailing comma": b'{"a":1,}',
        "single quotes": b"{'a':1}",
        "a comment": b'{"a":1}//',
        "two values": b"{}{}",
        "nothing": b"",
        "cut short": b'{"a":"b',
        "nested too deep": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    }
    return {
        "about": "Strict JSON in, RFC 8785 out. 'accepted': the canonical bytes of what was read. At most "
        f"{MAX_PUBLIC_BYTES} bytes, nested {MAX_DEPTH} deep.",
        "accepted": [
            {
                "input_hex": text.encode().hex(),
                "canonical_hex": canonical_bytes(parse_json(text.encode())).hex(),
            }
            for text in accepted
        ],
        "refused": [
            {"name": name, "input_hex": data.hex(), "error": "malformed"} for name, data in refused.items()
        ],
    }


def timestamp_forms() -> dict[str, Any]:
    accepted = [
        "2026-05-25T03:00:00Z",
        "2026-05-25T03:00:00.5Z",
        "2026-05-25T03:00:00.000001Z",
        "2000-01-01T00:00:00Z",
        "2999-12-31T23:59:59.999999Z",
        "2028-02-29T12:00:00Z",
    ]
    refused = [
        "2026-05-25T03:00:00+00:00",
        "2026-05-25T03:00:00",
        "2026-05-25t03:00:00Z",
        "2026-05-25T03:00:00z",
        "2026-05-25 03:00:00Z",
        "2026-05-25T03:00:00.Z",
        "2026-05-25T03:00:00.1234567Z",
        "2026-05-25T03:00:00,5Z",
        "2026-05-25T23:59:60Z",
        "2026-05-25T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "1999-12-31T23:59:59Z",
        "3000-01-01T00:00:00Z",
        "26-05-25T03:00:00Z",
        "2026-05-25T03:00Z",
        " 2026-05-25T03:00:00Z",
        "2026-05-25T03:00:00Z\n",
        "\uff12026-05-25T03:00:00Z",
        "",
    ]
    return {
        "about": "Timestamps. 'unix_micros': microseconds since 1970, as text because it may pass 2^53.",
        "accepted": [{"text": text, "unix_micros": str(_unix_micros(text))} for text in accepted],
        "refused": [{"text": text, "error": "malformed"} for text in refused],
    }


def _unix_micros(text: str) -> int:
    moment = timestamps.parse_timestamp(text)
    return int(moment.replace(microsecond=0).timestamp()) * 1_000_000 + moment.microsecond


def handle_forms() -> dict[str, Any]:
    typed = ["alice", "@alice", "Alice@Kez.Lat", "@bob@example.org", "a-1_2", "a" * 32, "bob@localhost"]
    refused = [
        "",
        "al",
        "a" * 33,
        "-alice",
        "_alice",
        "al ice",
        " alice",
        "alice ",
        "@@alice",
        "alice@",
        "@",
        "alice@kez.lat@kez.lat",
        "alice@-kez.lat",
        "alice@kez..lat",
        "alice@kez.lat.",
        "alice@kez.lat:6969",
        "alice@127.0.0.1",
        "alice@kez_lat",
        "alíce",
        "\u212aris",
        "alice\n",
        "alice@" + "a" * 64 + ".org",
    ]
    texts = [
        "hi @bob, and @Alice@Example.Org.",
        "mail bob@kez.lat or a@b, not (@al) nor @@bob",
        "@bob: see @carol-1/@dave_2",
        "@bobé @\u212aris @bob@-x",
        "😂 @bob@kez.lat",
        "😂😂 @bob, 😂 @carol@example.org",
        "@bob@\u017ferver, @bob@\u0131x, @bob@a.b.",
        "\u0663@bob \u2167@bob \u4e2d@bob _@bob e\u0301@bob \U0001d400@bob",
    ]
    return {
        "about": "Handles as people type them, on the server "
        + SERVER
        + ", and mentions in text; the @ belongs to the mention. 'start' and 'end' count "
        "Unicode code points, 'utf16_start' and 'utf16_end' the units of UTF-16, as JavaScript does.",
        "own_server": SERVER,
        "typed": [
            {"text": text, "handle": str(handles.parse_handle(text, own_server=SERVER))} for text in typed
        ],
        "refused": [{"text": text, "error": "bad_handle"} for text in refused],
        "stored_refused": [
            {"local": local, "error": "bad_handle"}
            for local in ("Alice", "ALICE", "al", "alice@kez.lat", "-al")
        ],
        "mentions": [
            {
                "text": text,
                "found": [
                    {
                        "start": found.start,
                        "end": found.end,
                        "utf16_start": _utf16_length(text[: found.start]),
                        "utf16_end": _utf16_length(text[: found.end]),
                        "handle": str(found.handle),
                    }
                    for found in handles.find_mentions(text, own_server=SERVER)
                ],
            }
            for text in texts
        ],
    }


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def broker_names() -> dict[str, Any]:
    return {
        "about": "Names on the broker for alice's device, and CONNECT names that must be refused.",
        "primary": str(ALICE.primary),
        "device": ALICE_DEVICE,
        "token": TOKEN,
        "handle": str(ALICE_HANDLE),
        "inbox": subjects.inbox_subject(ALICE.primary),
        "signal": subjects.signal_subject(ALICE.primary),
        "consumer": subjects.consumer_name(ALICE.primary, ALICE_DEVICE),
        "file_id": FILE_ID,
        "chunk": {"index": 7, "subject": subjects.chunk_subject(ALICE.primary, FILE_ID, 7)},
        "chunks": subjects.chunk_subjects(ALICE.primary, FILE_ID),
        "streams": {"inbox": subjects.INBOX_STREAM, "files": subjects.FILES_STREAM},
        "connect_name": subjects.connect_name(TOKEN, ALICE_DEVICE),
        "reply_prefix": subjects.reply_prefix(TOKEN),
        "permissions": subjects.client_permissions(ALICE.primary, ALICE_DEVICE, TOKEN),
        "refused_inboxes": [
            {"text": text, "error": "bad_subject"}
            for text in (
                "",
                "kez.inbox.",
                "kez.inbox.*",
                "kez.inbox." + "00" * 32,
                "kez.inbox." + ALICE.primary.hex.upper(),
                subjects.inbox_subject(ALICE.primary) + "\n",
                subjects.signal_subject(ALICE.primary),
                ALICE.primary.hex,
            )
        ],
        "refused_chunks": _refused_chunks(),
        "refused_consumers": [
            {"text": text, "error": "bad_subject"}
            for text in (
                "",
                "-",
                ALICE.primary.hex,
                ALICE.primary.hex + "-",
                ALICE.primary.hex + "-" + ALICE_DEVICE.upper(),
                ALICE.primary.hex + "-" + ALICE_DEVICE + "-",
                "x-" + ALICE_DEVICE,
            )
        ],
        "refused_connect_names": [
            {"text": text, "error": "bad_subject"}
            for text in (
                "",
                ".",
                TOKEN,
                f"{TOKEN}.",
                f".{ALICE_DEVICE}",
                f"{TOKEN[:15]}.{ALICE_DEVICE}",
                f"{TOKEN * 5}.{ALICE_DEVICE}",
                f"{TOKEN}.{ALICE_DEVICE.upper()}",
                f"{TOKEN}.{ALICE_DEVICE}0",
                f"{TOKEN}..{ALICE_DEVICE}",
                f"{TOKEN}.{ALICE_DEVICE}.x",
                f"{TOKEN[:-1]}*.{ALICE_DEVICE}",
                f"{TOKEN[:-1]}>.{ALICE_DEVICE}",
                f"{TOKEN[:-1]} .{ALICE_DEVICE}",
                f"{TOKEN}.{ALICE_DEVICE}\n",
            )
        ],
    }


def _refused_chunks() -> list[dict[str, str]]:
    key = ALICE.primary.hex
    texts = [
        "",
        "kez.files.",
        f"kez.files.{key}.{FILE_ID}",
        f"kez.files.{key}.{FILE_ID}.",
        f"kez.files.{key}.{FILE_ID}.*",
        f"kez.files.{key}.{FILE_ID}.128",
        f"kez.files.{key}.{FILE_ID}.1000",
        f"kez.files.{key}.{FILE_ID}.07",
        f"kez.files.{key}.{FILE_ID}.-1",
        f"kez.files.{key}.{FILE_ID}.+1",
        f"kez.files.{key}.{FILE_ID}.1e1",
        f"kez.files.{key}.{FILE_ID}.\u0661",
        f"kez.files.{key}.{FILE_ID}.7.0",
        f"kez.files.{key}.{FILE_ID}.7\n",
        f"kez.files.{key}.{FILE_ID.upper()}.7",
        f"kez.files.{key}.{FILE_ID[:-1]}.7",
        f"kez.files.{key}.*.7",
        f"kez.files.{key.upper()}.{FILE_ID}.7",
        f"kez.files.{'00' * 32}.{FILE_ID}.7",
        f"kez.files.*.{FILE_ID}.7",
        f"kez.inbox.{key}.{FILE_ID}.7",
        f"{key}.{FILE_ID}.7",
    ]
    return [{"text": text, "error": "bad_subject"} for text in texts]
