"""Everything that is written as text, against the vectors."""

import pytest

from kezproto import handles, nkeys, phrase, subjects, timestamps
from kezproto.canonical import MAX_DEPTH, MAX_PUBLIC_BYTES, canonical_bytes, parse_json, plain_copy, sha256_of
from kezproto.errors import BadHandle, BadKey, BadNkey, BadPhrase, BadSubject, Malformed
from kezproto.keys import Primary, SigningKey, x25519_private, x25519_public
from kezproto.safety_number import safety_number
from kezproto.tests.cast import BOB
from kezproto.tests.vectors import load, params

JSON_TEXT = load("json_text.json")
TIMESTAMPS = load("timestamps.json")
HANDLES = load("handles.json")
KEYS = load("keys.json")
NKEYS = load("nkeys.json")
BROKER = load("broker_names.json")


@pytest.mark.parametrize("case", params(JSON_TEXT["accepted"], "input_hex"))
def test_json_accepted(case):
    value = parse_json(bytes.fromhex(case["input_hex"]))
    assert canonical_bytes(value).hex() == case["canonical_hex"]
    assert plain_copy(value) == value
    assert parse_json(canonical_bytes(value)) == value


@pytest.mark.parametrize("case", params(JSON_TEXT["refused"]))
def test_json_refused(case):
    with pytest.raises(Malformed):
        parse_json(bytes.fromhex(case["input_hex"]))


def test_json_size():
    largest = b'"' + b"a" * (MAX_PUBLIC_BYTES - 2) + b'"'
    assert len(parse_json(largest)) == MAX_PUBLIC_BYTES - 2
    with pytest.raises(Malformed):
        parse_json(largest + b" ")
    assert parse_json(largest + b" ", max_bytes=MAX_PUBLIC_BYTES + 1)


@pytest.mark.parametrize(
    "hostile",
    [b"[" * 60000, b'{"a":' * 12000, b'"\\"' * 20000, b'["' + b'\\"' * 30000, b"-" * 60000, b'"\\' * 30000],
)
def test_json_hostile_shapes_are_refused_fast(hostile):
    with pytest.raises(Malformed):
        parse_json(hostile)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        b"bytes",
        {1: "x"},
        2**53,
        -(2**53),
        {"a": {1, 2}},
        "\ud800",
        {"\udfff": 1},
        [b"bytes"],
        float("nan"),
    ],
    ids=repr,
)
def test_values_that_are_not_plain(value):
    with pytest.raises(Malformed):
        plain_copy(value)


@pytest.mark.parametrize("value", ["\ud800", {"\ud800": 1}, 2**53, {1: 2}, b"bytes", float("inf")], ids=repr)
def test_values_without_a_canonical_form(value):
    with pytest.raises(Malformed):
        canonical_bytes(value)


def test_a_value_that_holds_itself():
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(Malformed):
        plain_copy(loop)
    with pytest.raises(Malformed):
        canonical_bytes(loop)


def test_values_may_be_nested_as_deep_as_text():
    value: list[object] = []
    for _ in range(MAX_DEPTH - 1):
        value = [value]
    assert plain_copy(value) == parse_json(canonical_bytes(value)) == value
    with pytest.raises(Malformed):
        plain_copy([value])


def test_sha256_of():
    assert sha256_of({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("case", params(TIMESTAMPS["accepted"], "text"))
def test_timestamp_accepted(case):
    moment = timestamps.parse_timestamp(case["text"])
    micros = int(moment.replace(microsecond=0).timestamp()) * 10**6 + moment.microsecond
    assert str(micros) == case["unix_micros"]
    assert timestamps.parse_timestamp(timestamps.format_timestamp(moment)) == moment


@pytest.mark.parametrize("case", params(TIMESTAMPS["refused"], "text"))
def test_timestamp_refused(case):
    with pytest.raises(Malformed):
        timestamps.parse_timestamp(case["text"])


def test_a_moment_needs_its_zone():
    naive = timestamps.parse_timestamp("2026-05-25T03:00:00Z").replace(tzinfo=None)
    with pytest.raises(Malformed):
        timestamps.format_timestamp(naive)
    with pytest.raises(Malformed):
        timestamps.format_timestamp(timestamps.parse_timestamp("2026-05-25T03:00:00Z").replace(year=1999))


@pytest.mark.parametrize("case", params(HANDLES["typed"], "text"))
def test_handle_typed(case):
    handle = handles.parse_handle(case["text"], own_server=HANDLES["own_server"])
    assert str(handle) == case["handle"]
    assert handles.parse_full_handle(str(handle)) == handle


@pytest.mark.parametrize("case", params(HANDLES["refused"], "text"))
def test_handle_refused(case):
    with pytest.raises(BadHandle):
        handles.parse_handle(case["text"], own_server=HANDLES["own_server"])


@pytest.mark.parametrize("case", params(HANDLES["stored_refused"], "local"))
def test_stored_handle_refused(case):
    with pytest.raises(BadHandle):
        handles.check_local(case["local"])


@pytest.mark.parametrize("case", params(HANDLES["mentions"], "text"))
def test_mentions(case):
    found = handles.find_mentions(case["text"], own_server=HANDLES["own_server"])
    units = case["text"].encode("utf-16-le")
    assert [(m.start, m.end, str(m.handle)) for m in found] == [
        (m["start"], m["end"], m["handle"]) for m in case["found"]
    ]
    for mention in case["found"]:
        assert (
            units[2 * mention["utf16_start"] : 2 * mention["utf16_end"]].decode("utf-16-le")
            == (case["text"][mention["start"] : mention["end"]])
        )


def test_the_longest_server_name():
    longest = ".".join(["a" * 61] * 4) + ".abcde"
    assert len(longest) == 253
    assert handles.check_server_name(longest) == longest
    with pytest.raises(BadHandle):
        handles.check_server_name(longest + "f")


def test_display():
    handle = handles.Handle("alice", "kez.lat")
    assert handle.display("kez.lat") == "alice"
    assert handle.display("example.org") == "alice@kez.lat"


@pytest.mark.parametrize("case", params(KEYS["people"]))
def test_people(case):
    key = SigningKey(bytes.fromhex(case["seed_hex"]))
    assert str(key.primary) == case["primary"]
    assert x25519_public(key.primary).hex() == case["x25519_public_hex"]
    assert x25519_private(key).hex() == case["x25519_private_hex"]
    assert nkeys.user_nkey(key.primary) == case["user_nkey"]
    assert nkeys.primary_of_nkey(case["user_nkey"]) == key.primary
    assert nkeys.decode_seed(case["user_seed_nkey"]) == ("U", key.seed)
    assert phrase.phrase_to_seed(case["phrase"]) == key.seed


@pytest.mark.parametrize("case", KEYS["safety_numbers"])
def test_safety_numbers(case):
    digits = safety_number(Primary.parse(case["a"]), Primary.parse(case["b"]))
    assert digits == case["digits"]
    assert [len(group) for group in digits.split(" ")] == [5] * 12


def test_nkeys_of_all_kinds():
    raw = bytes.fromhex(NKEYS["raw_hex"])
    for kind, text in NKEYS["public"].items():
        assert text.startswith(kind)
        assert nkeys.decode_public(text, prefix=kind) == raw
    for kind, text in NKEYS["seeds"].items():
        assert text.startswith("S" + kind)
        assert nkeys.decode_seed(text) == (kind, raw)


@pytest.mark.parametrize("case", params(NKEYS["refused_users"], "text"))
def test_user_nkey_refused(case):
    with pytest.raises(BadNkey):
        nkeys.primary_of_nkey(case["text"])


@pytest.mark.parametrize("case", params(NKEYS["refused_seeds"], "text"))
def test_seed_nkey_refused(case):
    with pytest.raises(BadNkey):
        nkeys.decode_seed(case["text"])


def test_nkeys_refuse_what_they_cannot_encode():
    for make in (nkeys.encode_public, nkeys.encode_seed):
        for kind, raw in (("Q", bytes(32)), ("U", bytes(31)), ("", bytes(32))):
            with pytest.raises(BadNkey):
                make(kind, raw)
    with pytest.raises(BadKey):
        nkeys.primary_of_nkey(nkeys.encode_public("U", bytes(32)))


def test_broker_names():
    primary, device, token = Primary.parse(BROKER["primary"]), BROKER["device"], BROKER["token"]
    assert subjects.inbox_subject(primary) == BROKER["inbox"]
    assert subjects.primary_of_inbox(BROKER["inbox"]) == primary
    assert subjects.signal_subject(primary) == BROKER["signal"]
    file_id, chunk = BROKER["file_id"], BROKER["chunk"]
    assert subjects.chunk_subject(primary, file_id, chunk["index"]) == chunk["subject"]
    assert subjects.parse_chunk_subject(chunk["subject"]) == (primary, file_id, chunk["index"])
    assert subjects.chunk_subjects(primary, file_id) == BROKER["chunks"]
    assert BROKER["streams"] == {"inbox": subjects.INBOX_STREAM, "files": subjects.FILES_STREAM}
    assert subjects.consumer_name(primary, device) == BROKER["consumer"]
    assert subjects.parse_consumer_name(BROKER["consumer"]) == (primary, device)
    assert subjects.connect_name(token, device) == BROKER["connect_name"]
    assert subjects.parse_connect_name(BROKER["connect_name"]) == (token, device)
    assert subjects.reply_prefix(token) == BROKER["reply_prefix"]
    assert subjects.client_permissions(primary, device, token) == BROKER["permissions"]


@pytest.mark.parametrize("case", params(BROKER["refused_connect_names"], "text"))
def test_connect_name_refused(case):
    with pytest.raises(BadSubject):
        subjects.parse_connect_name(case["text"])


@pytest.mark.parametrize("case", params(BROKER["refused_chunks"], "text"))
def test_chunk_subject_refused(case):
    with pytest.raises(BadSubject):
        subjects.parse_chunk_subject(case["text"])


def test_no_subject_for_what_is_no_chunk():
    primary, file_id = Primary.parse(BROKER["primary"]), BROKER["file_id"]
    for bad_id, index in ((file_id, -1), (file_id, 128), (file_id[:-1], 0), ("*", 0), (file_id + ".7", 0)):
        with pytest.raises(BadSubject):
            subjects.chunk_subject(primary, bad_id, index)
    with pytest.raises(BadSubject):
        subjects.chunk_subjects(primary, file_id.upper())


@pytest.mark.parametrize("case", params(BROKER["refused_inboxes"], "text"))
def test_inbox_subject_refused(case):
    with pytest.raises(BadSubject):
        subjects.primary_of_inbox(case["text"])


@pytest.mark.parametrize("case", params(BROKER["refused_consumers"], "text"))
def test_consumer_name_refused(case):
    with pytest.raises(BadSubject):
        subjects.parse_consumer_name(case["text"])


@pytest.mark.parametrize("case", params(KEYS["typed_phrases"], "text"))
def test_phrase_is_forgiving_of_case_and_space(case):
    assert phrase.phrase_to_seed(case["text"]).hex() == case["seed_hex"]


@pytest.mark.parametrize("case", params(KEYS["refused_phrases"], "text"))
def test_phrase_is_refused(case):
    with pytest.raises(BadPhrase):
        phrase.phrase_to_seed(case["text"])


def test_phrase_says_what_is_wrong():
    words = phrase.seed_to_phrase(BOB.seed).split()
    with pytest.raises(BadPhrase, match="24 words; this one has 23"):
        phrase.phrase_to_seed(" ".join(words[1:]))
    with pytest.raises(BadPhrase, match="Word 3, 'hodl'"):
        phrase.phrase_to_seed(" ".join([*words[:2], "hodl", *words[3:]]))
    with pytest.raises(BadPhrase, match="together they do not fit") as caught:
        phrase.phrase_to_seed(" ".join([*words[1:], words[0]]))
    assert words[5] not in str(caught.value)
    with pytest.raises(BadKey):
        phrase.seed_to_phrase(bytes(16))
