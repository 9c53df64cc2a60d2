"""What happens to files on a real broker, seen from outside."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError
from django.utils import timezone

from chatbridge.jetstream import api
from chatbridge.threads import in_thread
from files import services
from files.finalising import finalise_file
from files.models import Attachment
from files.tests.cast import SentFile
from kezproto.file_announcement import verify_file_announcement
from natslink.connection import SupervisedConnection

PATIENCE = 60.0  # of a busy machine

P = ParamSpec("P")
R = TypeVar("R")


async def in_database(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`in_thread` beside a process that writes too: SQLite in memory refuses at once where a file would wait."""
    while True:
        try:
            return await in_thread(function, *args, **kwargs)
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            await asyncio.sleep(0.01)


async def until(look: Callable[[], Any], *, seconds: float = PATIENCE) -> None:
    """Returns when `look`, which may ask the database, finds what it looks for."""
    deadline = time.monotonic() + seconds
    while not await in_database(look):
        assert time.monotonic() < deadline, f"{look} did not come true"
        await asyncio.sleep(0.02)


async def until_held(backend: SupervisedConnection, number: int) -> None:
    """Returns when the stream of chunks holds so many."""
    deadline = time.monotonic() + PATIENCE
    while len(now := await held(backend)) != number:
        assert time.monotonic() < deadline, now
        await asyncio.sleep(0.02)


async def finalised(sent: SentFile) -> Attachment:
    """Complete, and given to a worker."""
    await until(lambda: sent.row.is_complete)
    while True:
        try:
            await finalise_file(sent.file_id)
        except OperationalError as error:
            if "locked" not in str(error):
                raise
        else:
            return await row_of(sent)


async def announced(sent: SentFile) -> Attachment:
    """As `POST /v1/files` does it."""

    def announce() -> Attachment:
        now = timezone.now()
        document = verify_file_announcement(sent.announcement(), server="kez.lat", now=now)
        return services.announce_file(document, now=now).attachment

    return await in_database(announce)


async def row_of(sent: SentFile) -> Attachment:
    return await in_database(lambda: sent.row)


async def held(backend: SupervisedConnection, subjects: str = "kez.files.>") -> list[str]:
    """The subjects that the stream of chunks holds now."""
    info = await api(backend, "STREAM.INFO.KEZ_FILES", {"subjects_filter": subjects})
    return sorted(info["state"].get("subjects") or {})
