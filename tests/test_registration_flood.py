"""1,000 registrations a minute from one network: refused with 429 and Retry-After, while others register and chat."""

import asyncio
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from chatbridge.tests.sockets import Chatter, new_id, online
from devstack.ports import free_ports
from devstack.stack import Stack
from httpapi.tests.processes import ServerProcess
from kezproto.registration import registration_payload
from kezproto.signed import sign

TRIES = 1000
LET_THROUGH = 20


@pytest.fixture
def guarded(stack: Stack, tmp_path: Path):
    """A further web process of the shared server, with limits for floods; its port."""
    (port,) = free_ports(1)
    environment = {
        **stack.environment,
        "KEZ_THROTTLE_REGISTER": "5/hour",
        "KEZ_THROTTLE_REGISTER_NETWORK": f"{LET_THROUGH}/hour",
    }
    daphne = ("-m", "daphne", "-b", "0.0.0.0", "-p", str(port), "kezsite.asgi:application")  # noqa: S104
    with ServerProcess(environment, *daphne, port=port, log=tmp_path / "web.log"):
        yield port


def flood(port: int, stop: threading.Event) -> list[httpx.Response]:
    """From 50 addresses of 127.66.6.0/24, four at a time."""

    def from_address(number: int) -> list[httpx.Response]:
        transport = httpx.HTTPTransport(local_address=f"127.66.6.{number + 1}")
        with httpx.Client(transport=transport, timeout=60) as client:
            url = f"http://127.0.0.1:{port}/v1/register"
            return [client.post(url, json={}) for _ in range(TRIES // 50) if not stop.is_set()]

    with ThreadPoolExecutor(4) as pool:
        return [answer for part in pool.map(from_address, range(50)) for answer in part]


def register(port: int, chatter: Chatter) -> httpx.Response:
    payload = registration_payload(
        handle=chatter.handle, primary=chatter.key.primary, created_at=datetime.now(UTC)
    )
    document = sign("handle_registration", payload, chatter.key)
    return httpx.post(f"http://127.0.0.1:{port}/v1/register", json=document, timeout=60)


async def test_a_flood_is_held_up_and_nobody_else(stack, guarded) -> None:
    alice, bob = Chatter(), Chatter()
    began, stop = time.monotonic(), threading.Event()
    flooding = asyncio.create_task(asyncio.to_thread(flood, guarded, stop))
    try:
        for person in (alice, bob):
            assert (await asyncio.to_thread(register, guarded, person)).status_code == 201
        async with online(stack, alice, port=guarded) as one, online(stack, bob, port=guarded) as two:
            for number in range(5):
                await one.publish((number, bob.raw, new_id(), b"\x02" + bytes(300)))
                await one.outcome()
            await two.take_and_ack(5)
        under_way = not flooding.done()
    except BaseException:
        stop.set()
        raise
    finally:
        answers = await flooding
    assert under_way, "the flood was over before they were done"
    assert time.monotonic() - began < 60
    told = Counter(answer.status_code for answer in answers)
    assert set(told) == {400, 429}
    # Where an hour of the clock begins in between, the sliding window rounds one off.
    assert LET_THROUGH - 1 <= told[400] <= LET_THROUGH
    for answer in answers:
        if answer.status_code == 429:
            assert answer.json()["code"] == "throttled"
            assert 1 <= int(answer.headers["Retry-After"]) <= 7200
