"""kez_sigchain_appends_total{result}"""

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY

from sigchain.tests.cast import ALICE, MALLORY, make_event
from sigchain.tests.service import Sigchain


def count(result: str) -> float:
    return REGISTRY.get_sample_value("kez_sigchain_appends_total", {"result": result}) or 0.0


@pytest.mark.parametrize(
    ("result", "act"),
    [
        ("appended", lambda service: service.fill(ALICE, 1)),
        (
            "bad_key",
            lambda service: service.client.post("/v1/sigchains/ed25519/x/events", "{}", "application/json"),
        ),
        ("malformed", lambda service: service.post(ALICE, b"{")),
        ("key_mismatch", lambda service: service.post(ALICE, make_event(MALLORY))),
    ],
)
def test_every_result_is_counted_once(
    sigchain: Sigchain, result: str, act: Callable[[Sigchain], object]
) -> None:
    before = count(result)
    act(sigchain)
    assert count(result) == before + 1


def test_repeats_and_conflicts_are_told_apart(sigchain: Sigchain) -> None:
    event = sigchain.fill(ALICE, 1)[0]
    repeated, conflicts = count("repeated"), count("chain_wrong_seq")
    sigchain.post(ALICE, event)
    sigchain.post(ALICE, make_event(ALICE, host="fork.example"))
    assert (count("repeated"), count("chain_wrong_seq")) == (repeated + 1, conflicts + 1)
