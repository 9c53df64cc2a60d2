"""The flood guard: who sends far more than a person can is cut off for a while. JetStream has no rate limits."""

import logging
import time
from dataclasses import dataclass

from django.conf import settings

from chatbridge.connections import client_connections, kick_connection
from chatbridge.cooldown import start_cool_down
from chatbridge.metrics import KICKS
from chatbridge.threads import in_thread
from kezproto.errors import ProtocolError
from kezproto.keys import Primary
from natslink.connection import SupervisedConnection

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a key may send to the broker in a minute, over all its connections, and how long it must pause after."""

    messages_per_minute: int
    bytes_per_minute: int
    cool_down_seconds: int

    @classmethod
    def from_settings(cls) -> "Limits":
        return cls(
            settings.KEZ_FLOOD_MSGS_PER_MINUTE,
            settings.KEZ_FLOOD_BYTES_PER_MINUTE,
            settings.KEZ_FLOOD_COOL_DOWN_SECONDS,
        )


class FloodGuard:
    """Compares the counts of each look with those of the look before."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits.from_settings()
        self._seen: dict[tuple[str, int], tuple[int, int]] = {}
        self._looked_at = time.monotonic()

    async def look(self, system: SupervisedConnection) -> list[str]:
        """Cut off the owners that sent too much since the last look; answers their hex. Raises a LinkError."""
        now = time.monotonic()
        # A burst of up to a minute's worth is fine, however soon after the last look it is seen.
        minutes = max((now - self._looked_at) / 60, 1.0)
        found = [each async for each in client_connections(system)]
        sent: dict[str, tuple[int, int]] = {}
        for each in found:
            before = self._seen.get((each.server_id, each.cid), (0, 0))
            messages, size = sent.get(each.owner, (0, 0))
            sent[each.owner] = (messages + each.messages - before[0], size + each.bytes - before[1])
        self._seen = {(each.server_id, each.cid): (each.messages, each.bytes) for each in found}
        self._looked_at = now
        floods = [
            owner
            for owner, (messages, size) in sent.items()
            if messages > self._limits.messages_per_minute * minutes
            or size > self._limits.bytes_per_minute * minutes
        ]
        cut = []
        for owner in floods:
            try:
                primary = Primary.from_hex(owner)
            except ProtocolError:
                continue  # a static user of ours, not a client
            messages, size = sent[owner]
            logger.warning("Flood: key %s sent %d messages, %d bytes.", owner[:16], messages, size)
            # First the refusal, then the cut, or the client would be back at once.
            await in_thread(start_cool_down, primary, seconds=self._limits.cool_down_seconds)
            for each in found:
                if each.owner == owner and await kick_connection(system, each):
                    KICKS.labels("flood").inc()
            cut.append(owner)
        return cut
