"""The sigchain of a handle for its profile page: asked of the sigchain service, replayed here, kept for a moment."""

from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache
from redis.exceptions import RedisError

from kezproto.chain_state import ChainState
from kezproto.keys import Primary
from sigchain.reading import (
    ChainBroken,
    ChainTooLong,
    ChainUnreachable,
    ChainUnread,
    FetchedChain,
    fetch_chain,
    replay_chain,
)

# A chain that is longer is not drawn: replaying it would hold up other pages.
MAX_BYTES = 512 * 1024
KEEP_SECONDS = 30

State = Literal["verified", "unreachable", "broken", "too_long"]

_STATES: dict[type[ChainUnread], State] = {
    ChainUnreachable: "unreachable",
    ChainBroken: "broken",
    ChainTooLong: "too_long",
}


@dataclass(frozen=True, slots=True)
class Chain:
    """`replayed` where it is verified; else `detail` says in words why it is not."""

    state: State
    detail: str = ""
    replayed: ChainState | None = None


def chain_of(primary: Primary, url: str) -> Chain:
    """The chain at `url`, within seconds; an answer is shared by everybody for `KEEP_SECONDS`."""
    known = _kept(primary, url)
    if isinstance(known, Chain):
        return known
    try:
        return Chain("verified", replayed=replay_chain(primary, known))
    except ChainUnread as error:
        return _not_known(error)


def _kept(primary: Primary, url: str) -> FetchedChain | Chain:
    """What was answered, unchecked, or why nothing was; the cache can keep either."""
    key = f"profile-chain:{primary.hex}"
    try:
        known: FetchedChain | Chain | None = cache.get(key)
        if known is None:
            known = _fetched(primary, url)
            cache.set(key, known, timeout=KEEP_SECONDS)
    except RedisError:  # then everybody asks anew
        known = _fetched(primary, url)
    return known


def _fetched(primary: Primary, url: str) -> FetchedChain | Chain:
    try:
        return fetch_chain(primary, url, max_bytes=MAX_BYTES)
    except ChainUnread as error:
        return _not_known(error)


def _not_known(error: ChainUnread) -> Chain:
    detail = "It is too long to be drawn here." if isinstance(error, ChainTooLong) else str(error)
    return Chain(_STATES[type(error)], detail)
