"""The web process on uvicorn instead of daphne: what depends on the server, once through."""

import asyncio
import signal
from collections.abc import Iterator

import httpx
import pytest

from chatbridge.tests.sockets import Chatter, new_id, online, socket
from chatbridge.tests.test_ws_flow import SUSPEND
from devstack.ports import HOST, free_ports
from devstack.stack import Stack
from httpapi.tests.processes import ServerProcess

TOO_LARGE = 400_000


@pytest.fixture
def uvicorn(stack: Stack, tmp_path) -> Iterator[ServerProcess]:
    (port,) = free_ports(1)
    environment = {**stack.environment, "KEZ_WEB_SERVER": "uvicorn", "KEZ_CHAT_BIND": f"{HOST}:{port}"}
    with ServerProcess(environment, "manage.py", "serve", port=port, log=tmp_path / "log") as server:
        yield server
    assert server.output == ""


def look_up(port: int, chatter: Chatter) -> httpx.Response:
    return httpx.get(f"http://{HOST}:{port}/v1/u/{chatter.local}", headers={"Host": "kez.lat"})


async def test_it_serves_the_same(stack: Stack, uvicorn: ServerProcess) -> None:
    alice, bob = Chatter().register(stack), Chatter().register(stack)
    port = uvicorn.port
    known = await asyncio.to_thread(look_up, port, alice)
    assert known.json()["primary"] == str(alice.key.primary)
    assert [name for name in known.headers if name in ("date", "server")] == ["date"]
    async with online(stack, alice, port=port) as sender, online(stack, bob, port=port) as reader:
        await sender.publish((1, bob.raw, new_id(), b"sealed"))
        await sender.outcome()
        assert [each.envelope for each in await reader.take_and_ack(1)] == [b"sealed"]
        await asyncio.to_thread(stack.manage, "shell", "-c", SUSPEND.format(alice.local))
        assert await sender.refusal() == ("suspended", 4423)
        gone = await asyncio.to_thread(look_up, port, alice)
        assert gone.status_code == 404
        async with socket(stack, port=port) as other:
            await other.connection.send(bytes(TOO_LARGE))
            assert await other.refusal() == ("frame_too_large", 4413)
        uvicorn.stop()
        assert await reader.close_code() in (1012, 4012)
    assert uvicorn.returncode == -signal.SIGTERM  # uvicorn ends in order, then by the signal that it was sent
