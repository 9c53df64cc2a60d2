"""Logging in at the broker through the auth callout, against a broker that lets everybody in."""

import asyncio
import contextlib
from collections.abc import Iterator

import nats

from bench.measure import Comparison, Side
from bench.messages import bare_server
from bench.people import ALICE, DEVICE
from devstack.stack import Stack
from natslink.client import client_connection

CONNECTIONS = 20


def comparisons(stack: Stack) -> Iterator[Comparison]:
    """Needs the broker and the callout of `stack`, and alice registered."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as cleanup:
        url = cleanup.enter_context(bare_server(stack))
        yield Comparison(
            "Connect to the broker",
            Side(
                "the command line's connection: nonce signed, callout asked, handle looked up, device and its "
                "consumer made ready, rights signed",
                lambda _: runner.run(_ours(stack.nats_url)),
            ),
            Side("nats-py to a bare nats-server without any log-in", lambda _: runner.run(_bare(url))),
            operations=CONNECTIONS,
            rounds=7,
        )


async def _ours(url: str) -> None:
    for _ in range(CONNECTIONS):
        connection = client_connection(urls=[url], key=ALICE, device=DEVICE)
        await connection.start()
        await connection.close()


async def _bare(url: str) -> None:
    for _ in range(CONNECTIONS):
        connection = await nats.connect(url)
        await connection.flush()
        await connection.close()
