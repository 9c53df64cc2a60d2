"""The proof of work before registration: asked for under load, checked without storing anything."""

import time

import pytest
from django.core.cache import cache

from httpapi.tests.shapes import assert_problem
from kezproto.keys import Primary, SigningKey
from kezproto.work import find_nonce, format_proof
from registry import work_gate
from registry.models import Handle
from registry.tests.cast import ALICE, BOB, key_number, registration

pytestmark = pytest.mark.django_db
BITS = 6


@pytest.fixture(autouse=True)
def gate(settings):
    cache.clear()
    settings.KEZ_REGISTRATION_WORK = "always"
    settings.KEZ_REGISTRATION_WORK_BITS = BITS


def solved(asked: dict, key: SigningKey) -> dict[str, str]:
    nonce = find_nonce(asked["challenge"], key.primary, bits=asked["bits"], start=0, tries=10**6)
    assert nonce is not None
    return {"Kez-Proof-Of-Work": format_proof(asked["challenge"], nonce)}


def test_it_is_asked_for_and_then_lets_in(register, client):
    body = assert_problem(register(registration(ALICE, "alice")), 403, "proof_of_work_needed")
    asked = body["proof_of_work"]
    assert asked["bits"] == BITS
    assert not Handle.objects.exists()
    assert register(registration(ALICE, "alice"), headers=solved(asked, ALICE)).status_code == 201
    # A challenge may be asked for beforehand as well.
    asked = client.get("/v1/registration").json()["proof_of_work"]
    assert register(registration(BOB, "bobby"), headers=solved(asked, BOB)).status_code == 201


def test_a_solution_is_for_its_key_alone(register, client):
    headers = solved(client.get("/v1/registration").json()["proof_of_work"], ALICE)
    refused = register(registration(BOB, "bobby"), headers=headers)
    assert "does not hold for this key" in assert_problem(refused, 403, "proof_of_work_needed")["detail"]
    # It is used up by nothing: a name that was taken costs no second solution.
    assert_problem(register(registration(ALICE, "admin"), headers=headers), 403, "handle_reserved")
    assert register(registration(ALICE, "alice"), headers=headers).status_code == 201


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        ("", "solve the challenge"),
        ("x", "not in its form"),
        ("x 1", "not in its form"),
        ("9999999999.1.00.00 1", "answers no challenge of this server"),
        ("{challenge}", "not in its form"),
        ("{challenge} -1", "not in its form"),
        ("{tampered} 1", "answers no challenge"),
    ],
)
def test_what_is_no_solution(register, client, proof, words):
    challenge = client.get("/v1/registration").json()["proof_of_work"]["challenge"]
    expiry, _, rest = challenge.split(".", 2)
    proof = proof.format(challenge=challenge, tampered=f"{expiry}.0.{rest}")
    refused = register(registration(ALICE, "alice"), headers={"Kez-Proof-Of-Work": proof})
    assert words in assert_problem(refused, 403, "proof_of_work_needed")["detail"]


def test_a_challenge_expires(register, client, monkeypatch):
    headers = solved(client.get("/v1/registration").json()["proof_of_work"], ALICE)
    later = time.time() + work_gate.CHALLENGE_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    refused = register(registration(ALICE, "alice"), headers=headers)
    assert "has expired" in assert_problem(refused, 403, "proof_of_work_needed")["detail"]


def test_under_load_it_is_asked_for_and_grows_with_it(register, client, settings):
    settings.KEZ_REGISTRATION_WORK = "load"
    settings.KEZ_REGISTRATION_WORK_ABOVE = "4/hour"
    for number in range(4):
        assert client.get("/v1/registration").json()["proof_of_work"] is None
        assert register(registration(key_number(number), f"guest{number}")).status_code == 201
    asked = [
        assert_problem(register(registration(ALICE, "alice")), 403, "proof_of_work_needed")["proof_of_work"]
        for _ in range(12)
    ]
    assert [each["bits"] - BITS for each in asked] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2]
    # One bit less than asked for now is let through: somebody may have come in between. Two are not.
    refused = register(registration(ALICE, "alice"), headers=solved(asked[0], ALICE))
    assert_problem(refused, 403, "proof_of_work_needed")
    assert register(registration(ALICE, "alice"), headers=solved(asked[3], ALICE)).status_code == 201


def test_it_can_be_left_out(register, client, settings):
    settings.KEZ_REGISTRATION_WORK = "never"
    assert client.get("/v1/registration").json()["proof_of_work"] is None
    assert register(registration(ALICE, "alice")).status_code == 201


def test_what_names_no_key_is_refused_for_that(register):
    assert_problem(register({"payload": {"primary": 7}}), 400, "malformed")
    assert_problem(register([]), 400, "malformed")


def test_the_search_takes_as_many_tries_as_the_bits_say():
    """Twelve bits: about 4096 tries on average; the sum of ten searches is far from both ends."""
    primary = Primary.parse(str(ALICE.primary))
    tries = [find_nonce(f"c{number}", primary, bits=12, start=0, tries=10**6) for number in range(10)]
    assert 8_000 < sum(nonce or 0 for nonce in tries) < 120_000
