"""Which way a file takes: inside its message, in sealed chunks by way of the server, or by Iroh from machine to
machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.file_errors import PathImpossible
from kezclient.sizes import size_in_words
from kezproto.bodies import MAX_INLINE_BYTES
from kezproto.payloads import MAX_ATTACHMENT_BYTES

if TYPE_CHECKING:
    from kezclient.sharing.sources import Source
    from kezproto.bodies import FileMode

_WAYS: dict[FileMode, str] = {
    "inline": "inside the message",
    "chunked": "in sealed chunks by way of the server",
    "iroh": "by Iroh, from this machine to theirs",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """`why` is the end of a sentence."""

    mode: FileMode
    why: str

    def sentence(self, source: Source) -> str:
        return f"{source.name}, {_size(source)}, goes {_WAYS[self.mode]}: {self.why}."


def choose(source: Source, via: FileMode | None = None) -> Choice:
    """The way by size, or the one that was asked for. PathImpossible, with what to do, if the file cannot go there."""
    if via is not None:
        reason = _obstacle(source, via)
        if reason is not None:
            raise PathImpossible(name=source.name, via=_WAYS[via], reason=reason)
        return Choice(via, "you asked for it")
    if source.folder is not None:
        return Choice("iroh", "it is a folder")
    if source.size <= MAX_INLINE_BYTES:
        return Choice("inline", "it has no more than 80 KiB")
    if source.size <= MAX_ATTACHMENT_BYTES:
        return Choice("chunked", "it has no more than 10 MiB")
    return Choice("iroh", "it has more than 10 MiB")


def _size(source: Source) -> str:
    """In words; exactly where those would look like a limit that it only comes near."""
    words = size_in_words(source.size)
    for limit in (MAX_INLINE_BYTES, MAX_ATTACHMENT_BYTES):
        if words == size_in_words(limit) and source.size != limit:
            return f"{source.size} bytes"
    return words


def _obstacle(source: Source, via: FileMode) -> str | None:
    size = _size(source)
    if via != "iroh" and source.folder is not None:
        return "it is a folder, and folders go by Iroh only. Leave `--via` away."
    if via == "inline" and source.size > MAX_INLINE_BYTES:
        return f"it has {size}, and at most 80 KiB fit. Leave `--via` away."
    if via == "chunked" and source.size > MAX_ATTACHMENT_BYTES:
        return f"it has {size}, and the server takes at most 10 MiB. Leave `--via` away."
    if via == "chunked" and source.size == 0:
        return "it is empty, and there is nothing to upload. Leave `--via` away."
    if via == "iroh" and source.path is None:
        return "what comes by stdin is on no disk that it could be fetched from. Write it to a file and share that."
    return None
