"""`GET /v1/files/<file_id>?wait=…` at the front door of an ASGI server.

Django would keep a thread for as long as such a request waits. So the waiting is done before Django sees it; Django
then answers, as if it had come only now. Under a WSGI server nobody waits, and the answer comes at once.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from files.access import bearer_token
from files.errors import TokenMissing
from files.metrics import WAITING
from files.waiting import MAX_WAIT_SECONDS, WaitingRoom
from httpapi.draining import draining

_PATH = re.compile(r"/v1/files/([0-9a-f]{32})")
_WAIT = re.compile(r"[1-9][0-9]?")

Receive = Callable[[], Awaitable[Any]]


class LongPolls:
    """An ASGI application: lets the requests that ask for it wait, and passes all on to `application`."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.room = WaitingRoom()
        draining.on_stop(self.room.let_go)

    async def __call__(self, scope: Any, receive: Receive, send: Any) -> None:
        asked = _asked(scope)
        if asked is not None:
            came = _Came(receive)
            if not await self._wait(came, *asked):
                WAITING.labels("left").inc()
                return
            receive = came
        await self._application(scope, receive, send)

    async def _wait(self, came: "_Came", file_id: str, token: bytes, seconds: int) -> bool:
        """False if the client has left meanwhile."""
        waiting = asyncio.create_task(self.room.until_changed(file_id, token, seconds=seconds))
        leaving = asyncio.create_task(came.until_left())
        try:
            await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
            return not leaving.done()
        finally:
            for task in (waiting, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task


class _Came:
    """What the client has sent so far, for Django to hear again."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._kept: list[Any] = []

    async def until_left(self) -> None:
        """Returns when the client has closed the connection."""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                return
            self._kept.append(message)

    async def __call__(self) -> Any:
        return self._kept.pop(0) if self._kept else await self._receive()


def _asked(scope: Any) -> tuple[str, bytes, int] | None:
    """File id, token and seconds of a well-formed long poll; what is anything else, Django answers at once."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path = _PATH.fullmatch(scope["path"])
    values = parse_qs(scope["query_string"].decode("latin-1")).get("wait", [])
    if path is None or len(values) != 1 or not _WAIT.fullmatch(values[0]):
        return None
    seconds = int(values[0])
    authorization = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    if seconds > MAX_WAIT_SECONDS:
        return None
    try:
        return path[1], bearer_token(authorization), seconds
    except TokenMissing:
        return None
