# ruff: noqa: ASYNC109 - a time limit is part of the contract, with a typed error at its end
"""What a kez client does on the broker: log in with its primary, send envelopes, read its own inbox."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncGenerator, Callable, Sequence

from kezproto.keys import Primary, SigningKey
from kezproto.subjects import (
    API_PREFIX,
    INBOX_STREAM,
    connect_name,
    consumer_name,
    inbox_subject,
    reply_prefix,
)
from natslink.acks import PubAck
from natslink.connection import SupervisedConnection
from natslink.pulling import InboxMessage


def client_connection(
    *,
    urls: Sequence[str],
    key: SigningKey,
    device: str,
    token: str | None = None,
    on_state: Callable[[str], None] | None = None,
) -> SupervisedConnection:
    """A connection for the owner of `key` on `device` (16 hex). `token`: 16 to 64 of [A-Za-z0-9], random by
    default, makes the reply subjects unguessable.
    """
    token = token or secrets.token_hex(16)
    return SupervisedConnection(
        urls=urls,
        seed=key.seed,
        name=connect_name(token, device),
        reply_prefix=reply_prefix(token),
        on_state=on_state,
    )


async def publish_envelope(
    conn: SupervisedConnection, recipient: Primary, envelope: bytes, *, msg_id: str, timeout: float = 5.0
) -> PubAck:
    """Put a sealed message into the recipient's inbox; errors as `SupervisedConnection.publish`."""
    return await conn.publish(inbox_subject(recipient), envelope, msg_id=msg_id, timeout=timeout)


async def inbox_messages(
    conn: SupervisedConnection, primary: Primary, device: str
) -> AsyncGenerator[InboxMessage, None]:
    """What the inbox of `primary` holds that `device` has not acknowledged, then what comes. Ends on `close`."""
    subject = inbox_subject(primary)
    messages = conn.messages(
        stream=INBOX_STREAM, consumer=consumer_name(primary, device), api_prefix=API_PREFIX
    )
    async with contextlib.aclosing(messages):
        async for message in messages:
            if message.subject == subject:
                yield message
