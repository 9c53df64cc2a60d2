"""The streams of inboxes and of chunks: how each must be, and how it is brought there without losing a message."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from chatbridge.jetstream import STREAM_NOT_FOUND, JetStreamError, api
from kezproto.envelope import MAX_ENVELOPE_BYTES
from kezproto.file_chunks import MAX_CHUNK_FRAME_BYTES
from kezproto.subjects import FILES_PREFIX, FILES_STREAM, INBOX_PREFIX, INBOX_STREAM
from natslink.connection import SupervisedConnection

SECOND = 1_000_000_000  # JetStream counts time in nanoseconds
DUPLICATE_SECONDS = 120
CHUNK_AGE_SECONDS = 24 * 3600
HEADER_ROOM = (
    1024  # headers count towards the size of a message: its id, and what the broker adds between accounts
)
FIXED = ("storage", "retention")  # what nats-server cannot change in a stream that exists
_COMMON: dict[str, Any] = {
    "storage": "file",
    "retention": "limits",
    "max_msgs": -1,
    "max_bytes": -1,
    "max_consumers": -1,
    "duplicate_window": DUPLICATE_SECONDS * SECOND,
    "allow_rollup_hdrs": False,
    "deny_purge": False,
}


class UnsafeStream(Exception):  # noqa: N818 - reads as what it says
    """The stream is not, or cannot be made, as it must be without losing messages. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One of our streams. `refuse_loss(conn, current, wanted)` raises UnsafeStream if a change would delete messages
    that somebody still waits for.
    """

    name: str
    wanted: Callable[[], dict[str, Any]]
    refuse_loss: Callable[[SupervisedConnection, Mapping[str, Any], Mapping[str, Any]], Awaitable[None]]


def wanted_inbox_config() -> dict[str, Any]:
    """The settings of KEZ_INBOX; docs/nats.md gives the reason for each."""
    return _COMMON | {
        "num_replicas": settings.KEZ_NATS_REPLICAS,
        "name": INBOX_STREAM,
        "subjects": [f"{INBOX_PREFIX}*"],
        "discard": "new",
        "discard_new_per_subject": True,
        "max_msgs_per_subject": settings.KEZ_INBOX_MAX_MSGS,
        "max_age": settings.KEZ_INBOX_MAX_AGE_DAYS * 86_400 * SECOND,
        "max_msg_size": MAX_ENVELOPE_BYTES,
        "allow_direct": False,
    }


def wanted_files_config() -> dict[str, Any]:
    """The settings of KEZ_FILES; docs/nats.md gives the reason for each."""
    return _COMMON | {
        "num_replicas": settings.KEZ_NATS_REPLICAS,
        "name": FILES_STREAM,
        "subjects": [f"{FILES_PREFIX}*.*.*"],
        "discard": "old",
        "discard_new_per_subject": False,
        "max_msgs_per_subject": 1,
        "max_age": CHUNK_AGE_SECONDS * SECOND,
        "max_msg_size": MAX_CHUNK_FRAME_BYTES + HEADER_ROOM,
        "allow_direct": True,
    }


async def ensure_stream(conn: SupervisedConnection, stream: Stream, *, accept_loss: bool = False) -> str:
    """Make the stream or bring its settings up to date; answers "made", "updated" or "unchanged".

    Raises UnsafeStream instead of deleting messages or copies of them, unless `accept_loss`.
    """
    wanted = stream.wanted()
    try:
        current = (await api(conn, f"STREAM.INFO.{stream.name}"))["config"]
    except JetStreamError as error:
        if error.err_code != STREAM_NOT_FOUND:
            raise
        await api(conn, f"STREAM.CREATE.{stream.name}", wanted)
        return "made"
    changed = differences(current, wanted)
    if not changed:
        return "unchanged"
    for name in FIXED:
        if name in changed:
            raise UnsafeStream(
                f"The stream {stream.name} has {name} {current.get(name)!r} instead of {wanted[name]!r}, which cannot "
                "be changed: back it up, delete it, and run `manage.py ensure_streams` again."
            )
    if not accept_loss:
        _refuse_fewer_copies(stream, current, wanted)
        await stream.refuse_loss(conn, current, wanted)
    await api(conn, f"STREAM.UPDATE.{stream.name}", {**current, **wanted})
    return "updated"


async def ensure_streams(conn: SupervisedConnection, *, accept_loss: bool = False) -> str:
    """All our streams by `ensure_stream`; answers what became of each: "KEZ_INBOX made, KEZ_FILES unchanged"."""
    told = []
    for stream in STREAMS:
        done = await ensure_stream(conn, stream, accept_loss=accept_loss)
        told.append(f"{stream.name} {done}")
    return ", ".join(told)


async def check_stream(conn: SupervisedConnection, stream: Stream) -> str:
    """A sentence about the stream; UnsafeStream if it is missing or not as it must be."""
    try:
        info = await api(conn, f"STREAM.INFO.{stream.name}")
    except JetStreamError as error:
        if error.err_code != STREAM_NOT_FOUND:
            raise
        raise UnsafeStream(f"The stream {stream.name} is missing: run `manage.py ensure_streams`.") from error
    changed = differences(info["config"], stream.wanted())
    if changed:
        raise UnsafeStream(
            f"The stream {stream.name} is not as it must be ({', '.join(sorted(changed))}): "
            "run `manage.py ensure_streams`."
        )
    return f"{stream.name} holds {info['state']['messages']} messages{_copies(info)}"


def _copies(info: Mapping[str, Any]) -> str:
    """How many nodes have all of the stream at this moment, where it is kept more than once."""
    copies = int(info["config"].get("num_replicas", 1))
    if copies == 1:
        return ""
    others = (info.get("cluster") or {}).get("replicas") or []
    whole = 1 + sum(bool(other.get("current")) and not other.get("offline") for other in others)
    return f" on {whole} of {copies} nodes"


async def check_streams(conn: SupervisedConnection) -> str:
    """A sentence about all our streams; UnsafeStream if one is missing or not as it must be."""
    return "; ".join([await check_stream(conn, stream) for stream in STREAMS])


def differences(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> set[str]:
    """The names of the settings that differ. JetStream leaves out what is false, empty or zero."""
    return {name for name, value in wanted.items() if (current.get(name) or False) != (value or False)}


async def fullest_inboxes(conn: SupervisedConnection, *, more_than: int = 0) -> dict[str, int]:
    """Messages by subject, of the inboxes that hold more than `more_than`."""
    counts: dict[str, int] = {}
    offset = 0
    while True:
        body = {"subjects_filter": f"{INBOX_PREFIX}*", "offset": offset}
        answer = await api(conn, f"STREAM.INFO.{INBOX_STREAM}", body)
        page = answer["state"].get("subjects") or {}
        counts |= {subject: count for subject, count in page.items() if count > more_than}
        offset += len(page)
        if not page or offset >= int(answer.get("total", 0)):
            return counts


def _refuse_fewer_copies(stream: Stream, current: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    copies = current.get("num_replicas", 1)
    if wanted["num_replicas"] < copies:
        raise UnsafeStream(
            f"{stream.name} lies on {copies} nodes and KEZ_NATS_REPLICAS={wanted['num_replicas']} would delete copies: "
            f"set KEZ_NATS_REPLICAS={copies}, or accept the loss with --accept-loss."
        )


async def _refuse_loss_of_messages(
    conn: SupervisedConnection, current: Mapping[str, Any], wanted: Mapping[str, Any]
) -> None:
    """UnsafeStream if a new quota or age of inboxes would delete messages that are there now."""
    quota, age = wanted["max_msgs_per_subject"], wanted["max_age"]
    if quota < current["max_msgs_per_subject"] or current["max_msgs_per_subject"] <= 0:
        over = await fullest_inboxes(conn, more_than=quota)
        if over:
            raise UnsafeStream(
                f"KEZ_INBOX_MAX_MSGS={quota} would delete messages: {len(over)} inboxes hold more, the fullest "
                f"{max(over.values())}. Set it to at least that, or accept the loss with --accept-loss."
            )
    if age < current["max_age"] or current["max_age"] == 0:
        state = (await api(conn, f"STREAM.INFO.{INBOX_STREAM}"))["state"]
        oldest = datetime.fromisoformat(state["first_ts"][:19] + "+00:00")
        if state["messages"] and oldest < datetime.now(UTC) - timedelta(seconds=age // SECOND):
            raise UnsafeStream(
                f"KEZ_INBOX_MAX_AGE_DAYS={settings.KEZ_INBOX_MAX_AGE_DAYS} would delete messages: the oldest is from "
                f"{oldest:%Y-%m-%d}. Set it higher, or accept the loss with --accept-loss."
            )


async def _nobody_misses_chunks(
    conn: SupervisedConnection, current: Mapping[str, Any], wanted: Mapping[str, Any]
) -> None:
    """Nothing to refuse: what the limits of KEZ_FILES delete is over a day old or was sent again."""


INBOXES = Stream(INBOX_STREAM, wanted_inbox_config, _refuse_loss_of_messages)
CHUNKS = Stream(FILES_STREAM, wanted_files_config, _nobody_misses_chunks)
STREAMS = (INBOXES, CHUNKS)
