"""The chunks in KEZ_FILES: counted without their bytes, read one by one, purged when nobody needs them."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Mapping

from chatbridge.jetstream import (
    CONSUMER_ALREADY_EXISTS,
    CONSUMER_NAME_EXISTS,
    JetStreamError,
    api,
)
from files import bitmap
from files.uploads import Upload
from kezproto.errors import BadSubject
from kezproto.subjects import FILES_PREFIX, FILES_STREAM, parse_chunk_subject
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError
from natslink.pulling import Demand, InboxMessage, pull_messages

CONSUMER = "ingest"
ACK_WAIT_SECONDS = 5  # a killed ingest leaves what it had not recorded to the others after that
MAX_ACK_PENDING = 4096
AT_ONCE = 32  # reads under way
READ_SECONDS = 10.0
SECOND = 1_000_000_000

WANTED_CONSUMER = {
    "durable_name": CONSUMER,
    "deliver_policy": "all",
    "ack_policy": "explicit",
    "ack_wait": ACK_WAIT_SECONDS * SECOND,
    "max_ack_pending": MAX_ACK_PENDING,
    "max_deliver": -1,
    "headers_only": True,
}


async def ensure_consumer(conn: SupervisedConnection) -> None:
    """The one consumer that all ingest processes share. It begins at the start: counting a chunk again does no harm."""
    body = {"stream_name": FILES_STREAM, "config": WANTED_CONSUMER}
    try:
        await api(conn, f"CONSUMER.CREATE.{FILES_STREAM}.{CONSUMER}", body)
    except JetStreamError as error:
        if error.err_code not in (CONSUMER_NAME_EXISTS, CONSUMER_ALREADY_EXISTS):
            raise
        # Another release made it: what it had not acknowledged comes again.
        await api(conn, f"CONSUMER.DELETE.{FILES_STREAM}.{CONSUMER}")
        await api(conn, f"CONSUMER.CREATE.{FILES_STREAM}.{CONSUMER}", body)


def arrivals(conn: SupervisedConnection, *, batch: int) -> AsyncGenerator[InboxMessage, None]:
    """A message without its bytes for each chunk that arrives, across reconnects; the caller acks each."""

    async def remedy() -> None:
        with contextlib.suppress(LinkError, JetStreamError):
            await ensure_consumer(conn)

    return pull_messages(
        conn.session,
        stream=FILES_STREAM,
        consumer=CONSUMER,
        api_prefix=None,
        demand=Demand(batch),
        remedy=remedy,
    )


async def read_chunks(conn: SupervisedConnection, upload: Upload, *, chunks: int) -> list[bytes | None]:
    """The frames of a file in order; None for each that the stream does not have. Raises a LinkError."""
    room = asyncio.Semaphore(AT_ONCE)

    async def read(index: int) -> bytes | None:
        subject = f"$JS.API.DIRECT.GET.{FILES_STREAM}.{upload.subject(index)}"
        async with room:
            answer = await conn.request(subject, timeout=READ_SECONDS)
        # Headers are the sender's words, and may imitate a status; "not found" is the one answer without a body.
        return answer.data or None

    reads = [asyncio.ensure_future(read(index)) for index in range(chunks)]
    try:
        return await asyncio.gather(*reads)
    finally:
        for each in reads:
            each.cancel()


async def purge(conn: SupervisedConnection, subjects: str) -> int:
    """Delete the chunks under one subject or filter; answers how many. Raises a LinkError or JetStreamError."""
    answer = await api(conn, f"STREAM.PURGE.{FILES_STREAM}", {"filter": subjects})
    return int(answer.get("purged", 0))


async def purge_each(conn: SupervisedConnection, subjects: Iterable[str]) -> None:
    """Delete the chunks under all these subjects or filters. Raises a LinkError or JetStreamError."""
    for subject in subjects:
        await purge(conn, subject)


def unwanted_subjects(unwanted: Mapping[Upload, int]) -> list[str]:
    """Where these chunks (bits by upload) lie. Pure."""
    return [upload.subject(index) for upload, bits in unwanted.items() for index in bitmap.indices_of(bits)]


async def held_chunks(conn: SupervisedConnection) -> tuple[dict[Upload, int], list[str]]:
    """All chunks in the stream (bits by upload), and the subjects in it that are none."""
    subjects: list[str] = []
    while True:
        body = {"subjects_filter": f"{FILES_PREFIX}>", "offset": len(subjects)}
        answer = await api(conn, f"STREAM.INFO.{FILES_STREAM}", body)
        page = answer["state"].get("subjects") or {}
        subjects.extend(page)
        if not page or len(subjects) >= int(answer.get("total", 0)):
            return by_upload(subjects)


def by_upload(subjects: Iterable[str]) -> tuple[dict[Upload, int], list[str]]:
    """The chunks that these subjects name (bits by upload), and those that name none. Pure."""
    uploads: dict[Upload, int] = {}
    foreign: list[str] = []
    for subject in subjects:
        try:
            primary, file_id, index = parse_chunk_subject(subject)
        except BadSubject:
            foreign.append(subject)
            continue
        upload = Upload(primary.hex, file_id)
        uploads[upload] = uploads.get(upload, 0) | bitmap.bits_of([index])
    return uploads, foreign
