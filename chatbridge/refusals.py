"""The last refusal of each key, for its owner: the broker itself only ever says "Authorization Violation"."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from redis.exceptions import RedisError

from chatbridge.callout import Refused
from chatbridge.reasons import Reason
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp
from registry.lookup import handle_state

logger = logging.getLogger(__name__)

KEPT_SECONDS = 6 * 3600
UNPROVEN_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Refusal:
    """`at` is the moment as a timestamp of the protocol; None: no login was refused yet, but each would be."""

    reason: Reason
    at: str | None


def remember_refusal(refused: Refused, *, at: datetime) -> None:
    """Keep it for the key's owner. Failing to is logged and changes nothing about the refusal.

    What was not signed by the key anybody could have caused: it never displaces a proven refusal. Keys without a
    handle leave nothing behind, or strangers could fill the cache.
    """
    if refused.primary is None or refused.reason is Reason.UNKNOWN_KEY:
        return
    if handle_state(refused.primary) == "unknown":
        return
    value = (refused.reason.value, format_timestamp(at))
    try:
        if refused.proven:
            cache.set(_name(refused.primary), value, timeout=KEPT_SECONDS)
        else:
            cache.add(_name(refused.primary), value, timeout=UNPROVEN_SECONDS)
    except (RedisError, OSError) as error:
        logger.warning("A refusal could not be kept for its key's owner: %s", error)


def last_refusal(primary: Primary) -> Refusal | None:
    """Why the last refused login of `primary` was refused, or why the next one will be; None if nothing is known."""
    state = handle_state(primary)
    kept = cache.get(_name(primary))
    if state == "unknown":
        return Refusal(Reason.UNKNOWN_KEY, None)
    if kept is not None:
        reason, at = kept
        return Refusal(Reason(reason), at)
    if state != "active":
        return Refusal(Reason(state), None)
    return None


def _name(primary: Primary) -> str:
    return f"nats:refusal:{primary.hex}"
