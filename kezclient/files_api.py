"""What the client asks the server about files, and how it checks the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kezclient.errors import BadAnswer, ServerRefused
from kezproto.errors import ProtocolError
from kezproto.payloads import MAX_CHUNKS, MAX_SHARED_FILES_BYTES
from kezproto.timestamps import parse_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime

    from kezclient.http_edge import Download, HttpEdge
    from kezproto.keys import Primary

STATES = frozenset({"pending", "ready", "failed", "expired", "removed"})
SLACK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class FileStatus:
    """How far a file is at the server. `missing`: the chunks that have not come, while it is pending. `expires_at`:
    until when it is kept, while it is ready."""

    state: str
    received: int
    chunks: int
    missing: tuple[int, ...]
    cause: str | None
    cause_code: str | None
    expires_at: datetime | None = None


class FilesApi:
    """The files of one server, by its base address. `token` is the 32 bytes derived from a file's key."""

    def __init__(self, server_url: str, edge: HttpEdge) -> None:
        self.url = server_url
        self._edge = edge

    def announce(self, document: Mapping[str, Any]) -> FileStatus:
        """Tell of a file that will be uploaded; the same again is no error. ServerRefused with the server's code."""
        return self._status(self._edge.post(f"{self.url}/v1/files", document).document)

    def status(self, file_id: str, token: bytes, *, wait: int = 0) -> FileStatus:
        """How far the file is; with `wait` the answer comes at the next change, or after so many seconds (1 to 25)."""
        query = f"?wait={wait}" if wait else ""
        answer = self._edge.get(
            f"{self.url}/v1/files/{file_id}{query}", headers=_with(token), read_seconds=wait + SLACK_SECONDS
        )
        return self._status(answer.document)

    def content(self, file_id: str, token: bytes, *, start: int = 0) -> AbstractContextManager[Download]:
        """The sealed bytes from `start` on; errors as `HttpEdge.download`, ServerRefused with the server's code."""
        return self._edge.download(
            f"{self.url}/v1/files/{file_id}/content", headers=_with(token), start=start
        )

    def shared_files(self, owner: Primary) -> dict[str, Any] | None:
        """The list of shared files of a key as the server has it, unverified; None if it has none."""
        try:
            return self._edge.get(self._list_url(owner), max_bytes=MAX_SHARED_FILES_BYTES).document
        except ServerRefused as error:
            if error.code == "no_shared_files":
                return None
            raise

    def put_shared_files(self, owner: Primary, document: Mapping[str, Any]) -> None:
        """Hand in an own list, which the sigchain commits to; the same again is no error. ServerRefused otherwise."""
        self._edge.put(self._list_url(owner), document)

    def _list_url(self, owner: Primary) -> str:
        return f"{self.url}/v1/shared-files/{owner.hex}"

    def _status(self, document: Mapping[str, Any]) -> FileStatus:
        try:
            status = FileStatus(
                state=document["state"],
                received=_count(document["received"]),
                chunks=_count(document["chunks"]),
                missing=tuple(_count(number) for number in document["missing"]),
                cause=_text(document.get("cause")),
                cause_code=_text(document.get("cause_code")),
                expires_at=_moment(document.get("expires_at")),
            )
        except (ProtocolError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(
                url=self.url, reason=f"it says nothing sensible about the file ({error})"
            ) from error
        if status.state not in STATES:
            raise BadAnswer(url=self.url, reason="it gives the file a state that is none")
        return status


def _with(token: bytes) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.hex()}"}


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MAX_CHUNKS:
        raise ValueError("a number of chunks lies between 0 and 128")
    return value


def _moment(value: Any) -> datetime | None:
    return parse_timestamp(value) if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    return value[:500] if isinstance(value, str) else None
