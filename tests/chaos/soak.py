"""`make soak`: hundreds of clients write to each other while processes of a cluster are killed at random.

python -m tests.chaos.soak --minutes 10 --clients 500 --seed 7

At the end: accepted = delivered + reported, or exit code 1. The seed, printed first, gives the same order of kills.
"""

import argparse
import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.environment import prepare

if __name__ == "__main__":  # under pytest the run has been prepared already
    prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()

from devstack.cluster import Cluster
from tests.chaos.traffic import Traffic, slowest

# Not the stand-ins for Caddy: a balancer of an operator's is theirs to double.
SPARED = ("balancer", "balancer-sigchain")
WARM_UP_SECONDS = 600
RECOVERY_SECONDS = 120.0


@dataclass
class Soak:
    """`run` kills until the time is over; `told` gets each line."""

    cluster: Cluster
    clients: int
    seconds: float
    seed: int
    every: float  # seconds between two messages of one sender
    pause: float  # seconds from one recovery to the next kill
    told: list[str] = field(default_factory=list)

    async def run(self) -> Traffic:
        """Raises TimeoutError when something does not work again by itself; otherwise the books, closed."""
        pairs = self.clients // 2
        running = Traffic(
            self.cluster,
            websockets=pairs - pairs // 2,
            brokers=pairs // 2,
            files=max(1, pairs // 100),
            every=self.every,
        )
        self.tell(
            f"seed {self.seed}, {self.clients} clients, {self.seconds:.0f} s, one message a sender in {self.every} s"
        )
        began = time.monotonic()
        await running.register()
        try:
            await running.begin(seconds=WARM_UP_SECONDS)
            self.tell(f"all registered, logged in and heard of after {time.monotonic() - began:.0f} s")
            await self._kill_until(running, time.monotonic() + self.seconds)
            await asyncio.to_thread(self.cluster.wait_ready)
            await running.finish()
        finally:
            await running.stop()
        self.tell(running.ledger.count())
        return running

    async def _kill_until(self, running: Traffic, end: float) -> None:
        choice = random.Random(self.seed)
        names = sorted(set(self.cluster.parts) - set(SPARED))
        worst = 0.0
        kills = 0
        while time.monotonic() < end:
            name = choice.choice(names)
            killed = time.monotonic()
            await asyncio.to_thread(self.cluster.kill_hard, name)
            gaps = await running.until_all_ways_work(killed, seconds=RECOVERY_SECONDS)
            kills += 1
            worst = max(worst, *gaps.values())
            self.tell(f"{name} killed; all works again after {slowest(gaps)}")
            await asyncio.sleep(self.pause)
        self.tell(f"{kills} kills, the longest way back {worst:.1f} s")

    def tell(self, line: str) -> None:
        self.told.append(line)
        print(f"{time.strftime('%H:%M:%S', time.gmtime())} {line}", flush=True)  # noqa: T201 - the command's output


def main() -> int:
    parser = argparse.ArgumentParser(description="Random kills under traffic; counts what was lost.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--every", type=float, default=10, help="Seconds between two messages of one sender.")
    parser.add_argument("--pause", type=float, default=10, help="Seconds from one recovery to the next kill.")
    given = parser.parse_args()
    for name in ("httpx", "natslink"):
        logging.getLogger(name).setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="kez-soak-") as folder, Cluster(Path(folder)) as cluster:
        soak = Soak(cluster, given.clients, given.minutes * 60, given.seed, given.every, given.pause)
        ledger = asyncio.run(soak.run()).ledger
        restarts = ", ".join(f"{name} {count}" for name, count in sorted(cluster.supervisor.restarts.items()))
        soak.tell(f"started again: {restarts or 'nothing'}")
    return 1 if ledger.missing or ledger.unanswered else 0


if __name__ == "__main__":
    sys.exit(main())
