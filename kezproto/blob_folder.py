"""A folder that its owner's node serves: a listing of its files, each of which is a blob of its own.

The listing is canonical JSON, and itself a blob under the ticket's key:

    {"type": "kez.chat.folder", "version": 1, "files": [{"path", "size", "content"}, …], "folders": [path, …]}

`files` stand in the order of their paths' UTF-8 bytes. File i is sealed under HKDF-SHA256 (RFC 5869) of the ticket's
key without salt, with the info `kez/blob/folder` ‖ 0x00 ‖ u32 i. `folders` names those that would else be lost, as
nothing lies in them. A path is relative, with `/` between its components; where a reader writes it, the reader
decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kezproto import fields
from kezproto.blobs import MAX_BLOB_BYTES
from kezproto.canonical import MAX_INTEGER, canonical_bytes, parse_json
from kezproto.errors import Malformed, WrongType
from kezproto.fields import Check, check_fields
from kezproto.stream import KEY_BYTES

FOLDER_TYPE = "kez.chat.folder"
FOLDER_VERSION = 1
FOLDER_MIME = "inode/directory"
MAX_FOLDER_ENTRIES = 10_000
MAX_LISTING_BYTES = 16 * 1024 * 1024
MAX_PATH_BYTES = 1024
MAX_PATH_DEPTH = 32

_KEY_INFO = b"kez/blob/folder\x00"


@dataclass(frozen=True, slots=True)
class FolderFile:
    """`content` is the content id of the file's blob."""

    path: str
    size: int
    content: str


@dataclass(frozen=True, slots=True)
class FolderListing:
    """The place of a file in `files` is the index that its key is derived with."""

    files: tuple[FolderFile, ...]
    folders: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)

    def encode(self) -> bytes:
        """Malformed if `parse_listing` would refuse it."""
        document = {
            "type": FOLDER_TYPE,
            "version": FOLDER_VERSION,
            "files": [{"path": each.path, "size": each.size, "content": each.content} for each in self.files],
            "folders": list(self.folders),
        }
        encoded = canonical_bytes(document)
        parse_listing(encoded)
        return encoded


def folder_path(value: Any) -> None:
    """The check for a path: each component is a file's name as in a message."""
    fields.text(1, MAX_PATH_BYTES)(value)
    components = value.split("/")
    if len(components) > MAX_PATH_DEPTH:
        raise Malformed(f"must not lead through more than {MAX_PATH_DEPTH} folders.")
    for component in components:
        fields.file_name(component)


_FIELDS: dict[str, Check] = {
    "type": fields.anything,
    "version": fields.anything,
    "files": fields.anything,
    "folders": fields.list_of(folder_path, minimum=0, maximum=MAX_FOLDER_ENTRIES),
}
_FILE_FIELDS: dict[str, Check] = {
    "path": folder_path,
    "size": fields.integer(0, MAX_BLOB_BYTES),
    "content": fields.blake3,
}


def parse_listing(data: bytes) -> FolderListing:
    """Read a listing: WrongType for another version, UnknownField, Malformed for whatever else breaks a rule."""
    document = parse_json(data, max_bytes=MAX_LISTING_BYTES)
    if not isinstance(document, dict):
        raise Malformed("The listing of a folder is a JSON object.")
    version = document.get("version")
    if document.get("type") != FOLDER_TYPE or version is True or version != FOLDER_VERSION:
        raise WrongType(f"A listing of type {FOLDER_TYPE}, version {FOLDER_VERSION}, was expected.")
    check_fields(document, _FIELDS, what="listing", optional=frozenset())
    files, folders = document["files"], document["folders"]
    if not isinstance(files, list) or len(files) + len(folders) > MAX_FOLDER_ENTRIES:
        raise Malformed(f"A listing has at most {MAX_FOLDER_ENTRIES:,} entries.")
    for each in files:
        check_fields(each, _FILE_FIELDS, what="listing, file", optional=frozenset())
    listing = FolderListing(
        tuple(FolderFile(each["path"], each["size"], each["content"]) for each in files), tuple(folders)
    )
    _check_order([each.path for each in listing.files])
    _check_order(folders)
    _check_tree([each.path for each in listing.files], folders)
    if listing.size > MAX_INTEGER:
        raise Malformed("The files of the listing are larger than can be told.")
    if canonical_bytes(document) != data:
        raise Malformed("The listing is not in canonical form.")
    return listing


def folder_file_key(folder_key: bytes, index: int) -> bytes:
    """The 32 bytes under which file `index` of the folder is sealed."""
    if len(folder_key) != KEY_BYTES or not 0 <= index < MAX_FOLDER_ENTRIES:
        raise Malformed(
            f"A folder's key has 32 bytes, and its files are numbered below {MAX_FOLDER_ENTRIES:,}."
        )
    info = _KEY_INFO + index.to_bytes(4, "big")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(folder_key)


def _check_order(paths: Sequence[str]) -> None:
    encoded = [path.encode() for path in paths]
    if encoded != sorted(set(encoded)):
        raise Malformed("The paths of a listing stand in the order of their bytes, each once.")


def _check_tree(files: Iterable[str], folders: Iterable[str]) -> None:
    """Nothing lies in a file, and nothing in a folder that is said to be empty."""
    ends = [*files, *folders]
    closed = set(ends)
    if len(closed) != len(ends):
        raise Malformed("A path of the listing is a file and a folder.")
    for path in ends:
        parent = path
        while "/" in parent:
            parent = parent.rpartition("/")[0]
            if parent in closed:
                raise Malformed("A path of the listing leads through a file, or through an empty folder.")
