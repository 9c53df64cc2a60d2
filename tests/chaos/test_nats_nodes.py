"""Three NATS nodes with deploy/nats-cluster.conf and nothing else: copies of streams, sync policy, ids under way."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chatbridge.broker import backend_connection, system_connection
from chatbridge.jetstream import NOT_YET, JetStreamError
from chatbridge.safety import UnsafeBroker, check_broker
from chatbridge.streams import INBOXES, UnsafeStream, check_stream, ensure_streams
from devstack.environment import ROOT
from devstack.ports import HOST, free_ports
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError, NotStored
from natslink.publishing import PublishWindow
from natslink.tests.broker import Broker

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

INBOX = f"kez.inbox.{'a' * 64}"
FILES = ("nats.conf", "nats-routes.conf", "nats-cluster.conf")
LOOK_SECONDS = 0.2
PASSWORD = "only-for-this-test"


@pytest.fixture
def start_nodes(tmp_path: Path, settings) -> Iterator[Callable[..., None]]:
    """`start_nodes(loose=2)` starts three, the one of that number with a looser sync policy."""
    with ExitStack() as running:

        def start(*, loose: int | None = None) -> None:
            ports = free_ports(3)
            routes = ", ".join(f'"nats://node:{PASSWORD}@{HOST}:{port}"' for port in ports)
            nodes = []
            for number, port in enumerate(ports):
                folder = tmp_path / f"node-{number}"
                folder.mkdir()
                nodes.append(
                    Broker(
                        folder,
                        config=_config(folder, loose=number == loose),
                        KEZ_NATS_NAME=f"node-{number}",
                        KEZ_NATS_CLUSTER_HOST=HOST,
                        KEZ_NATS_CLUSTER_PORT=str(port),
                        KEZ_NATS_CLUSTER_PASSWORD=PASSWORD,
                        KEZ_NATS_ROUTES=f"[{routes}]",
                    )
                )
            for node in nodes:
                running.enter_context(node)
            settings.NATS_URL = ",".join(node.url for node in nodes)

        yield start


def _config(folder: Path, *, loose: bool) -> Path:
    for name in FILES:
        shutil.copy(ROOT / "deploy" / name, folder / name)
    if loose:
        file = folder / "nats.conf"
        file.write_text(file.read_text().replace("sync_interval: always", "sync_interval: 10s"))
    return folder / "nats-cluster.conf"


@pytest.fixture
async def backend(start_nodes: Callable[..., None], settings) -> AsyncIterator[SupervisedConnection]:
    """On three nodes, with our streams on one of them each."""
    start_nodes()
    settings.KEZ_NATS_REPLICAS = 1
    async with backend_connection() as conn:
        await patiently_ensure_streams(conn)
        yield conn


async def patiently_ensure_streams(conn: SupervisedConnection) -> str:
    """Again while the nodes have not found each other."""
    async with asyncio.timeout(60):
        while True:
            try:
                return await ensure_streams(conn)
            except LinkError:
                await asyncio.sleep(LOOK_SECONDS)
            except JetStreamError as error:
                if error.err_code not in NOT_YET:
                    raise
                await asyncio.sleep(LOOK_SECONDS)


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    """Returns when `look` answers True."""
    async with asyncio.timeout(60):
        while True:
            if await look():
                return
            await asyncio.sleep(LOOK_SECONDS)


async def test_copies_are_raised_in_use_and_not_lowered_by_accident(
    backend: SupervisedConnection, settings
) -> None:
    for number in range(50):
        await backend.publish(INBOX, b"kept", msg_id=f"id-{number}", timeout=20)
    settings.KEZ_NATS_REPLICAS = 3
    with pytest.raises(UnsafeStream, match="num_replicas"):
        await check_stream(backend, INBOXES)
    assert await patiently_ensure_streams(backend) == "KEZ_INBOX updated, KEZ_FILES updated"

    async def all_have_it() -> bool:
        return await check_stream(backend, INBOXES) == "KEZ_INBOX holds 50 messages on 3 of 3 nodes"

    await until(all_have_it)
    settings.KEZ_NATS_REPLICAS = 1
    with pytest.raises(UnsafeStream, match="KEZ_INBOX lies on 3 nodes"):
        await ensure_streams(backend)
    await ensure_streams(backend, accept_loss=True)


async def test_an_id_that_is_still_under_way_is_never_refused_for_good(
    backend: SupervisedConnection, settings
) -> None:
    settings.KEZ_NATS_REPLICAS = 3
    await patiently_ensure_streams(backend)

    async def all_have_it() -> bool:
        return await check_stream(backend, INBOXES) == "KEZ_INBOX holds 0 messages on 3 of 3 nodes"

    await until(all_have_it)
    assert backend.live
    async with PublishWindow(backend.live) as window, asyncio.timeout(60):
        for number in range(100):
            await window.submit(number, INBOX, b"twice", msg_id=f"id-{number // 2}")
        outcomes = [await window.outcomes.get() for _ in range(100)]
    assert {type(outcome.error) for outcome in outcomes} <= {NotStored, type(None)}
    stored = [outcome for outcome in outcomes if outcome.ack and not outcome.ack.duplicate]
    assert len(stored) == 50


async def test_one_loose_node_among_three_is_found(start_nodes: Callable[..., None]) -> None:
    start_nodes(loose=2)
    async with system_connection() as system:
        request = ("$SYS.REQ.SERVER.PING.JSZ", b"{}")

        async def all_answer() -> bool:
            return len(await system.request_many(*request)) == 3

        await until(all_answer)
        with pytest.raises(UnsafeBroker, match=r"node-2 .*sync_interval: always"):
            await check_broker(system)
