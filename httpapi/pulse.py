"""Signs of life of processes that answer nobody: each tells Valkey every round, operators see who has fallen silent."""

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

KEPT_SECONDS = 7 * 86_400
# A process that has missed as many rounds is silent; a busy machine may skip one.
MISSED_ROUNDS = 3
GRACE_SECONDS = 10.0
# Not Django's cache, which waits for ever: a Valkey that has frozen must not freeze who only says that it is alive.
PATIENCE_SECONDS = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pulse:
    """When any process of a kind last told that it is alive (seconds ago); None: not within a week."""

    name: str
    seconds_ago: float | None
    every: float = 0.0

    @property
    def is_silent(self) -> bool:
        return self.seconds_ago is None or self.seconds_ago > MISSED_ROUNDS * self.every + GRACE_SECONDS


def tell(name: str, *, every: float) -> None:
    """I am alive, and will tell so again in `every` seconds. If nobody hears it, nothing happens."""
    try:
        with _valkey() as valkey:
            valkey.set(_key(name), json.dumps([time.time(), every]), ex=KEPT_SECONDS)
    except (RedisError, OSError) as error:
        logger.warning("The sign of life of %s was not heard: %s", name, error)


def pulses(names: Sequence[str]) -> list[Pulse]:
    """The pulse of each process. Raises a RedisError."""
    with _valkey() as valkey:
        told = valkey.mget([_key(name) for name in names])
    return [_pulse(name, text) for name, text in zip(names, told, strict=True)]


def _pulse(name: str, text: bytes | None) -> Pulse:
    if text is None:
        return Pulse(name, None)
    at, every = json.loads(text)
    return Pulse(name, max(0.0, time.time() - at), every)


def _valkey() -> "Redis":
    return Redis.from_url(
        settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS
    )


def _key(name: str) -> str:
    return f"kez:pulse:{name}"


def server_version() -> str:
    """Which Valkey or Redis this is. Raises a RedisError."""
    with _valkey() as valkey:
        told = valkey.info("server")
    return str(told.get("valkey_version") or told.get("redis_version") or "?")
