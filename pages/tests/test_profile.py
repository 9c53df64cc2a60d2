"""GET /u/<handle>: the page of a handle."""

import pytest

from registry.tests.cast import ALICE, registered

pytestmark = pytest.mark.django_db


def test_the_page_shows_name_and_key(client):
    registered(ALICE, "alice")
    response = client.get("/u/alice")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    page = response.content.decode()
    assert "<h1>alice@kez.lat</h1>" in page
    assert str(ALICE.primary) in page


@pytest.mark.parametrize("handle", ["nobody", "a", "alice@evil.example", "<b>alice"])
def test_no_page_for_others(client, handle):
    response = client.get(f"/u/{handle}")
    assert response.status_code == 404
    assert "<b>" not in response.content.decode()


def test_a_suspended_handle_has_no_page(client):
    registered(ALICE, "alice", status="suspended")
    assert client.get("/u/alice").status_code == 404
