"""The sigchain of a handle for its profile page: asked of the sigchain service, replayed here, kept for a moment.

The service is not believed: every event's signature and place is checked. Whether it withholds the newest events,
nobody can see from one answer.
"""

import ssl
import time
from dataclasses import dataclass
from functools import cache as remember
from typing import Any, Literal

import httpx
from django.core.cache import cache
from redis.exceptions import RedisError

from kezproto.canonical import parse_json
from kezproto.chain_state import ChainState
from kezproto.errors import ChainError, Malformed
from kezproto.keys import Primary
from kezproto.sigchain import replay
from kezproto.version import VERSION

SECONDS = 2.0
# A chain that is longer is not drawn: replaying it would hold up other pages.
MAX_BYTES = 512 * 1024
KEEP_SECONDS = 30

_NO_CHAIN = "The sigchain service answered with something that is no sigchain."

State = Literal["verified", "unreachable", "broken", "too_long"]


@dataclass(frozen=True, slots=True)
class Chain:
    """`replayed` where it is verified; else `detail` says in words why it is not."""

    state: State
    detail: str = ""
    replayed: ChainState | None = None


class _TooLong(Exception):  # noqa: N818 - as people say it
    pass


def chain_of(primary: Primary, url: str) -> Chain:
    """The chain at `url`, within `SECONDS`; an answer is shared by everybody for `KEEP_SECONDS`."""
    return _replayed(primary, _kept(primary, url))


@dataclass(frozen=True, slots=True)
class _Fetched:
    """What was answered; nothing of it is checked yet. The cache can keep it."""

    state: State
    detail: str = ""
    events: tuple[Any, ...] = ()
    head: Any = None


def _kept(primary: Primary, url: str) -> _Fetched:
    key = f"profile-chain:{primary.hex}"
    try:
        known: _Fetched | None = cache.get(key)
        if known is None:
            known = _fetched(primary, url)
            cache.set(key, known, timeout=KEEP_SECONDS)
    except RedisError:  # then everybody asks anew
        known = _fetched(primary, url)
    return known


def _fetched(primary: Primary, url: str) -> _Fetched:
    try:
        document = parse_json(_read(url), max_bytes=MAX_BYTES)
    except _TooLong:
        return _Fetched("too_long", "It is too long to be drawn here.")
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return _Fetched("unreachable", "The sigchain service does not answer.")
    except Malformed:
        return _Fetched("broken", _NO_CHAIN)
    if not isinstance(document, dict) or not isinstance(document.get("events"), list):
        return _Fetched("broken", _NO_CHAIN)
    if document.get("primary") != str(primary):
        return _Fetched("broken", "The sigchain service answered with the sigchain of another key.")
    return _Fetched("verified", events=tuple(document["events"]), head=document.get("head"))


def _replayed(primary: Primary, fetched: _Fetched) -> Chain:
    if fetched.state != "verified":
        return Chain(fetched.state, fetched.detail)
    try:
        replayed = replay(primary, fetched.events)
    except ChainError as error:
        number = (error.index or 0) + 1
        return Chain("broken", f"Event {number} does not hold: {error}")
    head = {"seq": replayed.head.seq, "hash": replayed.head.hash} if replayed.head else None
    if head != fetched.head:
        return Chain("broken", "The service names another last event than the one that it gives.")
    return Chain("verified", replayed=replayed)


def _read(url: str) -> bytes:
    """The body of a 200, within the limits of size and time; httpx.HTTPError for everything else."""
    deadline = time.monotonic() + SECONDS
    headers = {"Accept": "application/json", "User-Agent": f"kez-chat-web/{VERSION}"}
    with httpx.Client(timeout=SECONDS, verify=_tls(), headers=headers) as client:
        with client.stream("GET", url) as response:
            if response.status_code != 200:
                raise httpx.HTTPError(f"it answers {response.status_code}")
            body = bytearray()
            for piece in response.iter_bytes():
                body += piece
                if len(body) > MAX_BYTES:
                    raise _TooLong
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the answer took too long")
    return bytes(body)


@remember
def _tls() -> ssl.SSLContext:
    """Loading the certificates takes longer than most answers."""
    return ssl.create_default_context()
