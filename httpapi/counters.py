"""Counters in Valkey for windows of time: one command adds to this window and tells the one before."""

from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.commands.core import Script

# KEYS: of each caller the counters of the window before and of this one. ARGV: of each caller how many seconds they are
# kept, and how many came. Answers what was counted before, and up to now. As a script it is one command instead of
# three for each.
COUNT = """
local told = {}
for at = 1, #KEYS, 2 do
  local came = tonumber(ARGV[at + 1])
  local now = redis.call('INCRBY', KEYS[at + 1], came)
  if now == came then redis.call('EXPIRE', KEYS[at + 1], ARGV[at]) end
  told[at] = tonumber(redis.call('GET', KEYS[at]) or 0)
  told[at + 1] = now
end
return told
"""


def counting_script(*, patience: float | None = None) -> Script:
    """The script on the Valkey of the cache, for all threads; `patience`: seconds for an answer, else the cache's."""
    cache = settings.CACHES["default"]
    limits = dict(cache.get("OPTIONS", {}))
    if patience is not None:
        limits |= {"socket_timeout": patience, "socket_connect_timeout": patience}
    return _registered(cache["LOCATION"], tuple(sorted(limits.items())))


@lru_cache(maxsize=8)
def _registered(url: str, limits: tuple[tuple[str, float], ...]) -> Script:
    return Redis.from_url(url, **dict(limits)).register_script(COUNT)
