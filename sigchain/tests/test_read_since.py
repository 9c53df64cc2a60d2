"""GET …?since=: one plain number, or a refusal; never anything else."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sigchain.tests.cast import ALICE
from sigchain.tests.service import Sigchain, assert_refused, chain_path

REFUSED = [
    "?since=", "?since=-1", "?since=%2B1", "?since=01", "?since=1.0", "?since=1e3", "?since=0x1", "?since=one",
    "?since=null", "?since=%201", "?since=1%0a", "?since=%D9%A1", "?since=1&since=2", "?since=9007199254740992",
    "?since=" + "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("query", REFUSED)
def test_anything_but_one_plain_number_is_refused(sigchain: Sigchain, query: str) -> None:
    sigchain.fill(ALICE, 1)
    assert_refused(sigchain.get(ALICE, query), 400, "malformed")


@example("9007199254740991")
@example("0")
@given(st.one_of(st.text(max_size=24), st.integers(-10, 2**70).map(str), st.from_regex(r"\A[0-9]+\Z")))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_asked_the_answer_is_right_or_typed(sigchain: Sigchain, asked: str) -> None:
    response = sigchain.client.get(chain_path(ALICE), {"since": asked})
    plain = asked.isascii() and asked.isdigit() and str(int(asked)) == asked and int(asked) < 2**53
    if plain:
        assert response.status_code == 200
        assert json.loads(response.content)["events"] == []
    else:
        assert_refused(response, 400, "malformed")


@given(length=st.integers(0, 6), since=st.integers(0, 8))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_parts_of_a_chain_make_the_whole(sigchain: Sigchain, length: int, since: int) -> None:
    key = type(ALICE)(bytes([length + 10]) * 32)
    if sigchain.served(key)["head"] is None:
        sigchain.fill(key, length)
    whole = sigchain.served(key)
    assert len(whole["events"]) == length
    part = sigchain.served(key, f"?since={since}")
    assert part["events"] == whole["events"][since:]
    assert part["head"] == whole["head"]
