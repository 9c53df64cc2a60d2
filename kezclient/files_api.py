"""What the client asks the server about files, and how it checks the answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kezclient.errors import BadAnswer
from kezproto.payloads import MAX_CHUNKS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from kezclient.http_edge import Download, HttpEdge

STATES = frozenset({"pending", "ready", "failed", "expired", "removed"})
SLACK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class FileStatus:
    """How far a file is at the server. `missing`: the chunks that have not come, while it is pending."""

    state: str
    received: int
    chunks: int
    missing: tuple[int, ...]
    cause: str | None
    cause_code: str | None


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

    def _status(self, document: Mapping[str, Any]) -> FileStatus:
        try:
            status = FileStatus(
                state=document["state"],
                received=_count(document["received"]),
                chunks=_count(document["chunks"]),
                missing=tuple(_count(number) for number in document["missing"]),
                cause=_text(document.get("cause")),
                cause_code=_text(document.get("cause_code")),
            )
        except (KeyError, TypeError, ValueError) as error:
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


def _text(value: Any) -> str | None:
    return value[:500] if isinstance(value, str) else None
