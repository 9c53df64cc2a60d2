"""GET /: what this server is and how it is doing, without JavaScript."""

import pytest

from pages import state
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """Every test looks anew."""
    monkeypatch.setattr("pages.views.server_state", state._look)


def test_it_says_what_this_is_and_how_to_begin(client, settings):
    page = client.get("/").content.decode()
    assert f"export KEZ_CHAT_URL={settings.KEZ_CHAT_PUBLIC_URL}" in page
    for address in ("/join", "/restore", "/chat", "/docs/cli", "/v1/docs", "/v1/readyz"):
        assert f'href="{address}"' in page


def test_it_tells_the_state_of_the_server(client):
    registered(ALICE, "alice")
    registered(BOB, "bob", status="suspended")
    page = client.get("/").content.decode()
    assert "<dd>1</dd>" in page  # active handles
    assert "A part does not answer" in page  # here is no broker
    assert "Anybody may claim one" in page


def test_a_closed_server_does_not_invite(client, settings):
    settings.KEZ_REGISTRATION = "closed"
    page = client.get("/").content.decode()
    assert 'href="/join"' not in page
    assert "no new handles" in page
    assert 'href="/restore"' in page


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("open", ["Claim a handle", "Anybody may claim one"]),
        ("invite", ["I have an invite", "With an invite"]),
        ("approval", ["Ask for a handle", "The operators decide"]),
    ],
)
def test_it_says_how_handles_are_given_out(client, settings, mode, words):
    settings.KEZ_REGISTRATION = mode
    page = client.get("/").content.decode()
    assert 'href="/join"' in page
    assert [word for word in words if word not in page] == []


def test_the_state_is_looked_up_once_for_many_visitors(monkeypatch):
    looks = iter([state.ServerState(True, 7)])
    remembered = state._Remembered()
    monkeypatch.setattr(state, "_look", lambda: next(looks))
    assert [remembered.get().handles for _ in range(3)] == [7] * 3


def test_every_answer_tells_the_servers_time(client):
    for address in ("/", "/v1/healthz", "/v1/nothing-here"):
        assert client.get(address)["Date"].endswith(" GMT")
