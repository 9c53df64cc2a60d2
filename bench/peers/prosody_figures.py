"""Messages through Prosody, in the numbers of `bench.bridge`."""

import asyncio
from collections.abc import Sequence

from bench.bridge import MESSAGES, PAIRS, ROUNDS, SINGLE, WINDOW
from bench.figures import Figures, Table, median, percentile
from bench.peers.exchange import Pair, Talk, talk
from bench.peers.prosody import prosody
from bench.peers.xmpp import XmppPerson

PAUSE_SECONDS = 0.005


def figures(program: str, body: str) -> Figures:
    """Starts this Prosody, and ends it. PeerError if that can't be."""
    with prosody(program) as port:
        version, told = asyncio.run(_talk(port, body))
    found = Figures()
    found.values = {
        "prosody messages": median(told.rates),
        "prosody p50": median(told.single),
        "prosody p50 window": median(told.crowded),
    }
    found.tables.append(
        Table(
            f"Prosody {version}, run here",
            f"{PAIRS} pairs over XMPP without TLS, {WINDOW} messages of each pair under way. Each is one of our "
            "sealed envelopes in base64, and is kept in the archives of sender and reader (internal storage, "
            f"which is not synced to disk). {ROUNDS} rounds of {PAIRS * MESSAGES:,} messages, the median; then "
            f"{SINGLE} single messages of one pair.",
            ("way", "messages a second", "half within", "99 of 100 within"),
            [
                [f"{WINDOW} of each pair under way", f"{median(told.rates):,.0f}", *_times(told.crowded)],
                ["one message at a time", "", *_times(told.single)],
            ],
        )
    )
    return found


async def _talk(port: int, body: str) -> tuple[str, Talk]:
    people = [await XmppPerson.sign_up(port, f"person-{number}") for number in range(2 * PAIRS)]
    pairs = [_pair(*both, body) for both in zip(people[0::2], people[1::2], strict=True)]
    told = await talk(
        pairs, rounds=ROUNDS, messages=MESSAGES, window=WINDOW, single=SINGLE, pause=PAUSE_SECONDS
    )
    version = await people[0].version()
    await asyncio.gather(*(person.close() for person in people))
    return version, told


def _pair(sender: XmppPerson, reader: XmppPerson, body: str) -> Pair:
    return Pair(lambda name: sender.send(reader.address, name, body), reader.read)


def _times(times: Sequence[float]) -> list[str]:
    return [f"{median(times) * 1e3:.2f} ms", f"{percentile(times, 0.99) * 1e3:.2f} ms"]
