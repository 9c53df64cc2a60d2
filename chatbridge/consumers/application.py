"""The ASGI application of `/ws`.

It speaks ASGI itself instead of being a Channels consumer: one of those hops to a thread for every frame
(`aclose_old_connections`) and ends when the channel layer does, though only notices go through that.
"""

import asyncio
from typing import Any

from chatbridge.consumers.hub import Hub
from chatbridge.consumers.origins import may_connect
from chatbridge.consumers.socket import SUBPROTOCOL, Receive, Socket
from chatbridge.consumers.writer import Send

PATH = "/ws"


class BridgeApplication:
    """One hub for each event loop; a server has one."""

    def __init__(self) -> None:
        self._hub: Hub | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if (await receive())["type"] != "websocket.connect":
            return
        ours = scope["path"] == PATH and SUBPROTOCOL in scope["subprotocols"]
        if not ours or not may_connect(scope["headers"]):
            await send({"type": "websocket.close"})  # before it is accepted: HTTP 403
            return
        await Socket(receive, send, await self._shared()).run()

    async def _shared(self) -> Hub:
        loop = asyncio.get_running_loop()
        if self._hub is None or self._loop is not loop:
            self._hub, self._loop = Hub(), loop
            await self._hub.start()
        return self._hub
