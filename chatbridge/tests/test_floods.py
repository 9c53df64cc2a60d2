"""Who sends far more than a person can is cut off for a while; nobody else notices."""

import pytest

from chatbridge.floods import FloodGuard, Limits
from chatbridge.tests.cast import new_id
from chatbridge.tests.test_kick import States
from kezproto.subjects import signal_subject
from natslink.client import publish_envelope
from natslink.errors import AccessRefused


@pytest.mark.parametrize(
    "limits",
    [Limits(300, 1 << 40, 60), Limits(1 << 40, 100_000, 60)],
    ids=["messages", "bytes"],
)
async def test_a_flood_is_cut_off_and_must_wait(log_in, alice, mallory, system, limits: Limits) -> None:
    flooder, calm = States(), States()
    conn, other = await log_in(mallory, on_state=flooder), await log_in(alice, on_state=calm)
    guard = FloodGuard(limits)
    assert await guard.look(system) == []
    for _ in range(500):
        await conn.send(signal_subject(alice.primary), b"x" * 1000)
    await conn.nc.flush()
    await publish_envelope(other, mallory.primary, b"hello", msg_id=new_id())
    assert await guard.look(system) == [mallory.hex]
    await flooder.until("reconnecting")
    with pytest.raises(AccessRefused):
        await mallory.connection().start()
    assert other.state == "connected"
    assert calm.seen == ["connected"]


async def test_a_backlog_read_and_acknowledged_is_no_flood(log_in, alice, system) -> None:
    guard = FloodGuard()
    conn = await log_in(alice)
    for _ in range(10_000):
        await conn.send(signal_subject(alice.primary), b"+ACK")
    await conn.nc.flush()
    assert await guard.look(system) == []
    assert conn.state == "connected"


async def test_an_earlier_flood_is_not_counted_twice(log_in, alice, system) -> None:
    conn = await log_in(alice)
    for _ in range(500):
        await conn.send(signal_subject(alice.primary), b"x")
    await conn.nc.flush()
    guard = FloodGuard(Limits(100_000, 1 << 40, 60))
    assert await guard.look(system) == []
    strict = FloodGuard(Limits(300, 1 << 40, 60))
    strict._seen = dict(guard._seen)
    assert await strict.look(system) == []
