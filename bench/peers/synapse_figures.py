"""Profiles, registrations and messages through Matrix Synapse."""

import asyncio
import itertools
import json
import random
from collections.abc import Sequence
from urllib.parse import quote

from bench.figures import Figures, Table, median, percentile
from bench.http_load import Load, get, load, post
from bench.look_ups import CONNECTIONS
from bench.peers.exchange import Pair, Talk, talk
from bench.peers.matrix import API, MatrixPerson, registration
from bench.peers.program import PeerError
from bench.peers.synapse import NAME, synapse, version_of

# Fewer than of ours: it takes longer.
LOOK_UPS = 1_000
REGISTRATIONS = 32
ROUNDS = 3
REGISTERED = CONNECTIONS + ROUNDS * REGISTRATIONS
PAIRS = 8
WINDOW = 2  # of each pair: 16 in all
MESSAGES = 20  # of each pair
SINGLE = 100
PAUSE_SECONDS = 0.05  # so that the reader's next question waits at the server when the message comes


def figures(python: str, body: str) -> Figures:
    """Starts a Synapse with this interpreter, and ends it. PeerError if that can't be."""
    version = version_of(python)
    with synapse(python) as port:
        registered = asyncio.run(_registrations(port))
        looked_up = asyncio.run(_look_ups(port))
        told = asyncio.run(_talk(port, body))
    found = Figures()
    found.values = {
        "synapse registrations": registered.rate,
        "synapse look-ups": looked_up.rate,
        "synapse messages": median(told.rates),
        "synapse p50": median(told.single),
    }
    found.tables.append(
        Table(
            f"Matrix Synapse {version}, run here",
            "One process with SQLite, in the configuration that it generates, without limits of rate. Profiles and "
            f"registrations over {CONNECTIONS} connections that are kept open, each with one request on its way; a "
            "registration hashes a password with bcrypt and logs nobody in. The median of "
            f"{ROUNDS} rounds of {LOOK_UPS:,} or {REGISTRATIONS}. A message is one of our sealed envelopes in "
            f"base64, and arrives by the reader's long poll of `/sync`: {PAIRS} pairs in rooms of their own, "
            f"{WINDOW} messages of each pair under way, {ROUNDS} rounds of {PAIRS * MESSAGES}; then {SINGLE} single "
            "messages of one pair.",
            ("what", "a second", "half within", "99 of 100 within"),
            [
                ["Profile reads", f"{looked_up.rate:,.0f}", *_times(looked_up.times)],
                ["Registrations", f"{registered.rate:.1f}", *_times(registered.times)],
                [
                    f"Messages, {PAIRS * WINDOW} under way",
                    f"{median(told.rates):,.0f}",
                    *_times(told.crowded),
                ],
                ["Messages, one at a time", "", *_times(told.single)],
            ],
        )
    )
    return found


async def _registrations(port: int) -> Load:
    requests = iter(_accounts(REGISTERED))
    await _load(port, list(itertools.islice(requests, CONNECTIONS)))  # warms up
    rounds = [list(itertools.islice(requests, REGISTRATIONS)) for _ in range(ROUNDS)]
    return _middle([await _load(port, each) for each in rounds])


async def _look_ups(port: int) -> Load:
    """Of all who have registered."""

    def requests(count: int) -> list[bytes]:
        numbers = (random.randrange(REGISTERED) for _ in range(count))  # noqa: S311 - no secret
        return [get(f"{API}/profile/{quote(f'@person-{number}:{NAME}')}") for number in numbers]

    await _load(port, requests(LOOK_UPS // 4))  # warms up
    return _middle([await _load(port, requests(LOOK_UPS)) for _ in range(ROUNDS)])


async def _talk(port: int, body: str) -> Talk:
    people = [await MatrixPerson.sign_up(port, f"writer-{number}") for number in range(2 * PAIRS)]
    pairs = [await _pair(*both, body) for both in zip(people[0::2], people[1::2], strict=True)]
    told = await talk(
        pairs, rounds=ROUNDS, messages=MESSAGES, window=WINDOW, single=SINGLE, pause=PAUSE_SECONDS
    )
    await asyncio.gather(*(person.close() for person in people))
    return told


async def _pair(sender: MatrixPerson, reader: MatrixPerson, body: str) -> Pair:
    room = await sender.room_with(reader)
    return Pair(lambda name: sender.send(room, name, body), reader.read)


def _accounts(count: int) -> list[bytes]:
    bodies = (registration(f"person-{number}", logged_in=False) for number in range(count))
    return [post(f"{API}/register", json.dumps(body).encode()) for body in bodies]


async def _load(port: int, requests: Sequence[bytes]) -> Load:
    try:
        return await load(port, requests, connections=CONNECTIONS)
    except SystemExit as refused:
        raise PeerError(str(refused).splitlines()[0]) from None  # the rest is the headers


def _middle(rounds: Sequence[Load]) -> Load:
    return sorted(rounds, key=lambda each: each.rate)[len(rounds) // 2]


def _times(times: Sequence[float]) -> list[str]:
    return [f"{median(times) * 1e3:.1f} ms", f"{percentile(times, 0.99) * 1e3:.1f} ms"]
