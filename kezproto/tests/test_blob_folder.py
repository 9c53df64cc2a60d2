"""Listings of folders: every path that leads elsewhere is refused, and each file has a key of its own."""

import json

import pytest
from hypothesis import strategies as st

from kezproto.blob_folder import (
    MAX_FOLDER_ENTRIES,
    FolderFile,
    FolderListing,
    folder_file_key,
    parse_listing,
)
from kezproto.canonical import canonical_bytes
from kezproto.errors import Malformed, ProtocolError, UnknownField, WrongType
from kezproto.tests.strategies import any_text, anything, plain, property_test, seeds

CONTENT = "blake3:" + "c0" * 32
TRAVERSALS = [
    *("", ".", "..", "/", "/etc/passwd", "//host/share", "a//b", "a/", "a/./b", "a/../../b", "../a"),
    *("\\\\host\\share", "a\\..\\b", "C:\\x", "a/b\x00c", "a/b\nc", "a/\u202eb", "a/\u2066b", "x" * 256),
    "/".join(["a"] * 33),
    "/".join(["a" * 200] * 6),
]


def file(path, size=1):
    return FolderFile(path, size, CONTENT)


def document(**changes):
    files = [{"path": "a/b.txt", "size": 3, "content": CONTENT}]
    return {"type": "kez.chat.folder", "version": 1, "files": files, "folders": [], **changes}


def test_a_listing_is_read_as_it_was_written():
    listing = FolderListing((file("a/b.txt", 3), file("a/ü.txt", 0), file("z")), ("a/empty", "b/c"))
    assert parse_listing(listing.encode()) == listing
    assert listing.size == 4
    assert parse_listing(FolderListing(()).encode()).files == ()


@pytest.mark.parametrize("path", TRAVERSALS, ids=ascii)
def test_paths_that_lead_elsewhere_are_refused(path):
    for listing in (FolderListing((file(path),)), FolderListing((), (path,))):
        with pytest.raises(Malformed):
            listing.encode()


@pytest.mark.parametrize(
    ("files", "folders"),
    [
        (["b", "a"], []),
        (["a", "a"], []),
        (["a", "a/b"], []),
        (["a/b/c/d", "a/b"], []),
        (["a/b"], ["a"]),
        (["a"], ["a"]),
        (["a"], ["a/b"]),
        ([], ["a", "a/b"]),
        ([], ["b", "a"]),
    ],
)
def test_paths_that_make_no_tree_are_refused(files, folders):
    with pytest.raises(Malformed):
        FolderListing(tuple(map(file, files)), tuple(folders)).encode()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"version": 2}, WrongType),
        ({"type": "kez.chat.message"}, WrongType),
        ({"note": "x"}, UnknownField),
        ({"files": {}}, Malformed),
        ({"files": [[]]}, Malformed),
        ({"files": [{"path": "a", "size": -1, "content": CONTENT}]}, Malformed),
        ({"files": [{"path": "a", "size": 2**40 + 1, "content": CONTENT}]}, Malformed),
        ({"files": [{"path": "a", "size": True, "content": CONTENT}]}, Malformed),
        ({"files": [{"path": "a", "size": 1, "content": "sha256:" + "c0" * 32}]}, Malformed),
        ({"files": [{"path": "a", "size": 1}]}, Malformed),
        ({"files": [{"path": "a", "size": 1, "content": CONTENT, "mode": 7}]}, UnknownField),
        ({"folders": None}, Malformed),
        ({"folders": [f"{number:05}" for number in range(MAX_FOLDER_ENTRIES)]}, Malformed),
        (
            {
                "files": [
                    {"path": f"{number:05}", "size": 2**40, "content": CONTENT} for number in range(9000)
                ]
            },
            Malformed,
        ),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_listings_that_are_refused(changes, error):
    with pytest.raises(error):
        parse_listing(canonical_bytes(document(**changes)))


def test_only_the_canonical_spelling_is_read():
    parse_listing(canonical_bytes(document()))
    for spelling in (json.dumps(document()).encode(), canonical_bytes(document()) + b"\n", b"[]", b"{}", b""):
        with pytest.raises(ProtocolError):
            parse_listing(spelling)


paths = st.lists(
    st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=5),
    min_size=1,
    max_size=4,
).map("/".join)


@property_test(st.sets(paths, max_size=8), st.sets(paths, max_size=4))
def test_any_paths_make_a_listing_or_a_typed_error(files, folders):
    def ordered(names):
        return sorted(names, key=lambda name: name.encode())

    listing = FolderListing(tuple(map(file, ordered(files))), tuple(ordered(folders)))
    try:
        encoded = listing.encode()
    except Malformed:
        return
    assert parse_listing(encoded) == listing


@property_test(
    st.sampled_from(["type", "version", "files", "folders", "x"]), anything | plain, max_examples=200
)
def test_any_value_in_any_field(field, value):
    try:
        data = canonical_bytes(document(**{field: value}))
        listing = parse_listing(data)
    except ProtocolError:
        return
    assert listing.encode() == data


@property_test(any_text | st.lists(st.sampled_from(["..", ".", "", "a", "\\", "\x7f"])).map("/".join))
def test_a_path_that_is_read_stays_below_its_folder(path):
    try:
        encoded = FolderListing((file(path),)).encode()
    except Malformed:
        return
    assert not {"", ".", ".."} & set(parse_listing(encoded).files[0].path.split("/"))


@property_test(seeds, st.integers(0, MAX_FOLDER_ENTRIES - 1), st.integers(0, MAX_FOLDER_ENTRIES - 1))
def test_each_file_has_a_key_of_its_own(key, first, second):
    assert (folder_file_key(key, first) == folder_file_key(key, second)) == (first == second)
    assert folder_file_key(key, first) != key


def test_the_key_of_a_file():
    # HKDF-SHA256 by hand: PRK = HMAC(zeros, key), then HMAC(PRK, info ‖ 0x01).
    import hashlib
    import hmac

    key = bytes(range(32))
    extracted = hmac.new(bytes(32), key, hashlib.sha256).digest()
    wanted = hmac.new(extracted, b"kez/blob/folder\x00\x00\x00\x00\x05\x01", hashlib.sha256).digest()
    assert folder_file_key(key, 5) == wanted
    for bad in ((key[1:], 0), (key, -1), (key, MAX_FOLDER_ENTRIES)):
        with pytest.raises(Malformed):
            folder_file_key(*bad)
