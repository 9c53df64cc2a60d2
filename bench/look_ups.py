"""How many look-ups and registrations a web process does in a second, and whether more handles make them slower."""

import asyncio
import random

from bench.crowd_handles import person, write_people
from bench.figures import Figures, Table, median, percentile
from bench.http_load import Load, get, load, post
from bench.people import registration_of, stranger
from bench.web import SERVERS, web
from devstack.stack import Stack
from kezproto.canonical import canonical_bytes

HANDLES = 1_000
GROWN = 10 * HANDLES
LOOK_UPS = 2_000
REGISTRATIONS = 200
CONNECTIONS = 16
ROUNDS = 3


def figures(stack: Stack) -> Figures:
    """Needs valkey and the database of `stack`."""
    found = Figures()
    rows = []
    write_people(stack, 0, HANDLES)
    for server in SERVERS:
        with web(stack, server) as process:
            few = asyncio.run(_look_ups(process.port, HANDLES))
            claimed = asyncio.run(_registrations(process.port))
        found.values |= {f"look-ups {server}": few.rate, f"registrations {server}": claimed.rate}
        found.values[f"look-up time {server}"] = median(few.times)
        rows += [
            [f"Look-ups, {server}", f"{few.rate:,.0f}", *_times(few)],
            [f"Registrations, {server}", f"{claimed.rate:,.0f}", *_times(claimed)],
        ]
    found.tables.append(
        Table(
            "Look-ups and registrations",
            f"{CONNECTIONS} connections that are kept open, each with one request on its way. Look-ups ask for one of "
            f"{HANDLES:,} handles by chance; nothing is cached. A registration is a signed claim with every check: "
            "throttle, strict JSON, signature, reservations, likeness, database, audit entry. "
            f"The median of {ROUNDS} rounds of {LOOK_UPS:,} or {REGISTRATIONS}.",
            ("what", "a second", "half within", "99 of 100 within"),
            rows,
        )
    )
    found.tables.append(_growth(stack, found))
    return found


def _growth(stack: Stack, found: Figures) -> Table:
    """The same process and connection before and after; in turns with a handle that was there from the start."""
    with web(stack, SERVERS[0]) as process:
        before = asyncio.run(_one_by_one(process.port, HANDLES))
        write_people(stack, HANDLES, GROWN - HANDLES)
        after = asyncio.run(_one_by_one(process.port, GROWN))
    found.values["growth"] = after / before
    return Table(
        "Ten times the handles",
        f"One connection to {SERVERS[0]}, look-ups by chance over all handles; the median of each.",
        ("handles", "a look-up"),
        [[f"{HANDLES:,}", f"{before * 1e3:.2f} ms"], [f"{GROWN:,}", f"{after * 1e3:.2f} ms"]],
    )


def _times(measured: Load) -> list[str]:
    return [f"{median(measured.times) * 1e3:.1f} ms", f"{percentile(measured.times, 0.99) * 1e3:.1f} ms"]


async def _look_ups(port: int, handles: int) -> Load:
    await load(port, _requests(handles, 500), connections=CONNECTIONS)
    rounds = [await load(port, _requests(handles, LOOK_UPS), connections=CONNECTIONS) for _ in range(ROUNDS)]
    return sorted(rounds, key=lambda each: each.rate)[ROUNDS // 2]


async def _one_by_one(port: int, handles: int) -> float:
    await load(port, _requests(handles, 200), connections=1)
    return median((await load(port, _requests(handles, 1500), connections=1)).times)


async def _registrations(port: int) -> Load:
    await load(port, _claims(CONNECTIONS), connections=CONNECTIONS, expected=201)
    rounds = [
        await load(port, _claims(REGISTRATIONS), connections=CONNECTIONS, expected=201) for _ in range(ROUNDS)
    ]
    return sorted(rounds, key=lambda each: each.rate)[ROUNDS // 2]


def _claims(count: int) -> list[bytes]:
    claims = (canonical_bytes(registration_of(*stranger())) for _ in range(count))
    return [post("/v1/register", claim) for claim in claims]


def _requests(handles: int, count: int) -> list[bytes]:
    numbers = (random.randrange(handles) for _ in range(count))  # noqa: S311 - no secret
    return [get(f"/v1/u/{person(number)[1].local}") for number in numbers]
