"""The bridge with 1, 100 and 1,000 sockets open, and what an idle one weighs."""

import asyncio
from collections.abc import Sequence

from bench.browsers import Browser, exchange, one_message, open_all, woken
from bench.crowd_handles import person, write_people
from bench.figures import Figures, Table, median, percentile
from bench.measure import timed
from bench.people import ALICE, BOB, text_message
from bench.web import SERVERS, Web, web
from devstack.stack import Stack
from kezproto.envelope import seal

SIZES = (1, 100, 1_000)
PAIRS = 8
WINDOW = 16
MESSAGES = 100
SINGLE = 100
IDLE_SECONDS = 20.0  # the longest time between two heartbeats
FIRST = 2_000_000


def figures(stack: Stack, sizes: Sequence[int] = SIZES) -> Figures:
    """Needs the broker and Valkey of `stack`, started with `browsers.NO_LIMITS` and room for so many sockets."""
    found = Figures()
    rows: list[list[str]] = []
    envelope = seal(text_message(ALICE, BOB, "a text of usual length"), BOB.primary)
    for number, server in enumerate(SERVERS):
        first = FIRST + number * max(sizes)
        write_people(stack, first, max(sizes))
        with web(stack, server) as process:
            rows += asyncio.run(_grow(process, first, sizes, envelope, found))
    found.tables.append(
        Table(
            "With more sockets open",
            f"One web process. Up to {PAIRS} pairs write at a time, {WINDOW} messages of each under way (one socket "
            "alone writes to itself); all other sockets are open and idle. Memory is what the process grew by since "
            "the step before, divided by the sockets that were added. "
            + " ".join(
                f"With all of them idle, {server} used {found.values[f'idle cores {server}'] * 1000:.3f} of a core "
                "for each 1,000."
                for server in SERVERS
            ),
            ("server", "sockets", "messages a second", "half within", "99 of 100 within", "KB a socket"),
            rows,
        )
    )
    return found


async def _grow(
    process: Web, first: int, sizes: Sequence[int], envelope: bytes, found: Figures
) -> list[list[str]]:
    browsers: list[Browser] = []
    rows: list[list[str]] = []
    held = 0
    for size in sizes:
        added = size - len(browsers)
        browsers += await open_all(
            process.port, [person(first + len(browsers) + each) for each in range(added)]
        )
        at_work = browsers[: 2 * PAIRS]
        await woken(at_work)
        rate, times = await _measure(at_work, envelope)
        for browser in at_work:
            browser.rest()
        grown, held = process.resident_bytes - held, process.resident_bytes
        weight = grown / added if len(rows) > 1 else None
        if weight is not None:
            found.values[f"socket bytes {process.server}"] = weight
        found.values[f"messages {process.server} {size}"] = rate
        found.values[f"p50 {process.server} {size}"] = median(times)
        rows.append(
            [
                process.server,
                f"{size:,}",
                f"{rate:,.0f}",
                f"{median(times) * 1e3:.2f} ms",
                f"{percentile(times, 0.99) * 1e3:.2f} ms",
                "" if weight is None else f"{weight / 1000:.0f}",
            ]
        )
    found.values[f"idle cores {process.server}"] = await _idle_cores(process) / len(browsers)
    await asyncio.gather(*(browser.close() for browser in browsers))
    return rows


async def _idle_cores(process: Web) -> float:
    """How much of a core the process needs to keep idle sockets alive: heartbeats of broker and browsers."""
    before = process.processor_seconds
    await asyncio.sleep(IDLE_SECONDS)
    return (process.processor_seconds - before) / IDLE_SECONDS


async def _measure(at_work: Sequence[Browser], envelope: bytes) -> tuple[float, list[float]]:
    pairs = list(zip(at_work[0::2], at_work[1::2], strict=False)) or [(at_work[0], at_work[0])]
    if len(at_work) == 1:
        times = [await one_message(*pairs[0], envelope) for _ in range(SINGLE)]
        return 1 / median(times), times
    await exchange(pairs, envelope, messages=MESSAGES, window=WINDOW)
    seconds = await timed(lambda: exchange(pairs, envelope, messages=MESSAGES, window=WINDOW))
    times = [await one_message(*pairs[0], envelope) for _ in range(SINGLE)]
    return len(pairs) * MESSAGES / seconds, times
