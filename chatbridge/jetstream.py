"""The JetStream API (NATS ADR-1) over a connection in account KEZ: JSON in, JSON out, its errors typed."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from natslink.connection import SupervisedConnection

API_SECONDS = 5.0

# nats-server server/errors.json
CONSUMER_NOT_FOUND = 10014
STREAM_NOT_FOUND = 10059
CONSUMER_NAME_EXISTS = 10013
CONSUMER_ALREADY_EXISTS = 10148
NO_SUITABLE_PEERS = 10005
CLUSTER_NOT_AVAILABLE = 10008
CLUSTER_NO_LEADER = 10009
# What passes by itself when the nodes of a cluster have found each other.
NOT_YET = (NO_SUITABLE_PEERS, CLUSTER_NOT_AVAILABLE, CLUSTER_NO_LEADER)


class JetStreamError(Exception):
    """JetStream refused. `err_code` is the number in nats-server's errors.json, `code` its HTTP-like class."""

    def __init__(self, *, code: int, err_code: int, description: str) -> None:
        super().__init__(f"JetStream refused: {description} ({err_code}).")
        self.code = code
        self.err_code = err_code
        self.description = description


async def api(
    conn: SupervisedConnection,
    subject: str,
    body: Mapping[str, Any] | None = None,
    *,
    seconds: float = API_SECONDS,
) -> dict[str, Any]:
    """One call of `$JS.API.<subject>`. Raises JetStreamError, or a LinkError of `natslink`."""
    data = json.dumps(body).encode() if body is not None else b""
    answer = await conn.request(f"$JS.API.{subject}", data, timeout=seconds)
    value: dict[str, Any] = json.loads(answer.data)
    if "error" in value:
        error = value["error"]
        raise JetStreamError(
            code=int(error.get("code", 500)),
            err_code=int(error.get("err_code", 0)),
            description=str(error.get("description", "no reason given")),
        )
    return value


async def pages(
    conn: SupervisedConnection, subject: str, key: str, body: Mapping[str, Any] | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Every entry of a paged list answer, page after page."""
    offset = 0
    while True:
        answer = await api(conn, subject, {**(body or {}), "offset": offset})
        entries = answer.get(key) or []
        for entry in entries:
            yield entry
        offset += len(entries)
        if not entries or offset >= int(answer.get("total", 0)):
            return
