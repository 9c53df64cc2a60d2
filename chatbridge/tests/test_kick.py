"""A suspended handle is off the broker within two seconds, and stays off."""

import asyncio
import time

import pytest
from kombu.exceptions import OperationalError

from chatbridge.connections import client_connections
from chatbridge.consumers.tasks import ended
from chatbridge.kick import kick_owner
from chatbridge.kick_on_notice import KickOnNotice
from chatbridge.receivers import cut_connections
from chatbridge.tasks import kick_primary
from chatbridge.tests.cast import Person
from chatbridge.threads import in_thread
from natslink.connection import SupervisedConnection
from natslink.errors import AccessRefused, PublishRefused
from registry.services import reinstate_handle, release_handle, suspend_handle
from registry.signals import handle_suspended
from tests.busy import at_most


class States:
    """What a connection tells about itself, to be waited for."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._changed = asyncio.Event()

    def __call__(self, state: str) -> None:
        self.seen.append(state)
        self._changed.set()

    async def until(self, state: str, *, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            while state not in self.seen:
                self._changed.clear()
                await self._changed.wait()
        self.seen.clear()


@pytest.fixture
def task_queue(monkeypatch) -> list[tuple]:
    """What was handed to the task queue; no worker runs here."""
    sent: list[tuple] = []

    def send(args: tuple, kwargs: dict | None = None, **options: object) -> None:
        sent.append((*args, options))

    monkeypatch.setattr(kick_primary, "apply_async", send)
    return sent


async def test_suspending_cuts_and_keeps_out_within_two_seconds(task_queue, log_in, alice, bob) -> None:
    states, others = States(), States()
    conn = await log_in(alice, on_state=states)
    second = await log_in(alice, device="00000000000000ab", on_state=states)
    await log_in(bob, on_state=others)
    states.seen.clear()
    began = time.monotonic()
    await in_thread(suspend_handle, await in_thread(lambda: alice.row), actor="test", reason="spam")
    assert [(sent[0], sent[1].get("countdown")) for sent in task_queue] == [(alice.hex, None), (alice.hex, 4)]
    assert await in_thread(kick_primary, alice.hex) == 2
    await states.until("reconnecting")
    assert time.monotonic() - began < at_most(2)
    with pytest.raises(AccessRefused):
        await alice.connection().start()
    assert isinstance(await _refused(conn), AccessRefused)
    assert second.state == "reconnecting"
    assert others.seen == ["connected"]
    await in_thread(reinstate_handle, await in_thread(lambda: alice.row), actor="test", reason="a mistake")
    await states.until("connected", seconds=20)


async def _refused(conn: SupervisedConnection) -> Exception | None:
    async with asyncio.timeout(5):
        # The connection tells its states, not its errors.
        while not isinstance(conn.last_error, AccessRefused):  # noqa: ASYNC110
            await asyncio.sleep(0)
    return conn.last_error


async def test_the_janitor_cuts_at_once_however_long_the_task_queue_is(
    task_queue, log_in, alice, bob, system
) -> None:
    states, others = States(), States()
    await log_in(alice, on_state=states)
    await log_in(bob, on_state=others)
    states.seen.clear()
    kicking = KickOnNotice(system)
    running = asyncio.create_task(kicking.run())
    await kicking.listening.wait()
    began = time.monotonic()
    await in_thread(release_handle, await in_thread(lambda: alice.row), actor="test", reason="sold")
    await states.until("reconnecting")
    assert time.monotonic() - began < at_most(2)
    assert len(task_queue) == 2  # nobody has worked on these
    assert others.seen == ["connected"]
    await ended([running])


async def test_without_a_task_queue_it_is_done_at_once(log_in, alice, monkeypatch, caplog) -> None:
    states = States()
    await log_in(alice, on_state=states)

    def unreachable(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(kick_primary, "apply_async", unreachable)
    states.seen.clear()
    await in_thread(cut_connections, None, primary_hex=alice.hex)
    await states.until("reconnecting")
    assert "out of reach" in caplog.text


async def test_connections_are_listed_with_their_owner(log_in, alice, bob, system) -> None:
    await log_in(alice)
    await log_in(bob)
    found = [each async for each in client_connections(system)]
    assert {each.owner for each in found} >= {alice.hex, bob.hex}
    hers = [each async for each in client_connections(system, owner=alice.hex)]
    assert {each.owner for each in hers} == {alice.hex}
    assert await kick_owner(system, Person("nobody").hex) == 0


async def test_clients_cannot_kick(log_in, alice, bob) -> None:
    conn = await log_in(alice)
    server = conn.nc._server_info["server_id"]
    with pytest.raises(PublishRefused):
        await conn.request(f"$SYS.REQ.SERVER.{server}.KICK", b'{"cid":1}')


def test_the_receiver_listens() -> None:
    assert any(receiver[0][0] == "chatbridge kicks suspended keys" for receiver in handle_suspended.receivers)
