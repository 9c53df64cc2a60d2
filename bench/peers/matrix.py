"""As much of Matrix's client API as two people need who write to each other."""

import json
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from bench.peers.http_line import Lines

API = "/_matrix/client/v3"
# More messages than are ever under way, so that no answer leaves some out.
FILTER = json.dumps({"room": {"timeline": {"limit": 50}}})
POLL_MS = 30_000
SEALED = "m.room.encrypted"


def registration(name: str, *, logged_in: bool) -> dict[str, Any]:
    """The body of a request for an account with a password of its own."""
    return {
        "username": name,
        "password": secrets.token_hex(16),
        "auth": {"type": "m.login.dummy"},
        "inhibit_login": not logged_in,
    }


class MatrixPerson:
    """Somebody with an account, and connections that are kept open."""

    def __init__(self, port: int) -> None:
        self._lines = Lines(port)
        self._token = ""
        self.id = ""
        self._since = ""

    @classmethod
    async def sign_up(cls, port: int, name: str) -> "MatrixPerson":
        person = cls(port)
        told = await person._call("POST", "/register", registration(name, logged_in=True))
        person.id = told["user_id"]
        person._token = told["access_token"]
        return person

    async def room_with(self, other: "MatrixPerson") -> str:
        """A room of the two, which the other has joined and knows all of."""
        body = {"preset": "trusted_private_chat", "is_direct": True, "invite": [other.id]}
        room = str((await self._call("POST", "/createRoom", body))["room_id"])
        await other._call("POST", f"/join/{quote(room)}", {})
        other._since = (await other._call("GET", "/sync?timeout=0"))["next_batch"]
        return room

    async def send(self, room: str, name: str, body: str) -> None:
        """Returns when the server has answered. What is sealed means nothing to the server."""
        content = {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": body, "session_id": name}
        await self._call("PUT", f"/rooms/{quote(room)}/send/{SEALED}/{name}", content)

    async def read(self) -> Sequence[str]:
        """One long poll: the names of the messages that it brought, which may be none."""
        query = urlencode({"since": self._since, "timeout": POLL_MS, "filter": FILTER})
        told = await self._call("GET", f"/sync?{query}")
        self._since = told["next_batch"]
        rooms = told.get("rooms", {}).get("join", {}).values()
        events = [event for room in rooms for event in room["timeline"]["events"]]
        return [event["content"]["session_id"] for event in events if event["type"] == SEALED]

    async def close(self) -> None:
        await self._lines.close()

    async def _call(self, method: str, path: str, body: Any = None) -> Any:
        return await self._lines.call(method, API + path, body, token=self._token)
