"""Eight browsers that write to eight others through the websocket bridge, against nats-py alone, in turns."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bench.bare_pairs import BarePairs
from bench.baselines import BARE, UNSYNCED
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
ALONE = ("half within, alone", "times nats-py", "99 of 100 within")
FIRST = 1_000_000  # numbers of people that no other part uses

# All pairs at work, and a single message: the seconds of each.
Way = tuple[Callable[[], Awaitable[list[float]]], Callable[[], Awaitable[float]]]


@dataclass
class Found:
    """Of one way: messages a second of each round; seconds of a message among many, and of one alone."""

    rates: list[float] = field(default_factory=list)
    crowded: list[float] = field(default_factory=list)
    single: list[float] = field(default_factory=list)

    async def round(self, all_of_them: Callable[[], Awaitable[list[float]]]) -> None:
        async def run() -> None:
            self.crowded += await all_of_them()

        self.rates.append(PAIRS * MESSAGES / await timed(run))


def figures(stack: Stack) -> Figures:
    """Needs the broker and Valkey of `stack`, started with `browsers.NO_LIMITS`."""
    write_people(stack, FIRST, 2 * PAIRS * len(SERVERS))
    envelope = seal(text_message(ALICE, BOB, "a text of usual length"), BOB.primary)
    with contextlib.ExitStack() as cleanup:
        urls = {
            BARE: cleanup.enter_context(bare_server(stack)),
            UNSYNCED: cleanup.enter_context(bare_server(stack, syncs=False)),
        }
        ports = {server: cleanup.enter_context(web(stack, server)).port for server in SERVERS}
        return asyncio.run(_measure(urls, ports, envelope))


async def _measure(urls: Mapping[str, str], ports: Mapping[str, int], envelope: bytes) -> Figures:
    bare = {name: await BarePairs.start(url, envelope, pairs=PAIRS) for name, url in urls.items()}
    ways = {name: _bare_way(pairs) for name, pairs in bare.items()}
    for number, (server, port) in enumerate(ports.items()):
        first = FIRST + number * 2 * PAIRS
        browsers = await open_all(port, [person(first + each) for each in range(2 * PAIRS)])
        await woken(browsers)
        ways[server] = _way(browsers, envelope)
    results = {name: Found() for name in ways}
    for all_of_them, _ in ways.values():
        await all_of_them()  # warms up
    for _ in range(ROUNDS):
        for name, (all_of_them, _) in ways.items():
            await results[name].round(all_of_them)
    for _ in range(SINGLE):
        for name, (_, single) in ways.items():
            results[name].single.append(await single())
    for pairs in bare.values():
        await pairs.close()
    return _told(results)


def _bare_way(pairs: BarePairs) -> Way:
    return lambda: pairs.exchange(messages=MESSAGES, window=WINDOW), pairs.one_message


def _way(browsers: list[Browser], envelope: bytes) -> Way:
    pairs = list(zip(browsers[0::2], browsers[1::2], strict=True))
    return (
        lambda: exchange(pairs, envelope, messages=MESSAGES, window=WINDOW),
        lambda: one_message(*pairs[0], envelope),
    )


def _told(results: Mapping[str, Found]) -> Figures:
    found = Figures()
    rows = []
    bare = results[BARE]
    for name, each in results.items():
        rate, crowded = median(each.rates), median(each.crowded)
        share = median([ours / theirs for ours, theirs in zip(each.rates, bare.rates, strict=True)])
        half, most = median(each.single), percentile(each.single, 0.99)
        slower = half / median(bare.single)
        found.values |= {f"messages {name}": rate, f"share {name}": share, f"p50 window {name}": crowded}
        found.values |= {f"p50 {name}": half, f"p99 {name}": most, f"p50 ratio {name}": slower}
        told = (f"{rate:,.0f}", f"{share:.0%}", f"{crowded * 1e3:.1f} ms", f"{half * 1e3:.2f} ms")
        rows.append([name, *told, f"{slower:.2f}", f"{most * 1e3:.2f} ms"])
    found.tables.append(
        Table(
            "Messages through the bridge",
            f"{PAIRS} pairs of browsers with sealed envelopes, {WINDOW} messages of each pair under way: publish, "
            "PubAck, delivery, acknowledgement. Beside it nats-py with the same pull consumers on a bare nats-server "
            "that syncs every write too, and on one that does not (it syncs every two minutes, as nats-server does by "
            f"default). {ROUNDS} rounds of {PAIRS * MESSAGES:,} messages in turns; the share is the "
            f"median over the rounds. Then {SINGLE} single messages of one pair in turns. Times are from the sender's "
            f"write until the reader has it: among {PAIRS * WINDOW} that are under way, and of one alone.",
            ("way", "messages a second", "share", "half within, among many", *ALONE),
            rows,
        )
    )
    return found
