"""A broker with our streams and a callout that answers, for tests in one process with a real database."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
from django.core.cache import cache

from chatbridge.broker import backend_connection, system_connection
from chatbridge.callout_process import CalloutProcess
from chatbridge.jetstream import JetStreamError, api
from chatbridge.streams import STREAMS, ensure_streams
from chatbridge.tests.cast import Person
from chatbridge.threads import in_thread
from kezproto.subjects import INBOX_STREAM
from natslink.connection import SupervisedConnection


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture
async def backend(nats_server: None) -> AsyncIterator[SupervisedConnection]:
    """In the account of the streams."""
    async with backend_connection() as conn:
        yield conn


@pytest.fixture
async def system(nats_server: None) -> AsyncIterator[SupervisedConnection]:
    """In the system account."""
    async with system_connection() as conn:
        yield conn


# The broker has said that a stream is gone, and still removes its files.
STORE_NOT_MADE = 10049


async def empty_streams(backend: SupervisedConnection) -> None:
    """Make KEZ_INBOX and KEZ_FILES anew."""
    for stream in STREAMS:
        with contextlib.suppress(JetStreamError):
            await api(backend, f"STREAM.DELETE.{stream.name}")
    async with asyncio.timeout(20):
        while True:
            try:
                await ensure_streams(backend)
            except JetStreamError as error:
                if error.err_code != STORE_NOT_MADE:
                    raise
                await asyncio.sleep(0.1)  # between two tries
            else:
                return


@contextlib.asynccontextmanager
async def running_callout() -> AsyncIterator[CalloutProcess]:
    """The auth callout, in this process."""
    process = CalloutProcess()
    running = asyncio.create_task(process.run())
    await asyncio.wait_for(process.ready.wait(), 10)
    yield process
    process.stop()
    await asyncio.wait_for(running, 10)


@pytest.fixture
async def inboxes(backend: SupervisedConnection) -> str:
    """An empty KEZ_INBOX, and an empty KEZ_FILES beside it."""
    await empty_streams(backend)
    return INBOX_STREAM


@pytest.fixture
async def callout(transactional_db: None, inboxes: str) -> AsyncIterator[CalloutProcess]:
    """The auth callout, in this process."""
    async with running_callout() as process:
        yield process


@pytest.fixture
async def people(transactional_db: None) -> dict[str, Person]:
    """alice, bob and mallory, registered."""
    cast = {name: Person(name) for name in ("alice", "bob", "mallory")}
    for person in cast.values():
        await in_thread(person.register)
    return cast


@pytest.fixture
def alice(people: dict[str, Person]) -> Person:
    return people["alice"]


@pytest.fixture
def bob(people: dict[str, Person]) -> Person:
    return people["bob"]


@pytest.fixture
def mallory(people: dict[str, Person]) -> Person:
    return people["mallory"]


@pytest.fixture
async def log_in(callout: CalloutProcess) -> AsyncIterator[Callable[..., object]]:
    """`await log_in(alice, …)`: a connected client; all are closed in the end."""
    made: list[SupervisedConnection] = []

    async def connect(person: Person, **options) -> SupervisedConnection:
        conn = person.connection(**options)
        made.append(conn)
        await conn.start()
        return conn

    yield connect
    for conn in made:
        await conn.close()
