"""The durable pull consumer of a device: made by us at its login, never by the client."""

import contextlib
import logging
from functools import partial
from typing import Any

from django.conf import settings

from chatbridge.jetstream import (
    CONSUMER_ALREADY_EXISTS,
    CONSUMER_NAME_EXISTS,
    CONSUMER_NOT_FOUND,
    JetStreamError,
    api,
)
from chatbridge.streams import SECOND
from kezproto.keys import Primary
from kezproto.subjects import INBOX_STREAM, consumer_name, inbox_subject
from natslink.connection import SupervisedConnection
from natslink.errors import RequestTimedOut

logger = logging.getLogger(__name__)

ACK_WAIT_SECONDS = 30
MAX_ACK_PENDING = 256
INACTIVE_SECONDS = 3600
# Less than a login may take (responder.py).
CREATE_SECONDS = 2.1
CREATE_TRIES = 3


def device_consumer_config(primary: Primary, device: str, *, after: int) -> dict[str, Any]:
    """The consumer's settings; it delivers what the inbox holds beyond stream sequence `after`."""
    name = consumer_name(primary, device)
    return {
        "name": name,
        "durable_name": name,
        "filter_subject": inbox_subject(primary),
        "deliver_policy": "by_start_sequence",
        "opt_start_seq": after + 1,
        "ack_policy": "explicit",
        "ack_wait": ACK_WAIT_SECONDS * SECOND,
        "max_ack_pending": MAX_ACK_PENDING,
        "max_deliver": -1,
        "inactive_threshold": INACTIVE_SECONDS * SECOND,
        "replay_policy": "instant",
        "num_replicas": 0,  # as many as the stream
        # In a cluster the nodes agree on every step of it, which in memory costs no disk, and one that survives has it.
        # Should all of them forget it, the next one goes on at the device's cursor.
        "mem_storage": settings.KEZ_NATS_REPLICAS > 1,
    }


async def ensure_device_consumer(
    conn: SupervisedConnection, primary: Primary, device: str, *, cursor: int
) -> None:
    """Make the consumer unless it is there: one that exists knows better than the cursor what was acknowledged.

    Raises JetStreamError or a LinkError.
    """
    try:
        answer = await _create(conn, primary, device, after=cursor)
    except JetStreamError as error:
        if error.err_code in (CONSUMER_ALREADY_EXISTS, CONSUMER_NAME_EXISTS):
            return
        raise
    if cursor and answer.get("num_pending", 0) == 0:
        await _guard_against_rewound_stream(conn, primary, device, cursor)


async def _create(conn: SupervisedConnection, primary: Primary, device: str, *, after: int) -> dict[str, Any]:
    """While the nodes of a cluster elect a leader they hear no question: so it is asked more often than it may take.
    Asking for what has been made since is answered like the first time.
    """
    config = device_consumer_config(primary, device, after=after)
    body = {"stream_name": INBOX_STREAM, "config": config, "action": "create"}
    subject = f"CONSUMER.CREATE.{INBOX_STREAM}.{consumer_name(primary, device)}.{inbox_subject(primary)}"
    ask = partial(api, conn, subject, body)
    if settings.KEZ_NATS_REPLICAS == 1:
        return await ask(seconds=CREATE_SECONDS)
    for _ in range(CREATE_TRIES - 1):
        with contextlib.suppress(RequestTimedOut):
            return await ask(seconds=CREATE_SECONDS / CREATE_TRIES)
    return await ask(seconds=CREATE_SECONDS / CREATE_TRIES)


async def reopen_device_consumer(
    conn: SupervisedConnection, primary: Primary, device: str, *, cursor: int
) -> int:
    """The consumer for a device whose only reader begins anew; answers how many messages it has to deliver.

    What an earlier reader fetched and never acknowledged comes again at once and in its place, instead of after
    ACK_WAIT_SECONDS: such a consumer is made anew from where everything is acknowledged. Errors as above.
    """
    await ensure_device_consumer(conn, primary, device, cursor=cursor)
    info = await api(conn, f"CONSUMER.INFO.{INBOX_STREAM}.{consumer_name(primary, device)}")
    if info["num_ack_pending"]:
        floor = max(int(info["ack_floor"]["stream_seq"]), cursor)
        await delete_device_consumer(conn, primary, device)
        info = await _create(conn, primary, device, after=floor)
    return int(info["num_pending"])


async def delete_device_consumer(conn: SupervisedConnection, primary: Primary, device: str) -> None:
    """Remove the consumer; it is fine if there is none."""
    try:
        await api(conn, f"CONSUMER.DELETE.{INBOX_STREAM}.{consumer_name(primary, device)}")
    except JetStreamError as error:
        if error.err_code != CONSUMER_NOT_FOUND:
            raise


async def _guard_against_rewound_stream(
    conn: SupervisedConnection, primary: Primary, device: str, cursor: int
) -> None:
    """A stream that was made anew or came from a backup counts from below: a consumer that starts beyond its end would
    wait there and miss everything until then. Such a device starts from the beginning instead.
    """
    state = (await api(conn, f"STREAM.INFO.{INBOX_STREAM}"))["state"]
    if cursor <= int(state["last_seq"]):
        return
    logger.warning(
        "The stream %s was made anew or restored: a device starts from its beginning.", INBOX_STREAM
    )
    await delete_device_consumer(conn, primary, device)
    await _create(conn, primary, device, after=0)
