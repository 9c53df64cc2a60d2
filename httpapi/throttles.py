"""Rates by client address, counted in the shared cache so that every web process counts together.

A sliding window of two counters (this window and the one before, weighted by how much of it still counts); the
counters are incremented atomically, so concurrent requests cannot slip past the limit together.
"""

import logging
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from django.core.checks import Error
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from httpapi.addresses import Address, client_address, throttle_bucket
from httpapi.counters import counting_script
from httpapi.problems import Unavailable

logger = logging.getLogger(__name__)

_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "day": 86400,
}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` requests in any `seconds`."""

    limit: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """`20/hour`, `600/min`, `5/10s`; ValueError otherwise."""
        match = re.fullmatch(r"([1-9]\d*)/(\d*)([a-z]+)", text.strip())
        unit = _UNITS.get(match[3]) if match else None
        if match is None or unit is None or match[2] == "0":
            raise ValueError(f"{text!r} is not a rate; write it like 20/hour, 600/min or 5/10s.")
        return cls(limit=int(match[1]), seconds=int(match[2] or 1) * unit)


def check_rates(**_: Any) -> list[Error]:
    """Django system check: a rate that cannot be read stops the start, not the first request."""
    errors = []
    for name in sorted(set(dir(settings))):
        if name.startswith("KEZ_THROTTLE_"):
            try:
                Rate.parse(getattr(settings, name))
            except ValueError as error:
                errors.append(Error(f"{name}: {error}", id="httpapi.E001"))
    return errors


@dataclass(frozen=True, slots=True)
class Counted:
    """Something that requests are counted under; each `scope` counts for itself."""

    scope: str
    rate: Rate
    bucket: str


class AddressThrottle(BaseThrottle):
    """Counts requests by client address. A subclass names its `scope` and the setting that holds its rate.

    `fail_open`: what to do with the cache out of reach. Reads go on (they change nothing); writes are refused (503).
    """

    scope: ClassVar[str]
    rate_setting: ClassVar[str]
    fail_open: ClassVar[bool] = False
    clock = staticmethod(time.time)

    def __init__(self) -> None:
        self._wait = 1.0

    def counted(self, address: Address | None) -> list[Counted]:
        """What a request from this address counts under; it passes if it may by each."""
        return [Counted(self.scope, rate_of(self.rate_setting), throttle_bucket(address))]

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            self._wait = count(*self.counted(client_address(request._request)), now=self.clock())
        except RedisError as error:
            if not self.fail_open:
                raise Unavailable from error
            logger.warning("Throttle %s is not counting: the cache is out of reach", self.scope)
            return True
        return self._wait == 0

    def wait(self) -> float:
        return self._wait


def rate_of(setting: str) -> Rate:
    """The rate that a setting holds."""
    return Rate.parse(getattr(settings, setting))


def count(*all_counted: Counted, now: float) -> float:
    """Count one request under each; 0 if it may pass by all, else the seconds after which one would. Raises a
    RedisError.
    """
    windows = _windows(all_counted, now=now, add=1)
    return max(wait_at(each.rate, *window) for each, window in zip(all_counted, windows, strict=True))


def wait_at(rate: Rate, before: int, current: int, into: float) -> float:
    """What `count` answers: `before` in the last window; number `current` of one that began `into` s ago."""
    before = min(before, rate.limit)
    if before * (1 - into / rate.seconds) + current <= rate.limit:
        return 0
    return _time_to_wait(rate, before, current, into)


def count_recent(scope: str, rate: Rate, *, now: float, add: int = 1) -> float:
    """About how many there were in the last seconds of `rate`, after adding `add` (0 or 1). Raises a RedisError."""
    ((before, current, into),) = _windows([Counted(scope, rate, "all")], now=now, add=add)
    return before * (1 - into / rate.seconds) + current


def _windows(all_counted: Sequence[Counted], *, now: float, add: int) -> list[tuple[int, int, float]]:
    """Of each the counts of the window before and of this one, and how many seconds of this one have passed."""
    keys: list[str] = []
    arguments: list[int] = []
    past: list[float] = []
    for each in all_counted:
        earlier, name, into = window_names(each.scope, each.rate.seconds, each.bucket, now=now)
        keys += (cache.make_key(earlier), cache.make_key(name))
        arguments += (2 * each.rate.seconds, add)
        past.append(into)
    told = counting_script()(keys, arguments)
    return list(zip(told[0::2], told[1::2], past, strict=True))


def window_names(scope: str, seconds: int, bucket: str, *, now: float) -> tuple[str, str, float]:
    """The cache's names of the counters of the window before and of this one, and how far this one has come."""
    window, into = divmod(now, seconds)
    key = f"throttle:{scope}:{bucket}:{seconds}:"
    return f"{key}{int(window) - 1}", f"{key}{int(window)}", into


def _time_to_wait(rate: Rate, before: int, current: int, into: float) -> float:
    """Seconds until the next request would pass, if nothing else is sent until then."""
    free = rate.limit - current - 1
    if free >= 0 and before:
        in_this_window = (1 - free / before) * rate.seconds - into
        return max(in_this_window, 1.0)
    in_next_window = max(0.0, 1 - (rate.limit - 1) / min(current, rate.limit)) * rate.seconds
    return rate.seconds - into + in_next_window
