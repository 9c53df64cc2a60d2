"""The way to the broker for one profile: addresses from the registry, login by key, refusals explained."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kezclient import clock
from kezclient.errors import BrokerDown, BrokerRefused, ClientError
from kezproto.subjects import API_PREFIX, INBOX_STREAM, consumer_name
from natslink.client import client_connection
from natslink.errors import AccessRefused, BrokerUnreachable, LinkError

if TYPE_CHECKING:
    from kezclient.registry_api import Refusal
    from kezclient.runtime import Runtime
    from natslink.connection import SupervisedConnection

CONNECT_SECONDS = 6.0
DEFAULT_PORT = 4222

# Reasons that no waiting changes.
FINAL_REFUSALS = {"unknown_key", "suspended", "released", "bad_nkey", "no_nkey", "bad_name"}


async def connect(
    runtime: Runtime, *, consequence: str, on_state: Callable[[str], None] | None = None
) -> SupervisedConnection:
    """Log in. BrokerDown or BrokerRefused, whose sentences end with `consequence`."""
    urls = runtime.directory.nats_urls(clock.now(), runtime.settings.refresh)
    urls = await _answering_first(urls, consequence)
    connection = client_connection(
        urls=urls, key=runtime.identity.key, device=runtime.identity.device, on_state=on_state
    )
    try:
        await connection.start(timeout=CONNECT_SECONDS)
    except AccessRefused as error:
        refusal = refusal_reason(runtime)
        raise BrokerRefused(
            reason=refusal.sentence if refusal else "it gives no reason.",
            refusal=refusal.code if refusal else None,
            consequence=consequence,
        ) from error
    except BrokerUnreachable as error:
        raise BrokerDown(reason=str(error).rstrip("."), consequence=consequence) from error
    return connection


async def _answering_first(urls: list[str], consequence: str) -> list[str]:
    """All addresses, in front one where something listens. BrokerDown at once if there is none: logging in would go on
    trying for seconds.
    """
    knocks = [asyncio.create_task(_knock(url)) for url in urls]
    failure: Exception | None = None
    try:
        for knock in asyncio.as_completed(knocks):
            try:
                answering = await knock
            except (OSError, ValueError) as error:
                failure = error
            else:
                return [answering, *(url for url in urls if url != answering)]
    finally:
        for task in knocks:
            task.cancel()
    reason = "no answer in time" if isinstance(failure, TimeoutError) else "nothing answers at its address"
    raise BrokerDown(reason=reason, consequence=consequence) from failure


async def _knock(url: str) -> str:
    parts = urlsplit(url)
    async with asyncio.timeout(CONNECT_SECONDS):
        _reader, writer = await asyncio.open_connection(parts.hostname, parts.port or DEFAULT_PORT)
    writer.close()
    await writer.wait_closed()
    return url


def refusal_reason(runtime: Runtime) -> Refusal | None:
    """Why the broker last refused this key; None if the registry cannot tell."""
    try:
        return runtime.registry.broker_refusal(runtime.profile.handle, runtime.identity.key, now=clock.now())
    except ClientError:
        return None


async def backlog(connection: SupervisedConnection, runtime: Runtime) -> int:
    """How many messages of the own inbox this device has not acknowledged."""
    name = consumer_name(runtime.profile.primary, runtime.profile.device)
    answer = await connection.request(f"{API_PREFIX}.CONSUMER.INFO.{INBOX_STREAM}.{name}", timeout=5.0)
    try:
        info = json.loads(answer.data)
        return int(info["num_pending"]) + int(info["num_ack_pending"])
    except (ValueError, KeyError, TypeError) as error:
        raise LinkError("The broker's answer about the inbox cannot be understood.") from error
