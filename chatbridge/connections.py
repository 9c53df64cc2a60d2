"""Who is connected to the broker, seen and ended from its system account."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from kezproto.subjects import CLIENT_ACCOUNT
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError, NoResponders

logger = logging.getLogger(__name__)

PAGE = 1024
WINDOW_SECONDS = 0.4  # how long servers of a cluster are waited for


@dataclass(frozen=True, slots=True)
class ClientConnection:
    """One client's connection; counts are what the client sent since it connected. `owner` is a primary's hex."""

    server_id: str
    cid: int
    owner: str
    messages: int
    bytes: int


async def client_connections(
    system: SupervisedConnection, *, owner: str | None = None
) -> AsyncIterator[ClientConnection]:
    """Connections in the clients' account on all servers, of `owner` or of everybody. Raises a LinkError."""
    query: dict[str, Any] = {"auth": True, "acc": CLIENT_ACCOUNT, "limit": PAGE, "sort": "cid"}
    if owner is not None:
        query["user"] = owner
    offset, more = 0, True
    while more:
        more = False
        body = json.dumps({**query, "offset": offset}).encode()
        try:
            answers = await system.request_many("$SYS.REQ.SERVER.PING.CONNZ", body, window=WINDOW_SECONDS)
        except NoResponders:
            return
        for answer in answers:
            report = json.loads(answer.data)
            data = report.get("data") or {}
            found = data.get("connections") or []
            for entry in found:
                yield ClientConnection(
                    server_id=report["server"]["id"],
                    cid=int(entry["cid"]),
                    owner=str(entry.get("authorized_user", "")),
                    messages=int(entry.get("in_msgs", 0)),
                    bytes=int(entry.get("in_bytes", 0)),
                )
            more = more or offset + len(found) < int(data.get("total", 0))
        offset += PAGE


async def kick_connection(system: SupervisedConnection, connection: ClientConnection) -> bool:
    """End one connection at once; False if it was gone already."""
    subject = f"$SYS.REQ.SERVER.{connection.server_id}.KICK"
    try:
        answer = await system.request(subject, json.dumps({"cid": connection.cid}).encode(), timeout=2.0)
    except LinkError as error:
        logger.warning("A connection could not be ended: %s", error)
        return False
    return "error" not in json.loads(answer.data)
