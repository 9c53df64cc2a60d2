"""The archive: one tar, written and read as a stream. docs/backup.md describes it.

kez-backup.json       what this is, first, so that a reader that is too old can say so
<part>/<member> …     the parts one after the other, in members of a few megabytes
manifest.json         what should have been there, with the digest of each part, last
"""

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from backups.errors import ArchiveRefused

FORMAT, VERSION = "kez-backup", 1
HEAD, MANIFEST = "kez-backup.json", "manifest.json"
BLOCK_BYTES = 4 * 1024 * 1024
MAX_MEMBER_BYTES = 64 * 1024 * 1024
_NAME = re.compile(r"[a-z]{1,16}/[A-Za-z0-9_./-]{1,200}")


class PartDigest:
    """SHA-256 over the members of a part: name, length and bytes of each, in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.bytes = self.members = 0

    def add(self, name: str, data: bytes) -> None:
        self._hash.update(f"{name}\0{len(data)}\0".encode())
        self._hash.update(data)
        self.bytes += len(data)
        self.members += 1

    def document(self) -> dict[str, Any]:
        return {
            "members": self.members,
            "bytes": self.bytes,
            "digest": f"sha256:{self._hash.hexdigest()}",
        }


class ArchiveWriter:
    """Parts are written one after the other; `finish` closes with the manifest."""

    def __init__(self, stream: IO[bytes], head: Mapping[str, Any], *, mtime: float) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._mtime = mtime
        self._head = {"format": FORMAT, "version": VERSION, **head}
        self._parts: list[dict[str, Any]] = []
        self._add(HEAD, _json(self._head))

    @contextmanager
    def part(self, name: str, kind: str) -> "Iterator[PartWriter]":
        writer = PartWriter(name, self._add)
        yield writer
        writer.flush()
        self._parts.append({"name": name, "kind": kind, **writer.digest.document(), **writer.more})

    def finish(self) -> dict[str, Any]:
        """Answers the manifest."""
        manifest = {**self._head, "parts": self._parts}
        self._add(MANIFEST, _json(manifest))
        self._tar.close()
        return manifest

    def _add(self, name: str, data: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = len(data), 0o600, int(self._mtime)
        self._tar.addfile(info, io.BytesIO(data))


@dataclass
class PartWriter:
    """`write` for what is one stream of bytes, `member` for what has names of its own. `more` goes to the manifest."""

    name: str
    _add: Any
    digest: PartDigest = field(default_factory=PartDigest)
    more: dict[str, Any] = field(default_factory=dict)
    _waiting: bytearray = field(default_factory=bytearray)

    def write(self, data: bytes) -> None:
        self._waiting += data
        while len(self._waiting) >= BLOCK_BYTES:
            self._put(bytes(self._waiting[:BLOCK_BYTES]))
            del self._waiting[:BLOCK_BYTES]

    def member(self, name: str, data: bytes) -> None:
        self.digest.add(name, data)
        self._add(f"{self.name}/{name}", data)

    def flush(self) -> None:
        if self._waiting:
            self._put(bytes(self._waiting))
            self._waiting.clear()

    def _put(self, data: bytes) -> None:
        self.member(f"{self.digest.members:08}", data)


@dataclass(frozen=True, slots=True)
class Member:
    part: str
    name: str
    data: bytes


class ArchiveReader:
    """`members` yields what the parts hold, and then compares it with the manifest. Raises ArchiveRefused."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.manifest: dict[str, Any] = {}
        with _damage_told():
            self._tar = tarfile.open(fileobj=stream, mode="r|")  # noqa: SIM115
            first = self._tar.next()
            if first is None or first.name != HEAD:
                raise ArchiveRefused("This is no backup of kez-chat.")
            self.head = _document(self._data(first))
        if self.head.get("format") != FORMAT:
            raise ArchiveRefused("This is no backup of kez-chat.")
        if self.head.get("version") != VERSION:
            raise ArchiveRefused(
                f"The archive was made by a newer kez-chat ({self.head.get('software', '?')}): use that one."
            )

    def members(self) -> Iterator[Member]:
        digests: dict[str, PartDigest] = {}
        while (member := self._next()) is not None:
            if isinstance(member, Member):
                digests.setdefault(member.part, PartDigest()).add(member.name, member.data)
                yield member
            else:
                self.manifest = member
        self._compare(digests)

    def _next(self) -> Member | dict[str, Any] | None:
        with _damage_told():
            info = self._tar.next()
            if info is None:
                self._read_to_end()
                return None
            if self.manifest or not info.isreg() or info.size > MAX_MEMBER_BYTES:
                raise _damaged()
            data = self._data(info)
        if info.name == MANIFEST:
            return _document(data)
        if not _NAME.fullmatch(info.name) or ".." in info.name:
            raise _damaged()
        part, _, name = info.name.partition("/")
        return Member(part, name, data)

    def _data(self, info: tarfile.TarInfo) -> bytes:
        file = self._tar.extractfile(info)
        data = file.read() if file is not None else b""
        if len(data) != info.size:
            raise _damaged()
        return data

    def _read_to_end(self) -> None:
        """What is sealed is whole only if its last piece was seen."""
        while rest := self._stream.read(1 << 20):
            if rest.strip(b"\0"):
                raise _damaged()

    def _compare(self, digests: dict[str, PartDigest]) -> None:
        told = {part["name"]: part for part in self.manifest.get("parts", [])}
        same_head = all(self.manifest.get(name) == value for name, value in self.head.items())
        if not self.manifest or not same_head or not set(digests) <= set(told):
            raise _damaged()
        for name, part in told.items():
            found = digests.get(name, PartDigest()).document()
            if any(part.get(key) != value for key, value in found.items()):
                raise _damaged(name)


def _damaged(part: str = "") -> ArchiveRefused:
    where = f" in its part {part}" if part else ""
    return ArchiveRefused(f"The archive is damaged{where}, or was cut short. Nothing of it can be relied on.")


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, UnicodeError) as error:
        raise _damaged() from error


def _document(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise _damaged() from error
    if not isinstance(value, dict):
        raise _damaged()
    return value


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"
