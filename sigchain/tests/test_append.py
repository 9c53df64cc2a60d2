"""POST /v1/sigchains/ed25519/<pk>/events: what is taken, and what does not fit the chain or the server."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from kezproto.canonical import canonical_bytes
from kezproto.sigchain import Head, verify_event
from sigchain import services
from sigchain.models import Chain, Event
from sigchain.tests.cast import ALICE, BOB, MALLORY, head_of, make_chain, make_event
from sigchain.tests.service import Sigchain, assert_refused, events_path


def head_json(document: dict[str, Any]) -> dict[str, Any]:
    head = head_of(document)
    return {"seq": head.seq, "hash": head.hash}


def test_an_event_is_appended_and_answered_with_its_place(sigchain: Sigchain) -> None:
    for document in make_chain(ALICE, 3):
        response = sigchain.post(ALICE, document)
        assert (response.status_code, response.json()) == (201, head_json(document))
        assert sigchain.served(ALICE)["head"] == head_json(document)


def test_the_body_may_be_written_in_any_json_style(sigchain: Sigchain) -> None:
    document = make_event(ALICE)
    assert sigchain.post(ALICE, json.dumps(document, indent=4).encode()).status_code == 201
    assert sigchain.served(ALICE)["events"] == [document]
    assert sigchain.post(ALICE, canonical_bytes(document)).status_code == 200


def test_an_unknown_operation_is_kept(sigchain: Sigchain) -> None:
    document = make_event(ALICE, op="paint_the_house", body={"colour": ["blue", None, {"deep": True}]})
    assert sigchain.post(ALICE, document).status_code == 201
    assert sigchain.served(ALICE)["events"] == [document]


def test_the_same_event_again_is_answered_as_stored(sigchain: Sigchain) -> None:
    chain = sigchain.fill(ALICE, 3)
    for document in chain:
        response = sigchain.post(ALICE, document)
        assert (response.status_code, response.json()) == (200, head_json(document))
    assert sigchain.served(ALICE)["events"] == chain


def test_a_lost_answer_can_be_retried_however_late(db: None) -> None:
    event, now = verify_event(make_event(ALICE)), timezone.now()
    first = services.append_event(event, actor=ALICE.primary, now=now)
    again = services.append_event(event, actor=ALICE.primary, now=now + timedelta(days=400))
    assert (first.created, again.created, first.head) == (True, False, again.head)


@pytest.mark.parametrize("offset", [-310, 310, -86400, 86400 * 365])
def test_a_new_event_of_another_time_is_stale(sigchain: Sigchain, offset: int) -> None:
    document = make_event(ALICE, created_at=timezone.now() + timedelta(seconds=offset))
    assert_refused(sigchain.post(ALICE, document), 422, "stale")
    assert not Chain.objects.exists()


@pytest.mark.parametrize("offset", [-290, 290])
def test_a_clock_may_be_five_minutes_off(sigchain: Sigchain, offset: int) -> None:
    document = make_event(ALICE, created_at=timezone.now() + timedelta(seconds=offset))
    assert sigchain.post(ALICE, document).status_code == 201


def test_time_may_run_back_a_little_but_not_more(sigchain: Sigchain) -> None:
    now = timezone.now()
    first = make_event(ALICE, created_at=now + timedelta(seconds=290))
    sigchain.post(ALICE, first)
    backwards = make_event(ALICE, first, created_at=now - timedelta(seconds=20))
    assert_refused(sigchain.post(ALICE, backwards), 422, "chain_time_backwards")
    a_little = make_event(ALICE, first, created_at=now)
    assert sigchain.post(ALICE, a_little).status_code == 201


def test_wrong_numbers_and_links_get_the_head_to_follow(sigchain: Sigchain) -> None:
    chain = sigchain.fill(ALICE, 3)
    other = "sha256:" + "ab" * 32
    cases = {
        "fork of the first": (make_event(ALICE, host="fork.example"), "chain_wrong_seq"),
        "fork of the second": (make_event(ALICE, chain[0], host="fork.example"), "chain_wrong_seq"),
        "fork of the newest": (make_event(ALICE, chain[1], host="fork.example"), "chain_wrong_seq"),
        "a gap": (make_event(ALICE, Head(4, head_of(chain[2]).hash)), "chain_wrong_seq"),
        "far ahead": (make_event(ALICE, Head(2**53 - 2, other)), "chain_wrong_seq"),
        "link to nothing known": (make_event(ALICE, Head(3, other)), "chain_wrong_prev"),
        "link to an older event": (make_event(ALICE, Head(3, head_of(chain[1]).hash)), "chain_wrong_prev"),
    }
    for name, (document, code) in cases.items():
        problem = assert_refused(sigchain.post(ALICE, document), 409, code)
        assert problem["head"] == head_json(chain[-1]), name
    assert sigchain.served(ALICE)["events"] == chain


def test_a_conflict_on_an_empty_chain_has_no_head(sigchain: Sigchain) -> None:
    document = make_event(ALICE, Head(1, "sha256:" + "ab" * 32))
    assert assert_refused(sigchain.post(ALICE, document), 409, "chain_wrong_seq")["head"] is None
    assert not Chain.objects.exists()


def test_the_head_in_a_conflict_is_enough_to_go_on(sigchain: Sigchain) -> None:
    sigchain.fill(ALICE, 2)
    late = make_event(ALICE, host="second-device.example")
    head = Head(**assert_refused(sigchain.post(ALICE, late), 409, "chain_wrong_seq")["head"])
    assert sigchain.post(ALICE, make_event(ALICE, head)).status_code == 201


def test_an_event_goes_into_its_own_keys_chain_only(sigchain: Sigchain) -> None:
    assert_refused(sigchain.post(ALICE, make_event(MALLORY)), 401, "key_mismatch")
    bobs = sigchain.fill(BOB, 1)[0]
    assert_refused(sigchain.post(ALICE, bobs), 401, "key_mismatch")
    assert sigchain.served(ALICE)["head"] is None


def test_an_event_has_a_largest_size(sigchain: Sigchain, settings: Settings) -> None:
    def sized(size: int) -> dict[str, Any]:
        now = timezone.now()
        bare = make_event(ALICE, op="note", body={"text": ""}, created_at=now)
        padding = "x" * (size - len(canonical_bytes(bare)))
        return make_event(ALICE, op="note", body={"text": padding}, created_at=now)

    limit = settings.KEZ_SIGCHAIN_MAX_EVENT_BYTES
    assert_refused(sigchain.post(ALICE, sized(limit + 1)), 413, "too_large")
    assert_refused(sigchain.post(ALICE, b" " * 65537), 413, "too_large")
    assert sigchain.post(ALICE, sized(limit)).status_code == 201


def test_a_chain_has_a_largest_length(sigchain: Sigchain, settings: Settings) -> None:
    settings.KEZ_SIGCHAIN_MAX_EVENTS = 2
    chain = sigchain.fill(ALICE, 2)
    problem = assert_refused(sigchain.post(ALICE, make_event(ALICE, chain[-1])), 409, "chain_full")
    assert problem["head"] == head_json(chain[-1])
    assert sigchain.post(ALICE, chain[-1]).status_code == 200
    assert len(sigchain.fill(BOB, 2)) == 2


def test_a_chain_has_a_largest_size(sigchain: Sigchain) -> None:
    chain = sigchain.fill(ALICE, 1)
    size = len(canonical_bytes(chain[0]))
    assert Chain.objects.get().stored_bytes == size
    following = make_event(ALICE, chain[0])
    room = services.MAX_CHAIN_BYTES - len(canonical_bytes(following))
    Chain.objects.update(stored_bytes=room + 1)
    assert_refused(sigchain.post(ALICE, following), 409, "chain_full")
    Chain.objects.update(stored_bytes=room)
    assert sigchain.post(ALICE, following).status_code == 201


def test_an_event_knows_when_it_was_received(sigchain: Sigchain) -> None:
    before = timezone.now()
    sigchain.fill(ALICE, 1)
    assert before <= Event.objects.get().received_at <= timezone.now()


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_other_methods_are_refused(sigchain: Sigchain, method: str) -> None:
    response = getattr(sigchain.client, method)(events_path(ALICE))
    assert_refused(response, 405, "method_not_allowed")


def test_one_address_may_append_so_many_times_only(sigchain: Sigchain, settings: Settings) -> None:
    settings.KEZ_THROTTLE_SIGCHAIN = "2/hour"
    settings.KEZ_TRUSTED_PROXIES = 1
    chain = make_chain(ALICE, 3)
    address = {"X-Forwarded-For": "192.0.2.77"}
    assert [sigchain.post(ALICE, event, **address).status_code for event in chain[:2]] == [201, 201]
    refused = sigchain.post(ALICE, chain[2], **address)
    assert_refused(refused, 429, "throttled")
    assert int(refused["Retry-After"]) > 0
    assert sigchain.get(ALICE, x_forwarded_for="192.0.2.77").status_code == 200
    assert sigchain.post(ALICE, chain[2], **{"X-Forwarded-For": "192.0.2.78"}).status_code == 201
