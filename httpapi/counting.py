"""The counters of `throttles` for many requests at once: one trip to Valkey, whoever they come from."""

from collections import Counter
from collections.abc import Sequence

from django.conf import settings
from django.core.cache import cache

from httpapi.counters import counting_script
from httpapi.throttles import Rate, wait_at, window_names

PATIENCE_SECONDS = 1.0


class BatchCounter:
    """Counts as `throttles.count` does, under the same names."""

    def __init__(self, scope: str, rate_setting: str) -> None:
        self._scope = scope
        self._rate_setting = rate_setting
        self._count = counting_script(patience=PATIENCE_SECONDS)

    def count(self, buckets: Sequence[str], *, now: float) -> list[float]:
        """For each request 0 if it may pass, else the seconds after which one would. Raises a RedisError."""
        rate = Rate.parse(getattr(settings, self._rate_setting))
        came = Counter(buckets)
        keys = [
            cache.make_key(name)
            for bucket in came
            for name in window_names(self._scope, rate.seconds, bucket, now=now)[:2]
        ]
        told = self._count(keys, [number for count in came.values() for number in (2 * rate.seconds, count)])
        before = dict(zip(came, told[0::2], strict=True))
        # What was counted before the first of this batch came.
        current = {bucket: total - came[bucket] for bucket, total in zip(came, told[1::2], strict=True)}
        waits = []
        for bucket in buckets:
            current[bucket] += 1
            waits.append(wait_at(rate, before[bucket], current[bucket], now % rate.seconds))
        return waits
