"""Keeps the inboxes in order: copies how far each device has read, and makes room where that is safe."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from chatbridge import lookup, services
from chatbridge.jetstream import api, pages
from chatbridge.metrics import PURGES
from chatbridge.streams import fullest_inboxes
from chatbridge.threads import in_thread
from kezproto.errors import ProtocolError
from kezproto.keys import Primary
from kezproto.subjects import INBOX_STREAM, parse_consumer_name, primary_of_inbox
from natslink.connection import SupervisedConnection
from registry.lookup import handle_state

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What one round did: cursors moved on, inboxes purged of what was read, inboxes of unknown keys emptied."""

    cursors: int = 0
    read: int = 0
    unknown: int = 0


async def sweep(backend: SupervisedConnection) -> Swept:
    """One round. Raises JetStreamError or a LinkError; a round that failed half way is simply done again."""
    # What arrives from here on is not touched by this round, whatever it finds out.
    end = int((await api(backend, f"STREAM.INFO.{INBOX_STREAM}"))["state"]["last_seq"])
    rewound = await in_thread(services.reset_cursors, beyond=end)
    if rewound:
        logger.warning(
            "The stream was made anew or restored: %d device(s) start from its beginning.", rewound
        )
    cursors = await in_thread(services.advance_cursors, await ack_floors(backend))
    inboxes = await fullest_inboxes(backend)
    unknown = await _empty_unknown(backend, inboxes, end)
    read = await _purge_read(backend, inboxes)
    await in_thread(services.forget_devices, now=datetime.now(UTC))
    return Swept(cursors=cursors, read=read, unknown=unknown)


async def ack_floors(backend: SupervisedConnection) -> dict[tuple[str, str], int]:
    """The stream sequence up to which each consumer has acknowledged everything, by (primary hex, device)."""
    floors: dict[tuple[str, str], int] = {}
    async for entry in pages(backend, f"CONSUMER.LIST.{INBOX_STREAM}", "consumers"):
        try:
            primary, device = parse_consumer_name(str(entry.get("name", "")))
        except ProtocolError:
            logger.warning("The stream has a consumer that is not ours: %r", entry.get("name"))
            continue
        floors[primary.hex, device] = int(entry["ack_floor"]["stream_seq"])
    return floors


async def _purge_read(backend: SupervisedConnection, inboxes: Mapping[str, int]) -> int:
    """Inboxes past half their quota lose what all their active devices have read. The rest keep it, for devices to
    come.
    """
    purged = 0
    for subject, count in inboxes.items():
        if count * 2 <= settings.KEZ_INBOX_MAX_MSGS:
            continue
        primary = _owner(subject)
        if primary is None:
            continue
        cursor = await in_thread(lookup.lowest_cursor, primary, now=datetime.now(UTC))
        if cursor and await _purge(backend, subject, up_to=cursor):
            PURGES.labels("read").inc()
            purged += 1
    return purged


async def _empty_unknown(backend: SupervisedConnection, inboxes: Mapping[str, int], end: int) -> int:
    """Anybody with a handle can publish to any inbox; those of keys without one would fill the disk."""
    emptied = 0
    for subject in inboxes:
        primary = _owner(subject)
        if primary is not None and await in_thread(handle_state, primary) != "unknown":
            continue
        if await _purge(backend, subject, up_to=end):
            logger.info("Emptied the inbox of a key without a handle: %s…", subject[:26])
            PURGES.labels("unknown_key").inc()
            emptied += 1
    return emptied


def _owner(subject: str) -> Primary | None:
    try:
        return primary_of_inbox(subject)
    except ProtocolError:
        return None


async def _purge(backend: SupervisedConnection, subject: str, *, up_to: int) -> int:
    """Delete the messages of one subject up to and including a sequence; answers how many."""
    answer = await api(backend, f"STREAM.PURGE.{INBOX_STREAM}", {"filter": subject, "seq": up_to + 1})
    return int(answer.get("purged", 0))
