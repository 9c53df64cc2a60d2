"""What is to be shared: a file or folder on the command line, or stdin. Nothing is read before its way is chosen."""

from __future__ import annotations

import mimetypes
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from kezclient.errors import UsageFault
from kezclient.file_errors import FileUnreadable, PathImpossible
from kezclient.sharing.folders import FolderScan, scan_folder
from kezproto import fields
from kezproto.blob_folder import FOLDER_MIME
from kezproto.errors import Malformed
from kezproto.payloads import MAX_ATTACHMENT_BYTES

STDIN = "-"
DEFAULT_MIME = "application/octet-stream"

_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")


@dataclass(frozen=True, slots=True)
class Source:
    """`name` is what the recipient sees. `path` is None for what came by stdin, which is in `data` then; `folder` is
    what lies in a folder, and None for a file."""

    name: str
    mime: str
    size: int
    path: Path | None
    data: bytes | None = None
    folder: FolderScan | None = None

    @property
    def shown(self) -> str:
        return str(self.path) if self.path is not None else "stdin"

    def read(self) -> bytes:
        """The whole content, for files that fit into memory. FileUnreadable if it is not what it was."""
        if self.data is not None or self.path is None:
            return self.data or b""
        try:
            with self.path.open("rb") as stream:
                data = stream.read(self.size + 1)
        except OSError as error:
            raise FileUnreadable(path=self.shown, reason=error.strerror or str(error)) from error
        if len(data) != self.size:
            raise FileUnreadable(path=self.shown, reason="it changed while it was read. Share it again.")
        return data


def open_source(given: str, name: str | None = None) -> Source:
    """What a person typed: a path, or `-` for stdin, which needs a name. Errors: FileUnreadable, or UsageFault for a
    name that cannot be sent."""
    if given == STDIN:
        return _from_stdin(name)
    path = Path(given)
    try:
        found = path.stat()
    except OSError as error:
        raise FileUnreadable(path=given, reason=error.strerror or str(error)) from error
    if stat.S_ISDIR(found.st_mode):
        return _from_folder(path, name)
    if not stat.S_ISREG(found.st_mode):
        raise FileUnreadable(path=given, reason="it is no regular file; `-` reads from a pipe")
    shown_name = _checked_name(name if name is not None else path.name)
    return Source(shown_name, guess_mime(shown_name), found.st_size, path.absolute())


def _from_folder(path: Path, name: str | None) -> Source:
    root = path.resolve()
    shown_name = _checked_name(name if name is not None else root.name)
    scan = scan_folder(root)
    return Source(shown_name, FOLDER_MIME, scan.size, root, None, scan)


def _from_stdin(name: str | None) -> Source:
    if name is None:
        raise UsageFault(sentence="What comes by stdin needs a name: `--name photo.png`.")
    _checked_name(name)
    data = sys.stdin.buffer.read(MAX_ATTACHMENT_BYTES + 1)
    if len(data) > MAX_ATTACHMENT_BYTES:
        raise PathImpossible(
            name=name, via="by stdin", reason="it has more than 10 MiB. Write it to a file and share that."
        )
    return Source(name, guess_mime(name), len(data), None, data)


def guess_mime(name: str) -> str:
    """The media type by the name's ending; `application/octet-stream` where that says nothing certain."""
    guessed, encoding = mimetypes.guess_type(name, strict=True)
    if guessed is None or encoding is not None or not _MIME.fullmatch(guessed):
        return DEFAULT_MIME
    return guessed


def _checked_name(name: str) -> str:
    try:
        fields.file_name(name)
    except Malformed as error:
        raise UsageFault(
            sentence=f"{name!r} cannot be a file's name in a message: it {error} Give another one with `--name`."
        ) from error
    return name
