"""Proof of work, against the vectors."""

import pytest

from kezproto.errors import Malformed
from kezproto.keys import Primary
from kezproto.tests.cast import ALICE
from kezproto.tests.vectors import load, params
from kezproto.work import MAX_BITS, find_nonce, format_proof, parse_proof, work_is_done

WORK = load("work.json")


@pytest.mark.parametrize("case", params(WORK["done"]))
def test_done(case):
    primary = Primary.parse(case["primary"])
    assert work_is_done(case["challenge"], primary, case["nonce"], bits=case["bits"])
    found = find_nonce(case["challenge"], primary, bits=case["bits"], start=0, tries=10**6)
    assert found == case["nonce"]
    assert format_proof(case["challenge"], case["nonce"]) == case["proof"]
    assert parse_proof(case["proof"]) == (case["challenge"], found)


@pytest.mark.parametrize("case", params(WORK["not_done"]))
def test_not_done(case):
    primary = Primary.parse(case["primary"])
    assert not work_is_done(case["challenge"], primary, case["nonce"], bits=case["bits"])


@pytest.mark.parametrize("case", params(WORK["refused"]))
def test_refused(case):
    with pytest.raises(Malformed):
        parse_proof(case["text"])


def test_the_search_can_be_cut_in_pieces():
    assert find_nonce("x", ALICE.primary, bits=40, start=0, tries=100) is None
    with pytest.raises(Malformed):
        find_nonce("x", ALICE.primary, bits=MAX_BITS + 1, start=0, tries=1)
    with pytest.raises(Malformed):
        find_nonce("not one", ALICE.primary, bits=1, start=0, tries=1)
    with pytest.raises(Malformed):
        work_is_done("x", ALICE.primary, -1, bits=1)
