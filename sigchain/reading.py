"""Reading a sigchain as another process: asked of the service over HTTP, and replayed here.

The service is not believed: every event's signature and place is checked. Whether it withholds the newest events,
nobody can see from one answer.
"""

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache as remember
from typing import Any

import httpx

from kezproto.canonical import parse_json
from kezproto.chain_state import ChainState
from kezproto.errors import ChainError, Malformed
from kezproto.keys import Primary
from kezproto.sigchain import replay
from kezproto.version import VERSION

SECONDS = 2.0

_NO_CHAIN = "The sigchain service answered with something that is no sigchain."


class ChainUnread(Exception):  # noqa: N818 - named for what happened
    """Why a chain is not known. The text is a sentence for people."""


class ChainUnreachable(ChainUnread):
    def __init__(self) -> None:
        super().__init__("The sigchain service does not answer.")


class ChainTooLong(ChainUnread):
    def __init__(self) -> None:
        super().__init__("The sigchain is longer than this server reads.")


class ChainBroken(ChainUnread):
    """What was answered breaks a rule."""


@dataclass(frozen=True, slots=True)
class FetchedChain:
    """What was answered about a key; nothing of it is checked yet, so it can be kept for a while."""

    events: tuple[Any, ...]
    head: Any


def read_chain(primary: Primary, url: str, *, max_bytes: int, seconds: float = SECONDS) -> ChainState:
    """The chain at `url` as it is now. ChainUnread if it cannot be had."""
    return replay_chain(primary, fetch_chain(primary, url, max_bytes=max_bytes, seconds=seconds))


def fetch_chain(primary: Primary, url: str, *, max_bytes: int, seconds: float = SECONDS) -> FetchedChain:
    """What the service says, within the limits. ChainUnreachable, ChainTooLong, ChainBroken."""
    try:
        document = parse_json(_read(url, max_bytes, seconds), max_bytes=max_bytes)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise ChainUnreachable from error
    except Malformed as error:
        raise ChainBroken(_NO_CHAIN) from error
    if not isinstance(document, dict) or not isinstance(document.get("events"), list):
        raise ChainBroken(_NO_CHAIN)
    if document.get("primary") != str(primary):
        raise ChainBroken("The sigchain service answered with the sigchain of another key.")
    return FetchedChain(tuple(document["events"]), document.get("head"))


def replay_chain(primary: Primary, fetched: FetchedChain) -> ChainState:
    """ChainBroken with the first event that does not hold."""
    try:
        state = replay(primary, fetched.events)
    except ChainError as error:
        number = (error.index or 0) + 1
        raise ChainBroken(f"Event {number} does not hold: {error}") from error
    head = {"seq": state.head.seq, "hash": state.head.hash} if state.head else None
    if head != fetched.head:
        raise ChainBroken("The service names another last event than the one that it gives.")
    return state


def _read(url: str, max_bytes: int, seconds: float) -> bytes:
    """The body of a 200, within the limits of size and time; httpx.HTTPError for everything else."""
    deadline = time.monotonic() + seconds
    body = bytearray()
    with _asked(url, seconds) as response:
        if response.status_code != 200:
            raise httpx.HTTPError(f"it answers {response.status_code}")
        for piece in response.iter_bytes():
            body += piece
            if len(body) > max_bytes:
                raise ChainTooLong
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer took too long")
    return bytes(body)


@contextmanager
def _asked(url: str, seconds: float) -> Iterator[httpx.Response]:
    headers = {"Accept": "application/json", "User-Agent": f"kez-chat-web/{VERSION}"}
    with httpx.Client(timeout=seconds, verify=_tls(), headers=headers) as client:
        with client.stream("GET", url) as response:
            yield response


@remember
def _tls() -> ssl.SSLContext:
    """Loading the certificates takes longer than most answers."""
    return ssl.create_default_context()
