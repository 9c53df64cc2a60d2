"""PUT and GET /v1/shared-files/<key>: a list is taken only if its owner's sigchain commits to it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from files import errors, shared_files, shared_files_views
from files.models import SharedFilesList
from files.tests.lists import Chains, chain_document, chains_for, commitment, listed
from httpapi.tests.shapes import assert_problem
from kezclient.tests.loopback import json_answer, problem
from kezproto.canonical import canonical_bytes
from kezproto.chain_operations import SharedFiles
from kezproto.keys import SigningKey
from kezproto.payloads import MAX_SHARED_FILES_BYTES
from kezproto.shared_files import verify_shared_files
from registry.errors import HandleSuspended
from registry.models import Handle
from registry.tests.cast import ALICE, BOB, MALLORY

pytestmark = pytest.mark.django_db

Put = Callable[..., Any]


@pytest.fixture
def chains(settings: Any) -> Iterator[Chains]:
    with chains_for(settings) as service:
        yield service


@pytest.fixture
def put(client: Client, handles: None, chains: Chains) -> Put:
    """Hand a list in, to which the chain commits first unless it is told not to."""

    def hand_in(document: dict[str, Any], *, key: SigningKey = ALICE, commit: bool = True) -> Any:
        if commit:
            chains.commit(key, commitment(document))
        return client.put(address(key), document, content_type="application/json")

    return hand_in


def address(key: SigningKey) -> str:
    return f"/v1/shared-files/{key.primary.hex}"


def test_a_list_is_taken_and_given_out_as_it_was_signed(client, put):
    document = listed(ALICE)
    response = put(document)
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    shared = commitment(document)
    assert response.json() == {"manifest": shared.manifest, "size": shared.size, "version_no": 1}
    answer = client.get(address(ALICE))
    assert (answer.status_code, answer.content) == (200, canonical_bytes(document))
    assert answer["Content-Type"] == "application/json"
    assert answer["ETag"] == f'"{shared.manifest}"'
    assert answer["Cache-Control"] == "public, no-cache"
    for tag in (answer["ETag"], f"W/{answer['ETag']}", "*"):
        again = client.get(address(ALICE), headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    assert client.head(address(ALICE)).status_code == 200


def test_the_same_again_needs_no_chain(put, chains):
    first = put(listed(ALICE))
    chains.broken = problem(500, "internal_error", "No.")
    again = put(listed(ALICE), commit=False)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_the_next_list_takes_the_place_of_the_one_before(client, put):
    put(listed(ALICE))
    assert put(listed(ALICE, 5, entries=0)).status_code == 201
    assert client.get(address(ALICE)).json()["payload"]["version_no"] == 5
    row = SharedFilesList.objects.get()
    assert (row.version_no, row.entries) == (5, 0)


@pytest.mark.parametrize("version_no", [3, 2], ids=["the same number", "an older number"])
def test_an_older_version_is_refused_even_if_the_chain_commits_to_it(client, put, version_no):
    put(listed(ALICE, 3))
    body = assert_problem(put(listed(ALICE, version_no, entries=1)), 409, "older_version")
    assert body["version_no"] == 3
    assert len(client.get(address(ALICE)).json()["payload"]["entries"]) == 2


def test_what_the_chain_does_not_say_is_refused_with_what_it_says(client, put, chains):
    body = assert_problem(put(listed(ALICE), commit=False), 409, "not_committed")
    assert body["committed"] is None
    other = commitment(listed(ALICE, 2))
    chains.commit(ALICE, other)
    body = assert_problem(put(listed(ALICE), commit=False), 409, "not_committed")
    assert body["committed"] == {"manifest": other.manifest, "size": other.size}
    # The right digest with a wrong size is no commitment either.
    shared = commitment(listed(ALICE))
    chains.commit(ALICE, SharedFiles(manifest=shared.manifest, size=shared.size + 1))
    assert_problem(put(listed(ALICE), commit=False), 409, "not_committed")
    assert_problem(client.get(address(ALICE)), 404, "no_shared_files")


def test_a_list_that_the_chain_has_replaced_is_refused(put, chains):
    chains.commit(ALICE, commitment(listed(ALICE)))
    chains.commit(ALICE, commitment(listed(ALICE, 2)))
    assert_problem(put(listed(ALICE), commit=False), 409, "not_committed")


def test_the_list_of_another_owner(client, put, chains):
    """Neither under one's own address nor by one's own chain."""
    chains.commit(BOB, commitment(listed(ALICE)))
    chains.commit(ALICE, commitment(listed(ALICE)))
    refused = client.put(address(BOB), listed(ALICE), content_type="application/json")
    assert_problem(refused, 401, "key_mismatch")
    assert not SharedFilesList.objects.exists()


def test_a_tampered_list(put):
    document = listed(ALICE)
    document["payload"]["entries"].reverse()
    assert_problem(put(document), 401, "bad_signature")
    signed_by_bob = {**listed(ALICE), "signature": listed(BOB)["signature"]}
    assert_problem(put(signed_by_bob), 401, "key_mismatch")
    assert_problem(put({**listed(ALICE), "kez": "session"}), 400, "wrong_tag")
    doubled = listed(ALICE)
    doubled["payload"]["entries"] *= 2
    assert_problem(put(doubled), 400, "malformed")


@pytest.mark.parametrize(
    ("status", "code"), [("suspended", "handle_suspended"), ("released", "not_registered")]
)
def test_an_owner_who_is_not_active_hands_nothing_in_and_shows_nothing(client, put, status, code):
    put(listed(ALICE))
    Handle.objects.filter(local="alice").update(status=status)
    assert_problem(put(listed(ALICE, 2)), 403, code)
    assert_problem(client.get(address(ALICE)), 404, "no_shared_files")
    Handle.objects.filter(local="alice").update(status="active")
    assert client.get(address(ALICE)).json()["payload"]["version_no"] == 1


def test_a_key_without_a_handle(put, chains):
    assert_problem(put(listed(MALLORY), key=MALLORY), 403, "not_registered")
    assert chains.service.requests == []


BROKEN = {
    "it fails": problem(500, "internal_error", "No."),
    "no JSON": (200, {}, b"<html>"),
    "the chain of another key": json_answer(chain_document(BOB.primary.hex, [])),
    "an event that is none": json_answer(chain_document(ALICE.primary.hex, []) | {"events": ["x"]}),
    "too long": (200, {}, b" " * 3000),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_without_the_chain_nobody_can_say(put, chains, monkeypatch, answer):
    monkeypatch.setattr(shared_files_views, "MAX_CHAIN_BYTES", 2000)
    chains.broken = answer
    response = put(listed(ALICE))
    body = assert_problem(response, 503, "unavailable")
    assert "sigchain" in body["detail"]
    assert response["Retry-After"]


def test_nobody_at_the_chains_address(put, settings):
    settings.KEZ_CHAT_SIG_SERVER_URL = "http://127.0.0.1:1"
    assert_problem(put(listed(ALICE)), 503, "unavailable")


def test_what_changes_while_the_chain_is_read(handles):
    """Another device hands in a newer list, or the handle is suspended."""
    mine, newer = (verify_shared_files(listed(ALICE, number)) for number in (1, 2))

    def put_list(document: Any, meanwhile: Callable[[], object]) -> shared_files.Stored:
        def read(_: Handle) -> Any:
            meanwhile()
            return type("State", (), {"shared_files": shared_files.commitment_of(document)})

        return shared_files.put_shared_files(document, read_chain=read, now=timezone.now())

    with pytest.raises(errors.OlderVersion):
        put_list(mine, lambda: put_list(newer, lambda: None))
    assert SharedFilesList.objects.get().version_no == 2
    third = verify_shared_files(listed(ALICE, 3))
    with pytest.raises(HandleSuspended):
        put_list(third, lambda: Handle.objects.filter(local="alice").update(status="suspended"))
    assert SharedFilesList.objects.get().version_no == 2


def test_the_largest_list_fits_and_no_larger_body(client, put):
    document = listed(ALICE, entries=1000)
    assert len(json.dumps(document)) > 1_000_000
    assert put(document).status_code == 201
    too_large = b" " * (MAX_SHARED_FILES_BYTES + 1)
    refused = client.put(address(ALICE), too_large, content_type="application/json")
    assert_problem(refused, 413, "too_large")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"\xff", "application/json", 400, "malformed"),
        (b"[]", "application/json", 400, "malformed"),
        (b"", "application/json", 400, "malformed"),
        (b"{}", "text/xml", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_is_none(client, body, content_type, status, code):
    assert_problem(client.put(address(ALICE), body, content_type=content_type), status, code)


def test_addresses_that_name_no_key(client):
    assert_problem(client.get("/v1/shared-files/" + "00" * 32), 400, "bad_key")
    assert_problem(client.get("/v1/shared-files/" + "AB" * 32), 404, "not_found")
    assert_problem(client.get(address(BOB)), 404, "no_shared_files")
    assert_problem(client.post(address(BOB)), 405, "method_not_allowed")


def test_how_often_lists_are_handed_in_is_limited(put, client, settings):
    settings.KEZ_THROTTLE_SHARED_FILES = "1/hour"
    assert put(listed(ALICE)).status_code == 201
    assert_problem(put(listed(ALICE, 2)), 429, "throttled")
    assert client.get(address(ALICE)).status_code == 200
