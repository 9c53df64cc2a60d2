"""Cutting a key's connections to the broker. Refuse its logins first (suspend, cool down): a cut client comes back."""

import logging

from asgiref.sync import async_to_sync

from chatbridge.broker import system_connection
from chatbridge.connections import client_connections, kick_connection
from natslink.connection import SupervisedConnection

logger = logging.getLogger(__name__)


async def kick_owner(system: SupervisedConnection, primary_hex: str) -> int:
    """End every connection of a primary, on all servers; answers how many there were. Raises a LinkError."""
    kicked = 0
    async for connection in client_connections(system, owner=primary_hex):
        kicked += await kick_connection(system, connection)
    logger.info("Cut %d connection(s) of key %s.", kicked, primary_hex[:16])
    return kicked


def kick_now(primary_hex: str) -> int:
    """`kick_owner` over a connection of its own, for code that is not asynchronous. Takes about 0.5 s."""
    return async_to_sync(_kick_now)(primary_hex)


async def _kick_now(primary_hex: str) -> int:
    system = system_connection()
    try:
        await system.start(timeout=5.0)
        return await kick_owner(system, primary_hex)
    finally:
        await system.close()
