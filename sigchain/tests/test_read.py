"""GET /v1/sigchains/ed25519/<pk>"""

import json

import pytest

from kezproto.canonical import canonical_bytes
from kezproto.sigchain import Head, replay
from sigchain.tests.cast import ALICE, BOB, head_of, make_event
from sigchain.tests.service import Sigchain, assert_refused, chain_path

UNUSABLE_KEYS = {
    "upper case": ALICE.primary.hex.upper(),
    "too short": ALICE.primary.hex[:-1],
    "too long": ALICE.primary.hex + "0",
    "not hex": "g" * 64,
    "a handle": "alice",
    "not ASCII": "\N{ARABIC-INDIC DIGIT ONE}" * 64,
    "neutral element": "01" + "00" * 31,
    "small order": "00" * 32,
    "not canonical": "ee" + "ff" * 30 + "7f",
}


def test_a_key_that_never_posted_has_an_empty_chain(sigchain: Sigchain) -> None:
    response = sigchain.get(ALICE)
    assert response.status_code == 200
    assert json.loads(response.content) == {"primary": str(ALICE.primary), "head": None, "events": []}


def test_a_chain_is_served_as_it_was_signed_and_replays(sigchain: Sigchain) -> None:
    body = {"protocol": "future", "text": 'quotes " backslash \\ NUL \x00 snowman ☃ 𝄞', "n": 2**53 - 1}
    chain = sigchain.fill(ALICE, 3)
    chain.append(make_event(ALICE, chain[-1], body=body))
    sigchain.post(ALICE, chain[-1])

    response = sigchain.get(ALICE)
    answer = json.loads(response.content)
    assert response["Content-Type"] == "application/json"
    assert [canonical_bytes(event) for event in answer["events"]] == [
        canonical_bytes(event) for event in chain
    ]
    assert response.content == canonical_bytes(answer)

    state = replay(ALICE.primary, answer["events"])
    assert state.head == Head(**answer["head"]) == head_of(chain[-1])
    assert [endpoint.url for endpoint in state.endpoints] == [f"https://{n}.example/" for n in (1, 2, 3)]


def test_chains_of_two_keys_do_not_mix(sigchain: Sigchain) -> None:
    alices, bobs = sigchain.fill(ALICE, 2), sigchain.fill(BOB, 3)
    assert sigchain.served(ALICE)["events"] == alices
    assert sigchain.served(BOB)["events"] == bobs


@pytest.mark.parametrize(
    ("since", "served"), [("0", [1, 2, 3]), ("1", [2, 3]), ("2", [3]), ("3", []), ("9", [])]
)
def test_since_gives_the_later_events_and_always_the_head(
    sigchain: Sigchain, since: str, served: list[int]
) -> None:
    chain = sigchain.fill(ALICE, 3)
    answer = sigchain.served(ALICE, f"?since={since}")
    assert [event["payload"]["seq"] for event in answer["events"]] == served
    assert Head(**answer["head"]) == head_of(chain[-1])


def test_head_request_has_the_headers_only(sigchain: Sigchain) -> None:
    sigchain.fill(ALICE, 1)
    response = sigchain.client.head(chain_path(ALICE))
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == sigchain.get(ALICE)["ETag"]


@pytest.mark.parametrize("pk", UNUSABLE_KEYS.values(), ids=UNUSABLE_KEYS.keys())
def test_an_unusable_key_is_told_as_one(sigchain: Sigchain, pk: str) -> None:
    assert_refused(sigchain.client.get(f"/v1/sigchains/ed25519/{pk}"), 400, "bad_key")


def test_other_algorithms_are_not_there(sigchain: Sigchain) -> None:
    response = sigchain.client.get(f"/v1/sigchains/secp256k1/{ALICE.primary.hex}")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "post"])
def test_other_methods_are_refused(sigchain: Sigchain, method: str) -> None:
    response = getattr(sigchain.client, method)(chain_path(ALICE), b"{}", content_type="application/json")
    assert_refused(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"
