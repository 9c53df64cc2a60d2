"""kill -9 of each process of a server on one machine: what was sent before, in between and after arrives."""

import time
from collections.abc import Iterator

import pytest

from devstack.person import Person
from devstack.stack import Stack
from tests.figures import Figures

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]

PROCESSES = ("nats", "valkey", "callout", "janitor", "web", "ingest", "worker", "beat", "sigchain")


@pytest.fixture(scope="module")
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A server of these tests' own, since they kill all of it."""
    with Stack(tmp_path_factory.mktemp("server")) as stack:
        yield stack


@pytest.fixture(scope="module")
def people(own_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> tuple[Person, Person]:
    alice, bob = (
        Person(name, tmp_path_factory.mktemp(name) / "home", own_stack) for name in ("alice", "bob")
    )
    alice.register()
    bob.register()
    alice.run("send", "bob", "to know each other")
    bob.run("listen", "--once")
    return alice, bob


@pytest.mark.parametrize("name", PROCESSES)
def test_what_is_sent_around_a_kill_arrives(
    own_stack: Stack, people: tuple[Person, Person], name: str, figures: Figures
):
    alice, bob = people
    texts = [f"{when} the end of {name}" for when in ("before", "after", "long after")]
    alice.run("send", "bob", texts[0])
    killed = time.monotonic()
    own_stack.kill(name)
    own_stack.start(name)
    sent = [alice.json("send", "bob", texts[1], code=None)]
    own_stack.wait_ready()
    figures.tell(f"{name} killed: ready again", f"{time.monotonic() - killed:.1f} s")

    alice.run("outbox", "retry")
    alice.run("send", "bob", texts[2])
    received = [line["text"] for line in bob.lines("listen", "--once") if line["type"] == "message"]
    assert sorted(received) == sorted(texts), sent
