"""ETag and CORS: what caches and browsers go by."""

import pytest

from sigchain.tests.cast import ALICE, head_of, make_event
from sigchain.tests.service import Sigchain, assert_refused, chain_path, events_path


def test_the_etag_is_the_head(sigchain: Sigchain) -> None:
    assert sigchain.get(ALICE)["ETag"] == '"empty"'
    chain = sigchain.fill(ALICE, 2)
    response = sigchain.get(ALICE)
    assert response["ETag"] == f'"{head_of(chain[-1]).hash}"'
    assert response["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("query", ["", "?since=0", "?since=1", "?since=7"])
@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_a_known_head_is_not_sent_again(sigchain: Sigchain, query: str, known: str) -> None:
    sigchain.fill(ALICE, 2)
    etag = sigchain.get(ALICE, query)["ETag"]
    response = sigchain.get(ALICE, query, if_none_match=known.format(etag))
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert response["Cache-Control"] == "no-cache"
    assert response["Access-Control-Allow-Origin"] == "*"


def test_an_empty_chain_is_cached_too_and_ends_with_the_first_event(sigchain: Sigchain) -> None:
    etag = sigchain.get(ALICE)["ETag"]
    assert sigchain.get(ALICE, if_none_match=etag).status_code == 304
    sigchain.fill(ALICE, 1)
    assert sigchain.get(ALICE, if_none_match=etag).status_code == 200


def test_an_append_changes_the_etag(sigchain: Sigchain) -> None:
    chain = sigchain.fill(ALICE, 1)
    etag = sigchain.get(ALICE)["ETag"]
    sigchain.post(ALICE, make_event(ALICE, chain[-1]))
    response = sigchain.get(ALICE, if_none_match=etag)
    assert response.status_code == 200
    assert response["ETag"] != etag


@pytest.mark.parametrize("nonsense", ["", "no quotes", '"unclosed', '"sha256:00"', "W/"])
def test_an_unknown_etag_gets_the_chain(sigchain: Sigchain, nonsense: str) -> None:
    sigchain.fill(ALICE, 1)
    assert sigchain.get(ALICE, if_none_match=nonsense).status_code == 200


def test_a_bad_since_is_refused_before_the_etag_counts(sigchain: Sigchain) -> None:
    etag = sigchain.get(ALICE)["ETag"]
    assert_refused(sigchain.get(ALICE, "?since=x", if_none_match=etag), 400, "malformed")


@pytest.mark.parametrize(
    ("path", "methods"), [(chain_path(ALICE), "GET, HEAD, OPTIONS"), (events_path(ALICE), "POST, OPTIONS")]
)
def test_preflight_lets_a_foreign_web_client_in(sigchain: Sigchain, path: str, methods: str) -> None:
    response = sigchain.client.options(
        path,
        headers={
            "Origin": "https://chat.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert (response.status_code, response.content) == (204, b"")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == methods
    assert "content-type" in response["Access-Control-Allow-Headers"].lower()
    assert "Access-Control-Allow-Credentials" not in response


def test_scripts_of_every_origin_may_read_answers_and_their_etag(sigchain: Sigchain) -> None:
    read = sigchain.get(ALICE, origin="https://chat.example")
    posted = sigchain.post(ALICE, make_event(ALICE), Origin="https://chat.example")
    for response in (read, posted):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in response["Access-Control-Expose-Headers"]
