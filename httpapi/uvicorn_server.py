"""uvicorn that stops in order."""

import asyncio
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings

from httpapi.draining import draining

# A slow line may hold a ping behind megabytes of messages; the bridge has a heartbeat of its own.
PONG_SECONDS = 300.0
# The bridge refuses what is larger than a third of this, with a reason.
MAX_FRAME_BYTES = 1024 * 1024
STOP_SECONDS = 10


class DrainingServer(uvicorn.Server):
    """A first SIGTERM or SIGINT drains (httpapi/draining.py), a second one goes uvicorn's own way."""

    async def serve(self, *arguments: Any, **options: Any) -> None:
        self._loop = asyncio.get_running_loop()
        await super().serve(*arguments, **options)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if draining.begun:
            super().handle_exit(sig, frame)
            return
        draining.begin()
        self._loop.call_soon_threadsafe(self._begin, sig)

    def _begin(self, sig: int) -> None:
        self._draining = asyncio.create_task(self._drain(sig))

    async def _drain(self, sig: int) -> None:
        await asyncio.sleep(settings.KEZ_STOP_DELAY_SECONDS)
        for server in self.servers:
            server.close()
        await draining.finish(seconds=settings.KEZ_STOP_SECONDS)
        super().handle_exit(sig, None)


def serve(host: str, port: int, application: str) -> None:
    """Serves `module:name` until a signal ends it."""
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_config=None,  # what it has to say goes the way of all our events
        log_level="warning",
        access_log=False,
        lifespan="off",
        # Which proxies are believed is KEZ_TRUSTED_PROXIES' business; uvicorn alone believes any on this machine.
        proxy_headers=False,
        server_header=False,
        date_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        backlog=4096,
    )
    DrainingServer(config).run()
