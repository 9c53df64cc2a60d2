"""A minute of what `make soak` does for ten: random kills under traffic, nothing lost."""

import random

import pytest

from devstack.cluster import Cluster
from tests.chaos.soak import Soak
from tests.figures import Figures

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900)]


async def test_a_minute_of_random_kills(cluster: Cluster, figures: Figures) -> None:
    soak = Soak(cluster, clients=50, seconds=60, seed=random.randrange(10**6), every=2, pause=5)
    running = await soak.run()
    for line in soak.told:
        figures.tell("soak", line)
    running.ledger.check()
