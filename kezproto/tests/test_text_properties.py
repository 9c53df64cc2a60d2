"""Text that comes in: either it is read, and then reads back the same, or it is refused with a typed error."""

import json

import pytest
from hypothesis import strategies as st

from kezproto import handles, nkeys, phrase, subjects, timestamps
from kezproto.canonical import canonical_bytes, parse_json, plain_copy
from kezproto.errors import BadHandle, BadKey, BadNkey, BadPhrase, BadSubject, Malformed
from kezproto.handles import Handle
from kezproto.tests.cast import ALICE, SERVER
from kezproto.tests.strategies import anything, moments, plain, property_test, seeds

locals_ = st.from_regex(r"[a-z0-9][a-z0-9_-]{2,31}", fullmatch=True)
# Near misses are more telling than noise.
handle_like = st.text("abzAZ019_-@.\n é\u212a\ud800", max_size=40)
nkey_like = st.text("SUAXNOABCDEFGH234567=a0", min_size=50, max_size=60)
connect_like = st.text("abcdef0123456789.AZ*> \n", max_size=90)
word_like = st.lists(st.sampled_from(["zoo", "abandon", "art", "hodl", "ZOO", "é", ""]), max_size=30).map(
    " ".join
)


@property_test(plain)
def test_json_round_trip(value):
    data = canonical_bytes(value)
    assert parse_json(data) == value
    assert canonical_bytes(parse_json(data)) == data
    assert parse_json(json.dumps(value, indent=2).encode()) == value
    assert plain_copy(value) == value


@property_test(st.binary(max_size=60) | st.text('{}[]",:\\ue0dE+-.1ntrufals ', max_size=60).map(str.encode))
def test_json_is_read_or_malformed(data):
    try:
        value = parse_json(data)
    except Malformed:
        return
    assert parse_json(canonical_bytes(value)) == value


@property_test(anything)
def test_values_are_plain_or_malformed(value):
    try:
        copy = plain_copy(value)
    except Malformed:
        return
    assert copy == value
    assert parse_json(canonical_bytes(copy)) == copy


@property_test(moments)
def test_timestamp_round_trip(moment):
    assert timestamps.parse_timestamp(timestamps.format_timestamp(moment)) == moment


@property_test(
    st.text("0123456789-:.TZtz+ ０\n", max_size=30) | st.from_regex(timestamps._PATTERN, fullmatch=True)
)
def test_timestamp_is_read_or_malformed(text):
    try:
        moment = timestamps.parse_timestamp(text)
    except Malformed:
        return
    assert timestamps.parse_timestamp(timestamps.format_timestamp(moment)) == moment


@property_test(locals_)
def test_handle_round_trip(local):
    handle = Handle(local, SERVER)
    assert handles.parse_handle(str(handle), own_server="example.org") == handle
    assert handles.parse_handle("@" + handle.display(SERVER).upper(), own_server=SERVER) == handle
    found = handles.find_mentions(f"hi @{handle}!", own_server="example.org")
    assert [mention.handle for mention in found] == [handle]


@property_test(handle_like)
def test_handle_is_read_or_refused(text):
    for mention in handles.find_mentions(text, own_server=SERVER):
        assert text[mention.start] == "@"
        assert handles.parse_handle(text[mention.start : mention.end], own_server=SERVER) == mention.handle
    try:
        handle = handles.parse_handle(text, own_server=SERVER)
    except BadHandle:
        return
    assert handles.parse_full_handle(str(handle)) == handle


@property_test(st.sampled_from("UANXO"), seeds)
def test_nkey_round_trip(kind, raw):
    assert nkeys.decode_public(nkeys.encode_public(kind, raw), prefix=kind) == raw
    assert nkeys.decode_seed(nkeys.encode_seed(kind, raw)) == (kind, raw)


@property_test(nkey_like)
def test_nkey_is_refused(text):
    with pytest.raises(BadNkey):
        nkeys.decode_seed(text)
    with pytest.raises((BadNkey, BadKey)):
        nkeys.primary_of_nkey(text)


@property_test(st.integers(0, 57), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_mistyped_nkey_is_refused(place, letter):
    seed = nkeys.encode_seed("U", ALICE.seed)
    if seed[place] != letter:
        with pytest.raises(BadNkey):
            nkeys.decode_seed(seed[:place] + letter + seed[place + 1 :])


@property_test(connect_like)
def test_connect_name_is_read_or_refused(text):
    try:
        token, device = subjects.parse_connect_name(text)
    except BadSubject:
        return
    assert subjects.connect_name(token, device) == text
    assert subjects.client_permissions(ALICE.primary, device, token)


@property_test(seeds)
def test_phrase_round_trip(seed):
    assert phrase.phrase_to_seed(phrase.seed_to_phrase(seed)) == seed


@property_test(word_like | st.text(max_size=60))
def test_phrase_is_read_or_refused(text):
    try:
        seed = phrase.phrase_to_seed(text)
    except BadPhrase:
        return
    assert phrase.seed_to_phrase(seed) == " ".join(text.lower().split())
