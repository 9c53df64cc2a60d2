"""The browser's own client of the bridge, static/js/ws.js, in Node."""

import asyncio
import json

from chatbridge.tests.sockets import Chatter, address
from devstack.environment import ROOT
from devstack.stack import Stack


async def node(scenario: str, stack: Stack) -> asyncio.subprocess.Process:
    """tests/js/bridge.js with two people who are registered."""
    people = [Chatter().register(stack) for _ in range(2)]
    given = {
        "url": address(stack),
        "people": [
            {"local": each.local, "seed": each.key.seed.hex(), "device": each.device} for each in people
        ],
    }
    process = await asyncio.create_subprocess_exec(
        "node",
        "tests/js/bridge.js",
        scenario,
        cwd=ROOT,
        env=stack.environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    process.stdin.write(json.dumps(given).encode())
    process.stdin.close()
    return process


async def finished(process: asyncio.subprocess.Process) -> None:
    """AssertionError with what it said unless all its assertions held."""
    try:
        async with asyncio.timeout(100):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, err.decode()
    assert out.endswith(b"done\n")
