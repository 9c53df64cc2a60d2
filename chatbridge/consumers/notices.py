"""What the processes of the bridge tell each other over the channel layer: signals only, never a message of people.

The layer drops what is too much (100 for each channel) or what nobody fetches in time. So nothing depends on it alone:
each process also looks after its sockets every few seconds (`hub`).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

GROUP = "kez-bridge"
# Apart, so that many uploads at once cannot crowd out a suspension.
FILES_GROUP = "kez-bridge-files"
SUSPENDED = "bridge.suspended"
REPLACED = "bridge.replaced"
FILE = "bridge.file"
FILE_FIELDS = ("file_id", "state", "received", "chunks", "cause_code")
PAUSE_SECONDS = 1.0


async def tell_suspended(primary_hex: str) -> None:
    """To all processes: end this key's sockets now."""
    await _tell({"type": SUSPENDED, "primary": primary_hex})


async def tell_replaced(primary_hex: str, device: str, *, by: str) -> None:
    """To all processes: end this device's sockets, but for the one with the name `by`."""
    await _tell({"type": REPLACED, "primary": primary_hex, "device": device, "by": by})


async def tell_file(
    primary_hex: str, file_id: str, state: str, received: int, chunks: int, cause_code: str | None
) -> None:
    """To all processes: how the server's side of an upload of this key goes, in the words of `GET /v1/files/<file_id>`.

    Best effort, and never an error: whoever needs to be sure asks there.
    """
    notice = {
        "type": FILE,
        "primary": primary_hex,
        "file_id": file_id,
        "state": state,
        "received": received,
        "chunks": chunks,
        "cause_code": cause_code,
    }
    await _tell(notice, group=FILES_GROUP)


async def _tell(notice: Mapping[str, Any], *, group: str = GROUP) -> None:
    try:
        await get_channel_layer().group_send(group, dict(notice))
    except (RedisError, OSError, ChannelFull) as error:
        logger.warning("The channel layer did not take a notice for the bridge: %s", error)


class Listener:
    """This process's ear in a group: one channel for all of its sockets."""

    def __init__(self, on_notice: Callable[[Mapping[str, Any]], None], *, group: str = GROUP) -> None:
        self._on_notice = on_notice
        self._group = group
        self._layer = get_channel_layer()
        self._channel = ""

    async def join(self) -> None:
        """Again and again: the layer forgets members after a day, and all of them when Valkey starts empty."""
        try:
            if not self._channel:
                self._channel = await self._layer.new_channel()
            await self._layer.group_add(self._group, self._channel)
        except (RedisError, OSError) as error:
            logger.warning("The channel layer is out of reach: %s", error)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.join()
            try:
                while self._channel:
                    self._on_notice(await self._layer.receive(self._channel))
            except (RedisError, OSError) as error:
                logger.warning("The channel layer went out of reach: %s", error)
            await asyncio.sleep(PAUSE_SECONDS)

    async def leave(self) -> None:
        if self._channel:
            try:
                await self._layer.group_discard(self._group, self._channel)
            except (RedisError, OSError) as error:
                logger.info("The channel layer was not told of the end: %s", error)
