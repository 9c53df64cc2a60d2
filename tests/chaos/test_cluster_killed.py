"""kill -9 of any process of a cluster, and of any NATS node, in the middle of traffic of every kind.

Nothing that was accepted is lost, and all ways work again with nobody's help. How long that took is told.
"""

import asyncio
import json
import time

import pytest

from devstack.cluster import Cluster
from tests.chaos.traffic import Traffic, slowest, traffic
from tests.figures import Figures

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

SMALL = {"websockets": 4, "brokers": 4, "files": 1, "every": 0.5}
PROCESSES = (
    "web-1",
    "callout-1",
    "ingest-1",
    "worker-1",
    "janitor-1",
    "beat-1",
    "sigchain-1",
    "valkey",
    "postgres",
)
PATIENCE = 120.0
LEADER = """
import asyncio, json
from chatbridge.broker import backend_connection
from chatbridge.jetstream import api
async def ask():
    async with backend_connection() as backend:
        return (await api(backend, "STREAM.INFO.KEZ_INBOX"))["cluster"]["leader"]
print(json.dumps(asyncio.run(ask())))
"""


def node_of(cluster: Cluster, role: str) -> str:
    """The node that leads the stream of inboxes, or one that follows."""
    told = json.loads(cluster.manage("shell", "-c", LEADER).splitlines()[-1])
    others = sorted(set(cluster.nodes) - {told})
    return str(told) if role == "leader" else others[0]


async def assert_nothing_is_lost(running: Traffic, figures: Figures, what: str) -> None:
    await running.finish()
    figures.tell(what, running.ledger.count())
    running.ledger.check()


@pytest.mark.parametrize("name", PROCESSES)
async def test_a_process_is_killed(cluster: Cluster, figures: Figures, name: str) -> None:
    async with traffic(cluster, **SMALL) as running:
        killed = time.monotonic()
        await asyncio.to_thread(cluster.kill_hard, name)
        gaps = await running.until_all_ways_work(killed, seconds=PATIENCE)
        figures.tell(f"{name} killed: all works again after", slowest(gaps))
        await asyncio.to_thread(cluster.wait_ready)
        await assert_nothing_is_lost(running, figures, f"{name} killed")


@pytest.mark.parametrize("role", ["leader", "follower"])
async def test_a_node_of_the_broker_is_killed(cluster: Cluster, figures: Figures, role: str) -> None:
    """It stays away until all works without it, and then comes back."""
    name = await asyncio.to_thread(node_of, cluster, role)
    async with traffic(cluster, **SMALL) as running:
        killed = time.monotonic()
        await asyncio.to_thread(cluster.kill_down, name)
        gaps = await running.until_all_ways_work(killed, seconds=PATIENCE)
        figures.tell(f"NATS {role} killed: all works again after", slowest(gaps))
        cluster.release(name)
        await asyncio.to_thread(cluster.wait_ready)
        await running.until_all_ways_work(time.monotonic(), seconds=PATIENCE)
        await assert_nothing_is_lost(running, figures, f"NATS {role} killed and back")
