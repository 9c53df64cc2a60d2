"""Python and JavaScript give the same answer, value or code, also to input that no vector holds.

Inputs are near misses: valid ones with a few places changed. They come from a fixed seed, so a failure comes again.
"""

import copy
import json
import random
import shutil
import subprocess
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from kezproto import bodies, fields, handles, nkeys, phrase, subjects, timestamps
from kezproto.blobs import content_id, encode_manifest, parse_manifest
from kezproto.canonical import canonical_bytes, parse_json, plain_copy
from kezproto.chain_operations import Claim, Endpoint, SharedFiles, parse_operation
from kezproto.errors import ProtocolError
from kezproto.file_chunks import parse_chunk_frame
from kezproto.keys import Primary, SigningKey
from kezproto.messages import verify_message
from kezproto.padding import frame, unframe
from kezproto.shared_entries import parse_shared_entry
from kezproto.tickets import parse_ticket
from tests.protocol_vectors import load_all

PROGRAM = Path(__file__).resolve().parent / "js" / "answers.js"
SERVER = "kez.lat"
ALICE = SigningKey(b"\xa1" * 32)
RANDOM = random.Random()
FILES = load_all()


def ask(questions: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    node = shutil.which("node")
    assert node, "there is no Node; `make test` puts it on the path"
    result = subprocess.run(
        [node, str(PROGRAM)],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    answers: list[dict[str, Any]] = json.loads(result.stdout)
    return answers


def chunk(data: str) -> list[Any]:
    found = parse_chunk_frame(bytes.fromhex(data))
    return [found.file_id, found.index, found.total, found.sealed.hex()]


def chunk_subject(text: str) -> list[Any]:
    primary, file_id, index = subjects.parse_chunk_subject(text)
    return [str(primary), file_id, index]


def entry(document: Any) -> list[Any]:
    found = parse_shared_entry(plain_copy(document), owner=ALICE.primary)
    readers = sorted((str(key), str(handle)) for key, handle in (found.readers or {}).items())
    names = [handle for _, handle in readers] or None
    return [found.file.filename, found.note, found.expires_at is not None, names]


def mentions(text: str) -> list[list[Any]]:
    def units(place: int) -> int:
        return len(text[:place].encode("utf-16-le", "surrogatepass")) // 2

    return [
        [units(found.start), units(found.end), str(found.handle)]
        for found in handles.find_mentions(text, own_server=SERVER)
    ]


BODY_TYPES = {bodies.TextBody: "text", bodies.FileBody: "file", bodies.ReceiptBody: "receipt"}
OPERANDS = {Endpoint: "endpoint", Claim: "claim", SharedFiles: "shared_files"}

PYTHON: dict[str, Callable[[Any], Any]] = {
    "body": lambda body: BODY_TYPES.get(type(bodies.parse_body(plain_copy(body))), "unknown"),
    "canonical": lambda data: canonical_bytes(parse_json(bytes.fromhex(data))).hex(),
    "chunk": chunk,
    "chunk_subject": chunk_subject,
    "connect_name": lambda text: list(subjects.parse_connect_name(text)),
    "entry": entry,
    "file_name": fields.file_name,
    "full_handle": lambda text: str(handles.parse_full_handle(text)),
    "handle": lambda text: str(handles.parse_handle(text, own_server=SERVER)),
    "manifest": lambda data: content_id(encode_manifest(parse_manifest(bytes.fromhex(data)))),
    "mentions": mentions,
    "message": lambda case: verify_message(case["document"], reader=Primary.parse(case["reader"])).hash,
    "operation": lambda case: OPERANDS.get(type(parse_operation(case[0], plain_copy(case[1]))), "unknown"),
    "phrase": lambda text: phrase.phrase_to_seed(text).hex(),
    "primary": lambda text: str(Primary.parse(text)),
    "seed_nkey": lambda text: nkeys.decode_seed(text)[1].hex(),
    "ticket": lambda text: parse_ticket(text).encode(),
    "timestamp": lambda text: timestamps.format_timestamp(timestamps.parse_timestamp(text)),
    "unframe": lambda data: unframe(bytes.fromhex(data)).hex(),
    "user_nkey": lambda text: str(nkeys.primary_of_nkey(text)),
}


def python_answer(name: str, argument: Any) -> dict[str, Any]:
    try:
        return {"value": PYTHON[name](copy.deepcopy(argument))}
    except ProtocolError as error:
        return {"error": error.code}


def respelled(text: str, alphabet: str) -> str:
    """`text` with one to three places changed, dropped or doubled."""
    letters = list(text)
    for _ in range(RANDOM.randint(1, 3)):
        place = RANDOM.randint(0, len(letters))
        letters[place : place + RANDOM.choice((0, 1, 1))] = RANDOM.choices(
            alphabet, k=RANDOM.choice((0, 1, 1, 2))
        )
    return "".join(letters)


TEXTS: dict[str, tuple[list[str], str]] = {
    "connect_name": (
        ["A1b2C3d4E5f6G7h8.a11ce00000000001"],
        "aA0.*> \né",
    ),
    "file_name": (
        ["notes.txt", "a b.c", "été.pdf"],
        "a./\\\n\x00\x7f\x85\xa0\u2028\u202e\u2066\u200f\ufeff😂",
    ),
    "full_handle": (["alice@kez.lat", "a_b-1@x.y.z"], "aZ0_-@. \né"),
    "handle": (["alice", "@Alice@Kez.Lat", "bob@127.0.0.1"], "aZ0_-@. \né\u212a\u0130ſ"),
    "mentions": (
        ["hi @bob, and @Alice@Example.Org.", "@dave@a.b@c @eve_1/@-x", "😂 @bob@kez.lat@bob"],
        "aZ0_-@@@. \né\u212a\u0130\u0131ſ中😂\u0301٣²",
    ),
    "phrase": (
        [phrase.seed_to_phrase(ALICE.seed), phrase.seed_to_phrase(bytes(32))],
        "az \t\n\u00a0\u3000Zéﬀ",
    ),
    "primary": ([str(ALICE.primary)], "0123456789abcdefAF:"),
    "seed_nkey": ([nkeys.encode_seed("U", ALICE.seed)], "SUAXNOBCM234567a0="),
    "timestamp": (
        ["2026-05-25T03:00:00Z", "2028-02-29T23:59:59.999999Z", "2999-12-31T23:59:59.5Z"],
        "0123456789-:.TZtz+ ",
    ),
    "user_nkey": ([nkeys.user_nkey(ALICE.primary)], "SUAXNOBCM234567a0="),
}
JSON_TEXTS = [
    '{"a":[1,-2,{"b":null}],"c":"x\\u00e9\\ud83d\\ude02","d":true}',
    '{"__proto__":{"a":1},"z":"\\n\\u0000","é":9007199254740991,"":""}',
    '[[[["deep"]]],false,"",0,-1]',
]
ODD_VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**53,
    2**53 - 1,
    "",
    "x",
    "constructor",
    [],
    [None],
    {},
    {"a": 1},
    "\ud800",
]


def near_values(sample: dict[str, Any]) -> dict[str, Any]:
    """A sample with one or two members, at any depth, replaced, dropped or added."""
    value = copy.deepcopy(sample)
    for _ in range(RANDOM.randint(1, 2)):
        target = value
        while RANDOM.random() < 0.4:
            inner = [item for item in target.values() if isinstance(item, dict)]
            if not inner:
                break
            target = RANDOM.choice(inner)
        name = RANDOM.choice([*target, "note", "__proto__"])
        change = RANDOM.random()
        if change < 0.2:
            target.pop(name, None)
        elif change < 0.5 and isinstance(target.get(name), str):
            target[name] = respelled(target[name], "aA0/\\:.-_= \n\u202eé")
        else:
            target[name] = copy.deepcopy(RANDOM.choice(ODD_VALUES))
    return value


def questions() -> Iterator[tuple[str, Any]]:
    RANDOM.seed(20261122)
    for name, (samples, alphabet) in TEXTS.items():
        for sample in samples:
            yield name, sample
            yield from ((name, respelled(sample, alphabet)) for _ in range(200))
    for text in JSON_TEXTS:
        for _ in range(300):
            changed = respelled(text, '{}[]",:\\u0eE+-.1d9tn \x01é')
            yield "canonical", changed.encode().hex()
            yield "canonical", RANDOM.randbytes(2).join([changed.encode()[:9], changed.encode()[9:]]).hex()
    for _ in range(100):
        yield "primary", "ed25519:" + RANDOM.randbytes(32).hex()
        framed = bytearray(frame(RANDOM.randbytes(RANDOM.randint(0, 600))))
        yield "unframe", framed.hex()
        framed[RANDOM.choice((0, 1, 2, 3, -1, RANDOM.randrange(len(framed))))] ^= 1 << RANDOM.randrange(8)
        yield "unframe", framed[: len(framed) - RANDOM.choice((0, 0, 1, 16))].hex()


def structured_questions() -> Iterator[tuple[str, Any]]:
    RANDOM.seed(20261122)
    messages = FILES["messages.json"]["valid"]
    events = FILES["sigchains.json"]["chain"]["events"]
    for _ in range(40):
        for case in messages:
            yield "body", near_values(case["document"]["payload"]["body"])
        for event in events:
            yield "operation", [event["payload"]["op"], near_values(event["payload"]["body"])]
    for _ in range(15):
        for case in messages:
            yield "message", {"document": near_values(case["document"]), "reader": case["reader"]}
            resigned = copy.deepcopy(case["document"])
            resigned["payload"] = near_values(resigned["payload"])
            try:
                sig = ALICE.sign(canonical_bytes(resigned["payload"])).hex()
            except ProtocolError:
                continue
            resigned["signature"]["sig"] = sig
            yield "message", {"document": resigned, "reader": case["reader"]}


def check_same_answers(asked: list[tuple[str, Any]]) -> None:
    expected = [python_answer(name, argument) for name, argument in asked]
    differing = [
        (question, python, javascript)
        for question, python, javascript in zip(asked, expected, ask(asked), strict=True)
        if python != javascript
    ]
    assert differing == [], differing[:5]
    for name in {name for name, _ in asked}:
        kinds = {
            next(iter(answer))
            for (asked_name, _), answer in zip(asked, expected, strict=True)
            if asked_name == name
        }
        assert kinds == {"value", "error"} or name == "mentions", f"{name} was only asked for {kinds}"


def test_texts():
    check_same_answers(list(questions()))


def test_structures():
    check_same_answers(list(structured_questions()))


def test_every_character_beside_a_mention_and_in_a_file_name():
    """Characters that this Python knows; a newer Unicode in the browser may know more letters."""
    known = [
        chr(code)
        for code in range(0x110000)
        if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")
        and not 0x4E00 <= code < 0xA000
        and not 0x17000 <= code < 0x19000
        and not 0x20000 <= code < 0x32000
        and not 0xAC00 <= code < 0xD7A4
    ]
    step = 50
    asked: list[tuple[str, Any]] = []
    for start in range(0, len(known), step):
        group = known[start : start + step]
        asked.append(("mentions", " ".join(f"{letter}@bob @bob{letter} @bob@a{letter}" for letter in group)))
    asked += [("file_name", letter) for letter in known if unicodedata.category(letter)[0] in "CZ"]
    asked += [
        ("file_name", letter)
        for letter in known
        if unicodedata.bidirectional(letter) not in ("L", "ON", "NSM")
    ]
    check_same_answers(asked)
