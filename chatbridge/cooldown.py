"""Keys that were cut off for flooding, and may not log in for a while. Kept in the cache, shared by all responders."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

from kezproto.keys import Primary

logger = logging.getLogger(__name__)


def start_cool_down(primary: Primary, *, seconds: int) -> bool:
    """Refuse logins of `primary` for `seconds`; answers False if it is cooling down already."""
    return bool(cache.add(_name(primary), 1, timeout=seconds))


def is_cooling_down(primary: Primary) -> bool:
    """Whether `primary` must wait. Without the cache nobody does: it guards against floods, not against strangers."""
    try:
        return cache.get(_name(primary)) is not None
    except (RedisError, OSError) as error:
        logger.warning("Cool-downs cannot be read: %s", error)
        return False


def _name(primary: Primary) -> str:
    return f"nats:cooldown:{primary.hex}"
