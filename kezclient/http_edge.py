"""The client's HTTP: time limits, size limits, no redirects, and typed errors out of problem+json."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from kezclient.errors import BadAnswer, ServerRefused, ServerUnreachable, UsageFault
from kezproto.canonical import canonical_bytes, parse_json
from kezproto.errors import Malformed
from kezproto.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    import httpx

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
WHOLE_SECONDS = 30.0
USUAL_BYTES = 256 * 1024

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
# What a refusal tells beside its sentence.
_MEMBERS = ("head", "limit", "used", "committed", "version_no", "proof_of_work")


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer: strict JSON. `server_time` is the server's Date header, where it sent one."""

    status: int
    document: dict[str, Any]
    server_time: datetime | None


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """Any answer as it came, also a refusal; header names in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes of something larger, from `start` on, as they come. `size` is that of the whole thing."""

    start: int
    size: int
    parts: Iterator[bytes]


class HttpEdge:
    """Requests to one server. Errors: ServerUnreachable, ServerRefused, BadAnswer; never an httpx exception."""

    @cached_property
    def _client(self) -> httpx.Client:
        # Loading httpx and the certificates takes longer than most commands: many never need them.
        import httpx

        return httpx.Client(
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
            headers={"User-Agent": f"kez-chat/{VERSION}", "Accept": "application/json"},
        )

    def close(self) -> None:
        if "_client" in self.__dict__:
            self._client.close()

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = USUAL_BYTES,
        read_seconds: float = READ_SECONDS,
    ) -> Answer:
        return self._request("GET", url, None, max_bytes, headers or {}, read_seconds)

    def post(
        self,
        url: str,
        document: Mapping[str, Any],
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = USUAL_BYTES,
    ) -> Answer:
        headers = {**(headers or {}), "Content-Type": "application/json"}
        return self._request("POST", url, canonical_bytes(document), max_bytes, headers, READ_SECONDS)

    def put(self, url: str, document: Mapping[str, Any], *, max_bytes: int = USUAL_BYTES) -> Answer:
        headers = {"Content-Type": "application/json"}
        return self._request("PUT", url, canonical_bytes(document), max_bytes, headers, WHOLE_SECONDS)

    @contextmanager
    def download(self, url: str, *, headers: Mapping[str, str], start: int = 0) -> Iterator[Download]:
        """The bytes at an address from `start` on (RFC 9110, 14.2), or all of them from a server that gives no parts.

        ServerUnreachable also while the bytes come; BadAnswer if the server does not say how many there are.
        """
        import httpx

        wanted = {**headers, "Accept": "application/octet-stream", "Accept-Encoding": "identity"}
        if start:
            wanted["Range"] = f"bytes={start}-"
        try:
            with self._client.stream("GET", url, headers=wanted) as response:
                if response.status_code not in (200, 206):
                    raise _refusal(response, _read_limited(response, url, USUAL_BYTES), url)
                at, size = _extent(response, url)
                yield Download(at, size, response.iter_raw())
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ServerUnreachable(url=base_of(url), reason=_reason(error)) from error

    def fetch(self, url: str, *, headers: Mapping[str, str], max_bytes: int) -> RawAnswer:
        """What is at an address, whatever it is; a redirect is an answer of its own."""
        import httpx

        try:
            with self._client.stream("GET", url, headers=dict(headers)) as response:
                return RawAnswer(
                    response.status_code, response.headers, _read_limited(response, url, max_bytes)
                )
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ServerUnreachable(url=base_of(url), reason=_reason(error)) from error
        except httpx.InvalidURL as error:
            raise UsageFault(sentence=f"{url!r} is not an address: {error}") from error

    def _request(
        self,
        method: str,
        url: str,
        body: bytes | None,
        max_bytes: int,
        headers: Mapping[str, str],
        read_seconds: float,
    ) -> Answer:
        import httpx

        limits = httpx.Timeout(read_seconds, connect=CONNECT_SECONDS)
        try:
            with self._client.stream(
                method, url, content=body, headers=dict(headers), timeout=limits
            ) as response:
                data = _read_limited(response, url, max_bytes)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise ServerUnreachable(url=base_of(url), reason=_reason(error)) from error
        except httpx.InvalidURL as error:
            raise UsageFault(sentence=f"{url!r} is not an address: {error}") from error
        if 200 <= response.status_code < 300:
            return Answer(response.status_code, _json_object(data, url), _server_time(response))
        raise _refusal(response, data, url)


def base_of(url: str) -> str:
    """Scheme and host of an address, without anything else that may be in it."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def check_base_url(text: str) -> str:
    """An http or https address without path, query or password; the last slash is cut off."""
    try:
        parts = urlsplit(text)
        plain = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
        if not plain or parts.path not in ("", "/") or parts.query or parts.fragment or parts.port == 0:
            raise ValueError("it must look like https://kez.example")
    except ValueError as error:
        raise UsageFault(sentence=f"{text!r} is not the address of a server: {error}") from error
    return f"{parts.scheme}://{parts.netloc}"


def _read_limited(response: httpx.Response, url: str, max_bytes: int) -> bytes:
    deadline = time.monotonic() + WHOLE_SECONDS
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > max_bytes:
            raise BadAnswer(url=base_of(url), reason=f"it is larger than {max_bytes} bytes")
        if time.monotonic() > deadline:
            raise ServerUnreachable(url=base_of(url), reason="the answer took too long")
        chunks.append(chunk)
    return b"".join(chunks)


def _extent(response: httpx.Response, url: str) -> tuple[int, int]:
    """Where the answer's bytes begin, and how many the whole thing has."""
    if response.status_code == 200:
        length = response.headers.get("Content-Length", "")
        if length.isdigit():
            return 0, int(length)
    else:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match:
            return int(match[1]), int(match[3])
    raise BadAnswer(url=base_of(url), reason="it does not say which bytes it gives")


def _json_object(data: bytes, url: str) -> dict[str, Any]:
    try:
        document = parse_json(data, max_bytes=len(data))
    except Malformed as error:
        raise BadAnswer(url=base_of(url), reason=str(error)) from error
    if not isinstance(document, dict):
        raise BadAnswer(url=base_of(url), reason="it is not a JSON object")
    return document


def _refusal(
    response: httpx.Response, data: bytes, url: str
) -> ServerRefused | BadAnswer | ServerUnreachable:
    status = response.status_code
    try:
        problem = parse_json(data, max_bytes=max(len(data), 1))
    except Malformed:
        problem = None
    if not isinstance(problem, dict) or not isinstance(problem.get("code"), str):
        if status >= 500:
            return ServerUnreachable(url=base_of(url), reason=f"it answers {status}")
        return BadAnswer(url=base_of(url), reason=f"it answers {status}, and not like a kez-chat server")
    sentence = str(problem.get("detail") or problem.get("title") or f"The server answers {status}.")
    more: dict[str, Any] = {}
    retry_after = response.headers.get("Retry-After", "")
    if retry_after.isdigit():
        more["retry_after"] = int(retry_after)
        sentence += f" Try again in {int(retry_after)} s."
    more |= {name: problem[name] for name in _MEMBERS if name in problem}
    return ServerRefused(code=problem["code"][:64], detail=sentence[:500], status=status, **more)


def _server_time(response: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers["Date"])
    except (KeyError, ValueError):
        return None


def _reason(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return str(error) or type(error).__name__
