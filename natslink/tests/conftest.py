"""A broker that tests may break, and connections to it in the account of the streams."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from natslink.connection import SupervisedConnection
from natslink.tests.broker import Broker, static_seed

STREAM = "TRIAL"
CONSUMER = "reader"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with Broker(tmp_path) as running:
        yield running


@pytest.fixture
async def connect(broker: Broker) -> AsyncIterator[Callable[..., SupervisedConnection]]:
    """Makes connections to `broker` as its backend user; all are closed in the end."""
    made: list[SupervisedConnection] = []

    def make(**options: object) -> SupervisedConnection:
        settings = {
            "urls": [broker.url],
            "seed": static_seed("KEZ_NATS_BACKEND_SEED"),
            "name": "trial",
            **options,
        }
        made.append(SupervisedConnection(**settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for conn in made:
        await conn.close()


@pytest.fixture
async def conn(connect: Callable[..., SupervisedConnection]) -> SupervisedConnection:
    conn = connect()
    await conn.start()
    return conn


@pytest.fixture
async def stream(conn: SupervisedConnection) -> str:
    """A stream on trial.* with a durable pull consumer; 5 messages fit into each subject, 1,000 bytes into each."""
    await call(
        conn,
        f"STREAM.CREATE.{STREAM}",
        name=STREAM,
        subjects=["trial.*"],
        discard="new",
        discard_new_per_subject=True,
        max_msgs_per_subject=5000,
        max_msg_size=1000,
    )
    await call(
        conn,
        f"CONSUMER.CREATE.{STREAM}.{CONSUMER}",
        stream_name=STREAM,
        config={"name": CONSUMER, "durable_name": CONSUMER, "ack_policy": "explicit"},
    )
    return STREAM


async def call(conn: SupervisedConnection, subject: str, **body: object) -> dict[str, object]:
    """One call of the JetStream API that must succeed."""
    answer: dict[str, object] = json.loads(
        (await conn.request(f"$JS.API.{subject}", json.dumps(body).encode())).data
    )
    assert "error" not in answer, answer
    return answer
