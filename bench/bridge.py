"""Eight browsers that write to eight others through the websocket bridge, against nats-py alone, in turns."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping

from bench.bare_pairs import BarePairs
from bench.baselines import BARE
from bench.browsers import Browser, exchange, one_message, open_all, woken
from bench.crowd_handles import person, write_people
from bench.figures import Figures, Table, median, percentile
from bench.measure import timed
from bench.messages import bare_server
from bench.people import ALICE, BOB, text_message
from bench.web import SERVERS, web
from devstack.stack import Stack
from kezproto.envelope import seal

PAIRS = 8
WINDOW = 16
MESSAGES = 125  # of each pair
ROUNDS = 7
SINGLE = 200
FIRST = 1_000_000  # numbers of people that no other part uses

Way = tuple[Callable[[], Awaitable[object]], Callable[[], Awaitable[float]]]


def figures(stack: Stack) -> Figures:
    """Needs the broker and Valkey of `stack`, started with `browsers.NO_LIMITS`."""
    write_people(stack, FIRST, 2 * PAIRS * len(SERVERS))
    envelope = seal(text_message(ALICE, BOB, "a text of usual length"), BOB.primary)
    with contextlib.ExitStack() as cleanup:
        url = cleanup.enter_context(bare_server(stack))
        ports = {server: cleanup.enter_context(web(stack, server)).port for server in SERVERS}
        return asyncio.run(_measure(url, ports, envelope))


async def _measure(url: str, ports: Mapping[str, int], envelope: bytes) -> Figures:
    bare = await BarePairs.start(url, envelope, pairs=PAIRS)
    ways: dict[str, Way] = {BARE: (lambda: bare.exchange(messages=MESSAGES, window=WINDOW), bare.one_message)}
    for number, (server, port) in enumerate(ports.items()):
        first = FIRST + number * 2 * PAIRS
        browsers = await open_all(port, [person(first + each) for each in range(2 * PAIRS)])
        await woken(browsers)
        ways[server] = _way(browsers, envelope)
    rates: dict[str, list[float]] = {name: [] for name in ways}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 1):
        for name, (all_of_them, _) in ways.items():
            seconds = await timed(all_of_them)
            if number:  # the first warms up
                rates[name].append(PAIRS * MESSAGES / seconds)
    for _ in range(SINGLE):
        for name, (_, single) in ways.items():
            times[name].append(await single())
    await bare.close()
    return _told(rates, times)


def _way(browsers: list[Browser], envelope: bytes) -> Way:
    pairs = list(zip(browsers[0::2], browsers[1::2], strict=True))
    return (
        lambda: exchange(pairs, envelope, messages=MESSAGES, window=WINDOW),
        lambda: one_message(*pairs[0], envelope),
    )


def _told(rates: Mapping[str, list[float]], times: Mapping[str, list[float]]) -> Figures:
    found = Figures()
    rows = []
    for name, rounds in rates.items():
        share = median([ours / bare for ours, bare in zip(rounds, rates[BARE], strict=True)])
        half, most = median(times[name]), percentile(times[name], 0.99)
        slower = half / median(times[BARE])
        found.values |= {f"messages {name}": median(rounds), f"share {name}": share}
        found.values |= {f"p50 {name}": half, f"p99 {name}": most, f"p50 ratio {name}": slower}
        told = (f"{median(rounds):,.0f}", f"{share:.0%}", f"{half * 1e3:.2f} ms", f"{slower:.2f}")
        rows.append([name, *told, f"{most * 1e3:.2f} ms"])
    found.tables.append(
        Table(
            "Messages through the bridge",
            f"{PAIRS} pairs of browsers with sealed envelopes, {WINDOW} messages of each pair under way: publish, "
            "PubAck, delivery, acknowledgement. Beside it nats-py with the same pull consumers on a bare nats-server "
            f"that syncs every write too. {ROUNDS} rounds of {PAIRS * MESSAGES:,} messages in turns; the share is the "
            f"median over the rounds. Then {SINGLE} single messages of one pair in turns, from the sender's write "
            "until the reader has it.",
            ("way", "messages a second", "share", "half within", "times nats-py", "99 of 100 within"),
            rows,
        )
    )
    return found
